"""Transcribe with Whisper: engines, weights, windows and post-processing."""
