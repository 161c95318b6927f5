"""Names and roles of speakers."""
