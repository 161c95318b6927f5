"""Parse the bytes of a feed into items."""
