"""All outgoing requests but those to the language model."""
