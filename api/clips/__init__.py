"""A quote as a short recording with captions, and as a square picture."""
