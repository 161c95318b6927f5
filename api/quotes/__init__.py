"""One quote: its id, its check against the transcript, its citation."""
