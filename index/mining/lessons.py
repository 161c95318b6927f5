"""Find the stretches of an episode that state a lesson."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.mined import Lesson, TermUse
from index.passage import Exchange, Sentence
from ingest.transcript import Transcript


def find_lessons(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    exchanges: Sequence[Exchange],
    askers: frozenset[str],
    vectors: NDArray[np.float32],
    terms: Sequence[TermUse],
) -> tuple[Lesson, ...]:
    """Return the lessons of an episode, the best first."""
    return ()
