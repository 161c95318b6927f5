"""What is known of the names and abbreviations that the podcast uses."""
