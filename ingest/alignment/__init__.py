"""Align the official text with heard words."""
