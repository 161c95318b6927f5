"""The stages of one episode, each from files to files; a stage is done when its file records the hash of its inputs."""
