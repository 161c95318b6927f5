"""Parse show notes into the turns of the official text."""
