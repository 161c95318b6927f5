"""Mine an episode: lessons, people, terms and chapters, without a language model."""
