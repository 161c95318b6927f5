"""Decode recordings in a sandboxed process."""
