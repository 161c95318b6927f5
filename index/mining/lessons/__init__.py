"""Find the lessons of an episode: its signs, how surely a stretch is one, where it begins and ends, its title."""
