"""What is known of the people who speak."""
