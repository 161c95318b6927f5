"""What a library often talks about, and where a newcomer begins, each line with quotes."""
