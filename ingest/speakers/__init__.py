"""Names and roles of the people who speak."""
