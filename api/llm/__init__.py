"""The optional language model: what it is sent, and which parts of its reply are kept."""
