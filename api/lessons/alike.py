"""Find the lessons of other episodes that say nearly the same."""

from collections.abc import Sequence

import numpy as np

from api.lessons.entry import Entry
from api.lessons.fold import USUAL_STATES
from api.lessons.register import Register

# Cosine of the mean vectors of sentences; chosen by reading pairs (docs/adr/0031).
LEAST_COSINE = 0.75
MOST_ALIKE = 5


def alike(register: Register, entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return for each lesson those of other episodes that say nearly the same, the nearest first, at most five."""
    others = [other for other in register.entries if other.state in USUAL_STATES]
    if not entries or not others:
        return [[] for _ in entries]
    vectors = register.vectors.astype(np.float32)
    cosines = vectors[[entry.row for entry in entries]] @ vectors[[other.row for other in others]].T
    found = []
    for entry, row in zip(entries, cosines, strict=True):
        near = np.flatnonzero(row >= LEAST_COSINE)
        order = near[np.argsort(-row[near], kind="stable")].tolist()
        same = [others[place] for place in order if others[place].episode_id != entry.episode_id]
        found.append(same[:MOST_ALIKE])
    return found
