"""One quote: its address, its check against the transcript, its citation."""
