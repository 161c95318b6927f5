"""The stages of one episode, each from files to files: one is done when its file records the hash of its inputs."""
