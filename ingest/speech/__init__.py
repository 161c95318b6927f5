"""Whisper: engines, weights, windows and the clean-up of what it writes."""
