"""The passages of a generation by their rows: which of them count, which ones filters allow, and their order.

Row numbers of passages, and numbers of episodes, run through the segments in their order.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.passage import NO_FILTERS, Filters
from index.segments.segment import Segment

Rows = NDArray[np.int64]
Booleans = NDArray[np.bool_]


class PassageRows:
    """The rows of the passages of some segments; dropped ones have rows too, but do not count.

    `ids` are the passages' by row, `firsts` the first row of each segment and the end. `alive` says for each passage
    and `episodes_alive` for each episode whether it counts. `episodes` is the number of each passage's episode, and
    `places` its place in the order of episode ids, by which equal scores are ordered: so answers do not depend on how
    the library is cut into segments.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        """Read the ids of the passages of open segments."""
        self._segments = segments
        self.firsts = np.cumsum([0, *(segment.entry.passages for segment in segments)])
        alive = [segment.alive() for segment in segments]
        self.alive: Booleans = np.concatenate([np.empty(0, bool), *(passages for passages, _ in alive)])
        self.episodes_alive: Booleans = np.concatenate([np.empty(0, bool), *(episodes for _, episodes in alive)])
        self.ids = [identifier for segment in segments for identifier in segment.passage_ids()]
        self._row_of = {self.ids[row]: row for row in np.flatnonzero(self.alive).tolist()}
        held = [one for segment in segments for one in segment.held]
        self.episode_ids = [one.id for one in held]
        self.episodes = np.repeat(np.arange(len(held)), [one.passages for one in held])
        self.places = self._places()
        self._last_allowed: tuple[Filters, Rows | None] = NO_FILTERS, None

    def living(self) -> Booleans | None:
        """Return which passages count, by row; None if all of them do."""
        return None if len(self._row_of) == len(self.ids) else self.alive

    def allowed(self, filters: Filters) -> Rows | None:
        """Return the rows that the filters allow, ascending; None if there are no filters."""
        last, rows = self._last_allowed
        if filters != last:  # each part of a search asks for the same
            rows = self._allowed_now(filters)
            self._last_allowed = filters, rows
        return rows

    def rows_of(self, ids: Sequence[str]) -> Rows:
        """Return the rows of passages that count, in the order of their ids; raises KeyError for any other id."""
        return np.array([self._row_of[identifier] for identifier in ids], np.int64)

    def by_episode(self) -> Rows:
        """Return the rows that count by episode id, then in the order of the episode."""
        rows = np.flatnonzero(self.alive)
        return rows[np.argsort(self.places[rows])]

    def _allowed_now(self, filters: Filters) -> Rows | None:
        only = None if filters.only is None else np.sort(self.rows_of([*filters.only]))
        if replace(filters, only=None) == NO_FILTERS:
            return only
        pairs = zip(self._segments, self.firsts[:-1], strict=True)
        rows = np.concatenate([np.empty(0, np.int64), *(first + segment.allowed(filters) for segment, first in pairs)])
        return rows if only is None else np.intersect1d(rows, only)

    def _places(self) -> Rows:
        count = len(self.episode_ids)
        order = np.argsort(np.array(self.episode_ids, dtype=object)) if count else np.empty(0, np.int64)
        rank = np.empty(count, np.int64)
        rank[order] = np.arange(count)
        places = np.empty(len(self.ids), np.int64)
        places[np.argsort(rank[self.episodes], kind="stable")] = np.arange(len(self.ids))
        return places
