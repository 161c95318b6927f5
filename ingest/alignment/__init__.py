"""Official text and heard words put side by side."""
