"""Recordings decoded in a sandboxed process."""
