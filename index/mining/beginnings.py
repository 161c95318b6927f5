"""Choose where a newcomer begins, in the whole library and in each topic."""

from collections.abc import Sequence

from index.generation import Generation
from index.overview import Beginning, Person, Term, Topic


def beginnings_of(
    generation: Generation, people: Sequence[Person], terms: Sequence[Term], topics: Sequence[Topic]
) -> tuple[tuple[str, Beginning], ...]:
    """To be written."""
    return ()
