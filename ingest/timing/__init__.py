"""When each turn begins and ends, and how surely."""
