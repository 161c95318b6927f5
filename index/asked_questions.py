"""The questions that people ask in the episodes of a generation, by their vectors."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.passage import NO_FILTERS, Filters, FoundQuestion
from index.segments.segment import Segment
from index.vectors import Vectors

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


class AskedQuestions:
    """The questions of some segments; their rows run through the segments in their order."""

    def __init__(self, segments: Sequence[Segment], open_vectors: Callable[[Sequence[int]], Vectors]) -> None:
        """Open the vectors of the questions, given how many each segment has."""
        self._segments = segments
        alive = [segment.questions() for segment in segments]
        self._alive = np.concatenate([np.empty(0, bool), *alive])
        self._firsts = np.cumsum([0, *(len(rows) for rows in alive)])
        self._vectors = open_vectors([len(rows) for rows in alive])

    def nearest(self, query: Floats, k: int, filters: Filters) -> list[FoundQuestion]:
        """Return the k questions nearest to a question, the nearest first, whose replies the filters allow.

        None where only some passages are searched: a reply may go on in others.
        """
        if filters.only is not None:
            return []
        rows, scores = self._vectors.nearest(query, k, self._allowed(filters))
        found = []
        for segment, first, end in zip(self._segments, self._firsts[:-1], self._firsts[1:], strict=True):
            mine = np.flatnonzero((rows >= first) & (rows < end))
            if len(mine):
                asked = segment.asked((rows[mine] - first).tolist())
                found += [FoundQuestion(score, *one) for score, one in zip(scores[mine].tolist(), asked, strict=True)]
        return sorted(found, key=lambda one: (-one.cosine, one.episode_id, one.exchange))

    def _allowed(self, filters: Filters) -> Rows | NDArray[np.bool_] | None:
        if filters != NO_FILTERS:
            pairs = zip(self._segments, self._firsts[:-1].tolist(), strict=True)
            return np.array(
                [first + row for segment, first in pairs for row in segment.allowed_questions(filters)], np.int64
            )
        return None if self._alive.all() else self._alive
