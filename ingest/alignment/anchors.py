"""Match two long texts: runs of words that are unique in both are anchors, the rest is matched word by word."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.alignment.matching import EXACT, Floats, Ints, Match, Words, match

_CELLS = 250_000  # most cells of the table when a stretch is matched word by word: about 10 ms and 1 MB
_RUNS = (6, 4, 3)  # words of an anchor; shorter anchors are tried only if no longer one is found
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Anchor(NamedTuple):
    """`length` equal words that begin at `official` in one text and at `heard` in the other."""

    official: int
    heard: int
    length: int


def align_words(official: Words, heard: Words, continuity: Floats, gap_costs: Floats) -> list[Match]:
    """Return the best matching that preserves the order of both texts; near-linear in their length."""
    matches: list[Match] = []
    todo = [(0, len(official), 0, len(heard))]
    while todo:
        first, last, begin, end = todo.pop()
        rows, columns = slice(first, last), slice(begin, end)
        if (last - first) * (end - begin) <= _CELLS:
            found = match(official.at(rows), heard.at(columns), continuity[rows], gap_costs[columns])
            matches += [Match(first + pair.official, begin + pair.heard, pair.kind) for pair in found]
            continue
        for anchor in _anchors(official.ids[rows], heard.ids[columns]):
            row, column = first + anchor.official, begin + anchor.heard
            matches += [Match(row + step, column + step, EXACT) for step in range(anchor.length)]
            todo.append((rows.start, row, columns.start, column))
            rows, columns = slice(row + anchor.length, last), slice(column + anchor.length, end)
        if rows.start > first:
            todo.append((rows.start, last, columns.start, end))
    return sorted(matches)


def _anchors(official: Ints, heard: Ints) -> list[Anchor]:
    """Return the chain with the most words, of the longest anchors that occur, without overlaps."""
    for run in _RUNS:
        chain = heaviest_chain(list(common_runs(official, heard, run)))
        if chain:
            return list(_trimmed(chain))
    return []


def common_runs(official: Ints, heard: Ints, run: int) -> Iterator[Anchor]:
    """Yield the stretches of joined runs of `run` words that occur once in each text, in official order."""
    here, there = _once(official, run), _once(heard, run)
    _, left, right = np.intersect1d(here[0], there[0], assume_unique=True, return_indices=True)
    pairs = sorted(zip(here[1][left].tolist(), there[1][right].tolist(), strict=True))
    start = 0
    for place, (row, column) in enumerate(pairs):
        if place + 1 == len(pairs) or pairs[place + 1] != (row + 1, column + 1):
            yield Anchor(*pairs[start], place - start + run)
            start = place + 1


def _once(ids: Ints, run: int) -> tuple[NDArray[np.uint64], Ints]:
    """Return the hashes of the runs of words that occur exactly once, and their positions."""
    count = len(ids) - run + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    hashes = np.zeros(count, dtype=np.uint64)
    for step in range(run):
        hashes = (hashes ^ (ids[step : step + count].astype(np.uint64) + np.uint64(1))) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
    values, places, counts = np.unique(hashes, return_index=True, return_counts=True)
    single = counts == 1
    return values[single], places[single].astype(np.int64)


def heaviest_chain(anchors: list[Anchor]) -> list[Anchor]:
    """Return the anchors, increasing in both texts, that have the most words in total (O(n log n))."""
    ends: list[int] = []  # heard position of the last anchor of the best chains, increasing with their weight
    weights: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, anchor in enumerate(anchors):
        place = bisect_left(ends, anchor.heard)
        weight = anchor.length + (weights[place - 1] if place else 0)
        before.append(last[place - 1] if place else -1)
        # Drop chains that end later without weighing more.
        stop = place
        while stop < len(ends) and weights[stop] <= weight:
            stop += 1
        ends[place:stop], weights[place:stop], last[place:stop] = [anchor.heard], [weight], [index]
    chain = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(anchors[index])
        index = before[index]
    return chain[::-1]


def _trimmed(chain: list[Anchor]) -> Iterator[Anchor]:
    row = column = 0
    for anchor in chain:
        cut = max(0, row - anchor.official, column - anchor.heard)
        if cut < anchor.length:
            yield Anchor(anchor.official + cut, anchor.heard + cut, anchor.length - cut)
            row, column = anchor.official + anchor.length, anchor.heard + anchor.length
