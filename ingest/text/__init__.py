"""Words, web addresses, clock times and text encodings."""
