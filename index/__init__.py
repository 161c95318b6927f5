"""Transcripts become passages, vectors, postings and ranked hits."""
