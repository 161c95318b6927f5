"""From the library to a published generation."""
