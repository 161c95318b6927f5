"""Which generations there are, which one is live, and how one is opened from its files."""
