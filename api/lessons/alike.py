"""Find the lessons of other episodes that say nearly the same."""

import numpy as np

from api.lessons.chosen import USUAL_STATES
from api.lessons.register import Entry, Register

# Cosine of the mean vectors of sentences; chosen by reading pairs (docs/adr/0031).
LEAST_COSINE = 0.75
MOST_ALIKE = 5


def alike(register: Register, entry: Entry) -> list[Entry]:
    """Return the lessons of other episodes that say nearly the same as one, the nearest first, at most five."""
    own = register.vectors[entry.row].astype(np.float32)
    cosines = register.vectors.astype(np.float32) @ own
    found = [
        (float(cosines[other.row]), other)
        for other in register.entries
        if other.episode_id != entry.episode_id and other.state in USUAL_STATES and cosines[other.row] >= LEAST_COSINE
    ]
    return [other for _, other in sorted(found, key=lambda pair: -pair[0])[:MOST_ALIKE]]
