"""All outgoing HTTP requests, except those to the language model."""
