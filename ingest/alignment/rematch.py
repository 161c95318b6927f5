"""Match overlapping and reordered turns again, each on its own with the heard words that no other turn uses."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ingest.alignment.matching import SLOT, Floats, Ints, Match, Words, gap_costs_between, match
from ingest.alignment.moved_turns import find_moved_turns

_CELLS = 250_000  # most cells for one turn; a longer turn is a monologue, which overlaps no other turn as a whole
_PACE = 0.5  # seconds per word, more than people need
_SLACK = 8.0  # seconds by which a turn may begin earlier or end later than its neighbours suggest
_STRAY = 3.0  # seconds from the turn's next heard word, beyond what the words between need
# If a smaller share of a turn than this was heard, and no run of _RUN words, its matches are chance (unrelated
# stretches share up to .24 of their words, a turn at 50 % corruption .31 and more; short turns vary more).
_LEAST_SHARE, _LEAST_SHARE_LONG, _LONG = 0.2, 0.3, 30
_RUN = 6
_LEAST_WIDE_SHARE = 0.5  # share of a turn's words that must be heard if it is far from the expected place

Bounds = tuple[int, int]


class Texts(NamedTuple):
    """Both texts as numbers, the other arguments of `match`, and the times of each heard word (start, end; seconds)."""

    official: Words
    heard: Words
    continuity: Floats
    times: Floats


def rematch_turns(texts: Texts, matches: Sequence[Match], turns: Sequence[Bounds]) -> dict[int, Match]:
    """Return the matches by official word, after matching each incomplete turn on its own, in order, in two rounds.

    `turns` are the first and one past the last official word of each turn. A turn may take heard words that no other
    turn matches, around its own matches or between its neighbours. In the second round it may also take words within
    the turn before it, for people who interject while somebody else speaks for minutes.
    """
    found = {pair.official: pair for pair in matches}
    if not len(texts.heard):
        return found
    clock = np.maximum.accumulate(texts.times[:, 0])
    for turn in turns:
        _clean(found, turn, clock)
    owner = np.full(len(texts.heard), -1, dtype=np.int64)
    for index, turn in enumerate(turns):
        owner[_heard_right(found, turn)] = index
    weak = [index for index, turn in enumerate(turns) if _is_weak(found, turn)]
    strong = np.flatnonzero((owner >= 0) & ~np.isin(owner, weak))
    elsewhere = find_moved_turns(texts.official, texts.heard, turns, weak, strong)
    for last_round in (False, True):
        known = sorted(found.values())
        for index, turn in enumerate(turns):
            right = _heard_right(found, turn)
            if len(right) == turn[1] - turn[0]:
                continue
            window = _window(found, known, turn, clock)
            least_share = 0.0
            if index in elsewhere and _is_weak(found, turn):
                window, least_share = elsewhere[index], _LEAST_WIDE_SHARE
            elif last_round and not right and index > 0:
                window = min(_begin(found, turns[index - 1], window[0]), window[0]), window[1]
                least_share = _LEAST_WIDE_SHARE
            owner[right] = -1
            free = window[0] + np.flatnonzero(owner[slice(*window)] == -1)
            _rematch(texts, found, turn, free, least_share)
            _clean(found, turn, clock)
            owner[_heard_right(found, turn)] = index
    return _single(found)


def _heard_right(found: dict[int, Match], turn: Bounds) -> list[int]:
    return [found[place].heard for place in range(*turn) if place in found and found[place].kind > SLOT]


def _is_weak(found: dict[int, Match], turn: Bounds) -> bool:
    return len(_heard_right(found, turn)) < _LEAST_WIDE_SHARE * (turn[1] - turn[0])


def _begin(found: dict[int, Match], turn: Bounds, default: int) -> int:
    return next((found[place].heard for place in range(*turn) if place in found), default)


def _window(found: dict[int, Match], known: Sequence[Match], turn: Bounds, clock: Floats) -> Bounds:
    """Return the range of heard words for a turn: around its own matches, else between its `known` neighbours."""
    first, last = turn
    needed = _PACE * (last - first)
    own = [clock[found[place].heard] for place in range(first, last) if place in found]
    if own:
        begin, end = own[0] - needed, own[-1] + needed
    else:
        left, right = bisect_left(known, (first,)), bisect_left(known, (last,))
        begin = clock[known[left - 1].heard] if left else clock[0]
        after = clock[known[right].heard] if right < len(known) else clock[-1]
        end = min(max(begin, after), begin + needed)
    left, right = np.searchsorted(clock, [begin - _SLACK, end + _SLACK])
    return int(left), int(right)


def _rematch(texts: Texts, found: dict[int, Match], turn: Bounds, free: Ints, least_share: float) -> None:
    """Replace one turn's matches by its best ones with the free heard words, if at least this share of it is heard."""
    first, last = turn
    if not 0 < len(free) * (last - first) <= _CELLS:
        return
    own = slice(first, last)
    gap_costs = gap_costs_between(texts.times[free, 0], texts.times[free, 1])
    pairs = match(texts.official.at(own), texts.heard.at(free), texts.continuity[own], gap_costs, loose_ends=True)
    right = sum(pair.kind > SLOT for pair in pairs)
    if not right or right < least_share * (last - first):
        return
    for place in range(first, last):
        found.pop(place, None)
    for pair in pairs:
        found[first + pair.official] = Match(first + pair.official, int(free[pair.heard]), pair.kind)


def _clean(found: dict[int, Match], turn: Bounds, clock: Floats) -> None:
    """Drop matches by chance: all of a turn with too few, and those at its ends that do not adjoin the rest."""
    own = [found[place] for place in range(*turn) if place in found]
    right = [pair for pair in own if pair.kind > SLOT]
    if not right:
        return
    length = turn[1] - turn[0]
    if len(right) < (_LEAST_SHARE_LONG if length >= _LONG else _LEAST_SHARE) * length and _longest_run(right) < _RUN:
        for pair in own:
            del found[pair.official]
        return
    right = _without_strays(right, clock)
    for pair in own:
        edge = right[0] if pair < right[0] else right[-1] if pair > right[-1] else pair
        if pair.heard - edge.heard != pair.official - edge.official:
            del found[pair.official]


def _longest_run(right: Sequence[Match]) -> int:
    """Return the length of the longest run of words that are consecutive in both texts."""
    diagonals = (
        (pair.official - place for place, pair in enumerate(right)),
        (pair.heard - place for place, pair in enumerate(right)),
    )
    return max(len(list(run)) for _, run in groupby(zip(*diagonals, strict=True)))


def _without_strays(right: list[Match], clock: Floats) -> list[Match]:
    """Leave out a first or last word that is seconds away from the others: words such as "yeah" occur everywhere."""

    def apart(before: Match, after: Match) -> bool:
        needed = _PACE * (after.official - before.official)
        return bool(clock[after.heard] - clock[before.heard] > _STRAY + needed)

    if len(right) > 2 and apart(right[0], right[1]):
        right = right[1:]
    if len(right) > 2 and apart(right[-2], right[-1]):
        right = right[:-1]
    return right


def _single(found: dict[int, Match]) -> dict[int, Match]:
    """Return the matches with each heard word used once, for the official word that it fits best."""
    best: dict[int, Match] = {}
    for pair in found.values():
        rival = best.get(pair.heard)
        if rival is None or rival.kind < pair.kind:
            best[pair.heard] = pair
    return {pair.official: pair for pair in best.values()}
