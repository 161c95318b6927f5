"""Join what episodes say about the people who speak."""

from index.generation import Generation
from index.overview import Person


def people_of(generation: Generation) -> tuple[Person, ...]:
    """To be written."""
    return ()
