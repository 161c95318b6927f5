"""Move times by a few known ones: others move along near a known time, and stay where none is near; pure."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

Knot = tuple[float, float]  # a time as stated and as found, seconds

_DECAY = 1.0  # seconds around a known time in which the others move with it


def time_map(knots: Sequence[Knot]) -> Callable[[float], float]:
    """Return the function that moves a time in seconds as the knots say; it never decreases and is never negative."""
    stated, found = np.array(list(_with_decay(_increasing(knots)))).T
    return lambda time: max(0.0, float(np.interp(time, stated, found)))


def _increasing(knots: Sequence[Knot]) -> list[Knot]:
    """Return the knots in order of both times, without those that contradict an earlier one."""
    kept: list[Knot] = []
    for knot in sorted(knots):
        if not kept or knot[1] >= kept[-1][1]:
            kept.append(knot)
    return kept


def _with_decay(knots: Sequence[Knot]) -> Iterator[Knot]:
    """Yield the knots, and between two distant knots the times that do not move."""
    first, last = knots[0], knots[-1]
    yield from _still(first, -1)
    for knot, after in pairwise(knots):
        yield knot
        right, left = _reach(knot), _reach(after)
        if after[0] - knot[0] > right + left:
            yield (knot[0] + right, knot[0] + right)
            yield (after[0] - left, after[0] - left)
    yield last
    yield from _still(last, 1)


def _still(knot: Knot, side: int) -> Iterator[Knot]:
    near, far = knot[0] + side * _reach(knot), knot[0] + side * 1e6
    yield from ((time, time) for time in sorted((near, far)))


def _reach(knot: Knot) -> float:
    return max(_DECAY, 2 * abs(knot[1] - knot[0]))
