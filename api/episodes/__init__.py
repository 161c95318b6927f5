"""What the pages show of an episode and of the list of episodes."""
