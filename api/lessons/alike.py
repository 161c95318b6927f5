"""Find the lessons of other episodes that say nearly the same, or are about the same matter."""

from collections.abc import Callable, Sequence

import numpy as np

from api.lessons.entry import Entry
from api.lessons.fold import USUAL_STATES
from api.lessons.register import Register

# Cosines of the mean vectors of sentences; chosen by reading pairs (docs/adr/0031).
LEAST_COSINE = 0.75
LEAST_OF_MATTER = 0.65
LEAST_WITH_TERM = 0.6
MOST_ALIKE = 5
MOST_ON_MATTER = 3


def alike(register: Register, entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return for each lesson those of other episodes that say nearly the same, the nearest first, at most five."""
    return _near(register, entries, lambda entry, other, cosine: cosine >= LEAST_COSINE, MOST_ALIKE)


def on_the_same_matter(register: Register, entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return for each lesson what other people say in other episodes on its matter, the nearest first, at most three.

    They may agree or not, but do not say nearly the same.
    """
    return _near(register, entries, _is_on_matter, MOST_ON_MATTER)


def _is_on_matter(entry: Entry, other: Entry, cosine: float) -> bool:
    if other.speaker is not None and other.speaker == entry.speaker:
        return False
    least = LEAST_WITH_TERM if _terms(entry) & _terms(other) else LEAST_OF_MATTER
    return least <= cosine < LEAST_COSINE


def _terms(entry: Entry) -> frozenset[str]:
    mined = entry.proposed.terms if entry.proposed else ()
    return frozenset(term.casefold() for term in (*entry.tags, *mined))


def _near(
    register: Register, entries: Sequence[Entry], is_wanted: Callable[[Entry, Entry, float], bool], most: int
) -> list[list[Entry]]:
    others = [other for other in register.entries if other.state in USUAL_STATES]
    if not entries or not others:
        return [[] for _ in entries]
    vectors = register.vectors.astype(np.float32)
    cosines = vectors[[entry.row for entry in entries]] @ vectors[[other.row for other in others]].T
    found = []
    for entry, row in zip(entries, cosines, strict=True):
        near = np.flatnonzero(row >= LEAST_WITH_TERM)
        order = near[np.argsort(-row[near], kind="stable")].tolist()
        elsewhere = ((others[place], float(row[place])) for place in order)
        wanted = [
            other
            for other, cosine in elsewhere
            if other.episode_id != entry.episode_id and is_wanted(entry, other, cosine)
        ]
        found.append(wanted[:most])
    return found
