"""The segments of a generation: their tables, and their vectors and postings as they lie in files."""
