"""The stages of one episode, each from files to files."""
