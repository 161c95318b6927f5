"""What mining found, as values: in one episode and in a whole library; and how it is read."""
