"""Join what episodes say about the terms that they use."""

from index.generation import Generation
from index.overview import Term


def terms_of(generation: Generation) -> tuple[Term, ...]:
    """To be written."""
    return ()
