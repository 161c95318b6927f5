"""Safe file writes and free disk space."""
