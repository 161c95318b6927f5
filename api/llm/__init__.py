"""The optional language model: what is sent to it and what of its reply is kept."""
