"""Show notes read into the official text, turn by turn."""
