"""The bytes of a feed read into items."""
