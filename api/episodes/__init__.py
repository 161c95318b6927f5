"""What one episode, or the list of episodes, shows."""
