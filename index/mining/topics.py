"""Find what a library often talks about."""

from collections.abc import Sequence

from index.generation import Generation
from index.overview import Person, Term, Topic


def topics_of(
    generation: Generation, people: Sequence[Person], terms: Sequence[Term], before: Sequence[Topic]
) -> tuple[Topic, ...]:
    """To be written."""
    return ()
