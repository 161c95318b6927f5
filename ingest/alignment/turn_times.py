"""Compute times from matched words: heard words keep their times, words between them are spread by length."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median

from ingest.alignment.matching import NEAR, SLOT

Window = tuple[float, float]

_USUAL_PACE = 0.065  # seconds per letter if too little was heard to measure it
_LONGEST_STRETCH = 2.0  # words between two heard ones are spread over at most this multiple of their usual duration
_TIGHTEST = 0.6  # words that fill a gap take at least this share of their usual duration
_SILENT = 0.7  # share of a gap that must be a single silence
_OVERLAP = 2.0  # seconds by which a turn that was not heard may overlap its neighbours
_LONGEST_GAP = 20.0  # seconds of silence around such a turn; in a longer one it may lie anywhere
_LEAST_ERROR = 0.2  # seconds, in addition to the precision of the heard times
_EDGE = 5  # words at each end that show how well the edge is known
_EDGE_ERROR, _LOST_PER_SECOND, _SPARSE_ERROR = 0.8, 2.0, 2.0  # seconds, if the first or last word was not heard
_SLOT_ERROR = 0.3  # seconds, if another word was heard in place of the first or last
_DRIFT = 0.1  # seconds per second from the nearer heard word, for words in a gap where nothing was heard
_LOST_ERROR = 3.5  # seconds, if no word was heard
_SQUEEZE = 0.5  # shortest duration of words before the first or after the last heard one, as a share of the usual


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A spoken word of a turn: its letters, its heard times in seconds (None if not heard), and how it was heard."""

    letters: int
    start: float | None
    end: float | None
    sound: int | None  # its number among the heard words
    kind: int  # EXACT, NEAR, SLOT, or 0 if nothing was heard in its place
    pause_after: bool  # punctuation follows
    doubt: float = 0.0  # error in seconds of a time that is not a heard word's


@dataclass(frozen=True, slots=True)
class Placement:
    """Start and end of each spoken word of a turn, and the error bound of the turn; seconds."""

    spans: tuple[Window, ...]
    error: float


def place_turns(
    turns: Sequence[Sequence[PlacedWord]], heard: Sequence[Window], duration: float | None, precision: float
) -> list[Placement | None]:
    """Return the times of each turn in seconds, None for a turn that cannot be placed.

    Words that were not heard are placed between heard ones at their usual pace. A turn that was not heard at all is
    placed between its neighbours if there is room.
    """
    pace = usual_pace(turns)
    turns = _silences_filled(turns, heard, pace)
    limit = duration if duration is not None and duration > 0 else math.inf
    earliest, latest = _bounds(turns, limit)
    placements: dict[int, Placement] = {}
    for has_times, run in groupby(range(len(turns)), key=lambda index: _is_timed(turns[index])):
        indices = list(run)
        if not has_times:
            bounds = (earliest[indices[0]], latest[indices[-1]])
            placements |= _unheard({index: turns[index] for index in indices}, pace, bounds, precision)
            continue
        for index in indices:
            spans = _spans(turns[index], pace, earliest[index], latest[index])
            rooms = _rooms(turns[index], earliest[index], latest[index])
            error = _error(turns[index], pace, rooms, _is_bounded(turns, index))
            placements[index] = Placement(tuple(spans), error + precision)
    return [_inside(placements[index], limit) if index in placements else None for index in range(len(turns))]


def _is_timed(said: Sequence[PlacedWord]) -> bool:
    return any(word.start is not None for word in said)


def _inside(placement: Placement, limit: float) -> Placement:
    spans = tuple((min(max(0.0, start), limit), min(max(0.0, end), limit)) for start, end in placement.spans)
    return replace(placement, spans=spans)


def usual_pace(turns: Sequence[Sequence[PlacedWord]]) -> float:
    """Return the median seconds per letter of consecutive heard words."""
    paces = [
        (after.start - word.start) / word.letters
        for said in turns
        for word, after in pairwise(said)
        if word.start is not None and after.start is not None and min(word.kind, after.kind) >= NEAR
    ]
    return max(median(paces), _USUAL_PACE / 4) if len(paces) >= 20 else _USUAL_PACE


def _silences_filled(
    turns: Sequence[Sequence[PlacedWord]], heard: Sequence[Window], pace: float
) -> list[list[PlacedWord]]:
    """Return the turns with times for the words in gaps where nothing was heard.

    A gap is between two heard words that are (nearly) consecutive in the recording. It is filled if the words between
    them in the text, possibly of several turns, fit its duration.
    """
    filled = [list(said) for said in turns]
    lost: list[tuple[int, int]] = []
    before: PlacedWord | None = None
    for index, said in enumerate(turns):
        for place, word in enumerate(said):
            if word.start is None:
                lost.append((index, place))
                continue
            if before is not None and lost and _silent(before, word, heard):
                _fill(filled, lost, (before, word), pace)
            before, lost = word, []
    return filled


def _silent(before: PlacedWord, after: PlacedWord, heard: Sequence[Window]) -> bool:
    """Return whether nearly nothing was heard between two words."""
    if before.sound is None or after.sound is None or not before.sound < after.sound:
        return False
    spans = heard[before.sound : after.sound + 1]
    room = spans[-1][0] - spans[0][1]
    return max(there[0] - here[1] for here, there in pairwise(spans)) >= _SILENT * room


def _fill(
    filled: list[list[PlacedWord]], lost: Sequence[tuple[int, int]], ends: tuple[PlacedWord, PlacedWord], pace: float
) -> None:
    start, end = ends[0].end, ends[1].start
    assert start is not None and end is not None
    words = [filled[index][place] for index, place in lost]
    needed = pace * _letters(words)
    if not _TIGHTEST * needed <= end - start <= _LONGEST_STRETCH * needed:
        return
    spans: list[Window] = [(0.0, 0.0)] * len(words)
    _spread(words, spans, (0, len(words)), (start, end))
    for (index, place), span in zip(lost, spans, strict=True):
        doubt = _DRIFT * min(span[1] - start, end - span[0])
        filled[index][place] = replace(filled[index][place], start=span[0], end=span[1], doubt=doubt)


def _bounds(turns: Sequence[Sequence[PlacedWord]], limit: float) -> tuple[list[float], list[float]]:
    """Return for all turns the end of the heard words before each, and the start of those after each."""
    earliest, latest = [0.0] * len(turns), [limit] * len(turns)
    for index in range(1, len(turns)):
        ends = [word.end for word in turns[index - 1] if word.end is not None]
        earliest[index] = max(ends) if ends else earliest[index - 1]
    for index in range(len(turns) - 2, -1, -1):
        starts = [word.start for word in turns[index + 1] if word.start is not None]
        latest[index] = min(starts) if starts else latest[index + 1]
    return earliest, latest


def _is_bounded(turns: Sequence[Sequence[PlacedWord]], index: int) -> bool:
    """Return whether the heard words just before and just after a turn's own belong to its neighbours.

    Then nothing else was heard that the turn could be.
    """
    if not 0 < index < len(turns) - 1:
        return False
    before, after = turns[index - 1][-1:], turns[index + 1][:1]
    sounds = [word.sound for word in (*before, *turns[index], *after) if word.sound is not None]
    known = all(word.kind >= NEAR for word in (*before, *after)) and bool(before) and bool(after)
    return known and len(sounds) > 2 and sounds == list(range(sounds[0], sounds[-1] + 1))


def _rooms(said: Sequence[PlacedWord], earliest: float, latest: float) -> Window:
    """Return the seconds between a turn's first and last heard words and its neighbours' heard words."""
    starts, ends = zip(*((word.start, word.end) for word in said if word.start is not None), strict=True)
    return starts[0] - earliest, latest - ends[-1]


def _error(said: Sequence[PlacedWord], pace: float, rooms: Window, bounded: bool) -> float:
    """Return the error bound in seconds within which both ends of a turn lie in 95 % of cases, if times are exact.

    If the first and last words were heard, that is the least error. Otherwise it grows with the duration of the lost
    words and their share of the words at that end (measured on AMI at 10, 30 and 50 % corruption), but not beyond the
    `rooms` that they have (seconds).
    """
    error = _LEAST_ERROR
    doubt = max(said[0].doubt, said[-1].doubt)
    heard = [place for place, word in enumerate(said) if word.kind >= NEAR]
    if not heard and bounded:
        return error + _SLOT_ERROR
    if not heard:
        return error + _LOST_ERROR + (doubt or pace * _letters(said))
    # Where other words were heard in their place, the ends are nearly as well known.
    near = [place for place, word in enumerate(said) if word.kind >= SLOT]
    lost = pace * _letters(said[: near[0]]), pace * _letters(said[near[-1] + 1 :])
    if not any(lost):
        return error if (near[0], near[-1]) == (heard[0], heard[-1]) else error + _SLOT_ERROR
    share = min(_heard_share(said[:_EDGE]), _heard_share(said[-_EDGE:]))
    drift = max(_drift(*side) for side in zip(lost, rooms, strict=True))
    return error + _EDGE_ERROR + (doubt or drift) + _SPARSE_ERROR * (1.0 - share)


def _drift(lost: float, room: float) -> float:
    """Return how far lost words of this usual duration may be off beside a heard word, with this much room; seconds."""
    if room <= 0.0:  # people talk over each other, so the neighbours are no bounds
        return _LOST_PER_SECOND * lost
    taken = min(lost, room)
    least = _TIGHTEST * lost if room >= _TIGHTEST * lost else 0.0
    return min(_LOST_PER_SECOND * lost, max(room - taken, taken - least))


def _heard_share(said: Sequence[PlacedWord]) -> float:
    return sum(word.kind >= NEAR for word in said) / len(said)


def _spans(said: Sequence[PlacedWord], pace: float, earliest: float, latest: float) -> list[Window]:
    known = [place for place, word in enumerate(said) if word.start is not None]
    spans: list[Window] = [(0.0, 0.0)] * len(said)
    for place in known:
        start, end = said[place].start, said[place].end
        assert start is not None and end is not None
        spans[place] = (start, end)
    needed = pace * _letters(said[: known[0]])
    end = spans[known[0]][0]
    room = min(needed, max(end - earliest, _SQUEEZE * needed))
    _spread(said, spans, (0, known[0]), (end - room, end))
    for left, right in pairwise(known):
        _between(said, spans, (left, right), pace)
    needed = pace * _letters(said[known[-1] + 1 :])
    start = spans[known[-1]][1]
    room = min(needed, max(latest - start, _SQUEEZE * needed))
    _spread(said, spans, (known[-1] + 1, len(said)), (start, start + room))
    return _increasing(spans)


def _unheard(
    turns: Mapping[int, Sequence[PlacedWord]], pace: float, bounds: Window, precision: float
) -> dict[int, Placement]:
    """Return the times of consecutive turns that were not heard: centred between their neighbours, if all of them fit.

    If they do not fit, the recording was cut, and it is unknown which of them it contains.
    """
    needed = {index: pace * _letters(said) for index, said in turns.items() if said}
    total = sum(needed.values())
    room = bounds[1] - bounds[0]
    if not math.isfinite(room) or not total - _OVERLAP <= room <= total + _LONGEST_GAP:
        return {}
    placements: dict[int, Placement] = {}
    start = sum(bounds) / 2 - total / 2
    for index, seconds in needed.items():
        spans: list[Window] = [(0.0, 0.0)] * len(turns[index])
        _spread(turns[index], spans, (0, len(spans)), (start, start + seconds))
        error = _LEAST_ERROR + precision + _LOST_ERROR + max(0.0, room - total) + 0.5 * total
        placements[index] = Placement(tuple(spans), error)
        start += seconds
    return placements


def _between(said: Sequence[PlacedWord], spans: list[Window], ends: tuple[int, int], pace: float) -> None:
    left, right = ends
    if right == left + 1:
        return
    start, end = spans[left][1], max(spans[left][1], spans[right][0])
    needed = pace * _letters(said[left + 1 : right])
    if end - start <= _LONGEST_STRETCH * needed:
        _spread(said, spans, (left + 1, right), (start, end))
        return
    # The gap contains a pause or another person's words, so each word stays on its clause's side.
    cut = next((place + 1 for place in range(left, right) if said[place].pause_after), (left + 1 + right) // 2)
    before = pace * _letters(said[left + 1 : cut])
    _spread(said, spans, (left + 1, cut), (start, start + before))
    _spread(said, spans, (cut, right), (end - (needed - before), end))


def _letters(said: Sequence[PlacedWord]) -> int:
    return sum(word.letters for word in said)


def _spread(said: Sequence[PlacedWord], spans: list[Window], places: tuple[int, int], window: Window) -> None:
    first, last = places
    start, end = window
    letters = _letters(said[first:last])
    passed = 0
    for place in range(first, last):
        begin = start + (end - start) * passed / letters
        passed += said[place].letters
        spans[place] = (begin, start + (end - start) * passed / letters)


def _increasing(spans: list[Window]) -> list[Window]:
    """Return the spans with starts that never decrease and ends that do not pass the next start."""
    result: list[Window] = []
    limit = float("inf")
    for span in reversed(spans):
        start = min(span[0], limit)
        result.append((start, max(start, min(span[1], limit))))
        limit = start
    return result[::-1]
