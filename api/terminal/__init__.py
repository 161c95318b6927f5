"""The commands of the CLI and their output."""
