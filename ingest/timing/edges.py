"""Move the edges of turns and sentences to the pauses of the recording; pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, log, log1p, pi, sqrt

import numpy as np

from ingest.timing.pauses import Pause
from ingest.transcript import Turn

MOST_ERROR = 1.5  # seconds; with a larger error, a turn could belong to any of many pauses
FOUND_ERROR = 0.3  # error bound in seconds (95 % of turns) if both ends of a turn were found
_WIDER = 0.3  # seconds beyond the stated error that are searched for a pause
_LEAST_SPREAD = 0.15  # seconds; least standard deviation assumed for stated times
_BEFORE, _AFTER = 0.04, 0.02  # seconds by which a start precedes its sound, and an end follows it
# A pause scores higher the nearer and longer it is: its score is a log-likelihood against a pause that is there by
# chance. Fitted by hand to the sample show and to the AMI meetings.
_RARE = 1.5  # weight of a pause's rarity
_LONGEST, _ALIKE = 0.8, 0.8  # seconds of a pause that count; share of its length from which another counts as equal
_TAIL = 4.0  # degrees of freedom of Student's t, because a few stated times are off by far more than they claim
_SHARED = 2.0  # bonus for the end of a turn if another edge begins after the same pause
_CLEAR = 2.0  # margin by which a pause must beat all others to be certain
_OVERLAP = 0.4  # seconds; if another person speaks for this long before and after an edge, no pause marks it
_STATES = 12  # number of paths followed at the same time
_DECAY = 1.0  # seconds around an edge in which the other words move with it
# If one word ends when the next begins, ends count as this many seconds earlier than starts, to separate them.
_EPSILON = 1e-6
_TIMED = frozenset({"published", "aligned", "heard"})
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]*$")

_Knot = tuple[float, float]  # a time as stated and as found, seconds


@dataclass(frozen=True, slots=True)
class _Edge:
    """A word that begins a turn or a sentence: its position, its time and the error of that time, in seconds."""

    turn: int
    word: int
    time: float
    error: float


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is known about a turn's end: `openings` are the pauses after which another turn or sentence begins.

    The end is more likely in one of these, and is always after the start of the turn's last sentence, `last_sentence`
    (seconds).
    """

    openings: frozenset[Pause]
    last_sentence: float


@dataclass(frozen=True, slots=True)
class _Found:
    """The pause before an edge, whether it clearly beats all others, and how far the edge moves in seconds."""

    pause: Pause
    clear: bool
    shift: float


def refine_edges(turns: Sequence[Turn], pauses: Sequence[Pause]) -> tuple[Turn, ...]:
    """Return the turns with the edges of turns and sentences moved to the pauses of their recording.

    A start is moved to at most 40 ms before the sound after the best pause within the turn's `timing_error` + 0.3 s. If
    no pause fits (an interruption, music, overlapping speech), it stays. Words near an edge move with it.
    `timing_error` shrinks if both ends of a turn were found with certainty. Estimated times, and times with an error of
    more than 1.5 s, do not change.
    """
    edges = list(_apart(turns))
    rarities = _rarities(pauses)
    begins: list[dict[int, _Found]] = [{} for _ in turns]
    for edge, found in zip(edges, _chosen(edges, pauses, rarities), strict=True):
        if found is not None:
            begins[edge.turn][edge.word] = found
    openings = frozenset(found.pause for own in begins for found in own.values())
    after = [max((found.pause.end for found in own.values()), default=0.0) for own in begins]
    return tuple(
        _moved(turn, own, _closing(turn, _Begun(openings, earliest), pauses, rarities)) if _may_move(turn) else turn
        for turn, own, earliest in zip(turns, begins, after, strict=True)
    )


def has_movable_edges(turns: Sequence[Turn]) -> bool:
    """Return whether any turn has times that a recording can refine, so that decoding it is worthwhile."""
    return any(_may_move(turn) for turn in turns)


def _may_move(turn: Turn) -> bool:
    return turn.timing in _TIMED and turn.timing_error is not None and turn.timing_error <= MOST_ERROR


def _time(edge: _Edge) -> float:
    return edge.time


def begins_sentence(turn: Turn, place: int) -> bool:
    """Return whether word number `place` of a turn follows the end of a sentence."""
    return place > 0 and _SENTENCE_END.search(turn.words[place - 1].text) is not None


def _apart(turns: Sequence[Turn]) -> Iterator[_Edge]:
    """Yield the edges of all turns in order of time, except those within another person's turn."""
    edges = sorted((edge for number, turn in enumerate(turns) for edge in _edges(number, turn)), key=_time)
    upcoming = sorted(
        (turn.start, turn.end, number)
        for number, turn in enumerate(turns)
        if turn.start is not None and turn.end is not None
    )[::-1]
    speaking: list[tuple[float, int]] = []  # end and number of the turns that began before the edge
    for edge in edges:
        while upcoming and upcoming[-1][0] < edge.time - _OVERLAP:
            speaking.append(upcoming.pop()[1:])
        speaking = [(end, number) for end, number in speaking if end > edge.time + _OVERLAP]
        if all(number == edge.turn for _, number in speaking):
            yield edge


def _edges(number: int, turn: Turn) -> Iterator[_Edge]:
    """Yield the timed words of a turn that begin it or a sentence."""
    if not _may_move(turn) or turn.timing_error is None:
        return
    begins = True
    for place, word in enumerate(turn.words):
        begins = begins or begins_sentence(turn, place)
        if begins and word.start is not None:
            yield _Edge(number, place, word.start, turn.timing_error)
            begins = False


def _rarities(pauses: Sequence[Pause]) -> list[float]:
    """Return for each pause the logarithm of the seconds in which one pause of its length is expected."""
    lengths = [min(pause.end - pause.start, _LONGEST) for pause in pauses]
    ordered = sorted(lengths)
    seconds = max(1.0, pauses[-1].end) if pauses else 1.0
    return [log(seconds / (len(ordered) - bisect_left(ordered, _ALIKE * length))) for length in lengths]


def _gain(rarity: float, distance: float, error: float) -> float:
    """Return the log-likelihood that an edge is at a pause rather than at none."""
    spread = max(_LEAST_SPREAD, error / 2)
    far = (_TAIL + 1) / 2 * log1p((distance / spread) ** 2 / _TAIL)
    return _RARE * rarity - log(spread * sqrt(2 * pi)) - far


def _chosen(edges: Sequence[_Edge], pauses: Sequence[Pause], rarities: Sequence[float]) -> list[_Found | None]:
    """Return for each edge, in order of time, the pause before it or None; together they are the best choice.

    No pause is used for two edges, and the order is preserved. This is a shortest-path search over the last pause
    taken, which follows only the best few paths.
    """
    gains = [_gains(edge, pauses, rarities) for edge in edges]
    paths: list[dict[int, int]] = []  # for each edge: last pause taken after it → last pause taken before it
    states = {-1: 0.0}  # last pause taken → gain of all choices so far
    for offered in gains:
        best, path = dict(states), {state: state for state in states}
        for number, gain in offered.items():
            last = max((state for state in states if state < number), key=lambda state: states[state], default=None)
            if last is not None and states[last] + gain > best.get(number, -inf):
                best[number], path[number] = states[last] + gain, last
        paths.append(path)
        states = {state: best[state] for state in sorted(best, key=lambda state: -best[state])[:_STATES]}
    chosen: list[_Found | None] = []
    state = max(states, key=lambda last: states[last])
    for edge, path, offered in zip(reversed(edges), reversed(paths), reversed(gains), strict=True):
        chosen.append(None if path[state] == state else _found(edge, state, offered, pauses))
        state = path[state]
    return chosen[::-1]


def _found(edge: _Edge, taken: int, offered: Mapping[int, float], pauses: Sequence[Pause]) -> _Found:
    rivals = [gain for number, gain in offered.items() if number != taken]
    clear = offered[taken] >= max([0.0, *rivals]) + _CLEAR
    return _Found(pauses[taken], clear, abs(pauses[taken].end - edge.time))


def _gains(edge: _Edge, pauses: Sequence[Pause], rarities: Sequence[float]) -> dict[int, float]:
    """Return the candidate pauses of an edge, by number, and the score of each."""
    reach = edge.error + _WIDER
    near = range(bisect_left(pauses, edge.time - reach, key=_end), bisect_right(pauses, edge.time + reach, key=_end))
    return {number: _gain(rarities[number], pauses[number].end - edge.time, edge.error) for number in near}


def _closing(turn: Turn, begun: _Begun, pauses: Sequence[Pause], rarities: Sequence[float]) -> Pause | None:
    """Return the pause in which a turn ends, None if no pause fits."""
    if turn.start is None or turn.end is None or turn.timing_error is None:
        return None
    reach = turn.timing_error + _WIDER
    near = range(bisect_left(pauses, turn.end - reach, key=_start), bisect_right(pauses, turn.end + reach, key=_start))
    best, most = None, 0.0
    for number in near:
        pause = pauses[number]
        gain = _gain(rarities[number], pause.start - turn.end, turn.timing_error) + _SHARED * (pause in begun.openings)
        if gain > most and pause.start > (begun.last_sentence or turn.start):
            best, most = pause, gain
    return best


def _start(pause: Pause) -> float:
    return pause.start


def _end(pause: Pause) -> float:
    return pause.end


def _moved(turn: Turn, begins: Mapping[int, _Found], closing: Pause | None) -> Turn:
    """Return the turn with its words moved so that the given words begin after their pauses."""
    assert turn.timing_error is not None
    timed = [place for place, word in enumerate(turn.words) if word.start is not None and word.end is not None]
    if turn.start is None or turn.end is None or not (timed and (begins or closing)):
        return turn
    # A start without a pause stays, and does not move with the next sentence.
    knots: list[_Knot] = [] if timed[0] in begins else [(turn.start, turn.start)]
    for before, place in zip([None, *timed], timed, strict=False):
        if place in begins:
            knots.extend(_knots(turn, before, place, begins[place].pause))
    knots.append((turn.end - _EPSILON, turn.end if closing is None else closing.start + _AFTER))
    stated, found = np.array(list(_with_decay(_increasing(knots)))).T

    def move(time: float | None, side: float = 0.0) -> float | None:
        return None if time is None else max(0.0, float(np.interp(time - side, stated, found)))

    return replace(
        turn,
        start=move(turn.start),
        end=move(turn.end, _EPSILON),
        timing_error=_error(turn.timing_error, begins.get(timed[0]), closing),
        words=tuple(replace(word, start=move(word.start), end=move(word.end, _EPSILON)) for word in turn.words),
    )


def _knots(turn: Turn, before: int | None, place: int, pause: Pause) -> Iterator[_Knot]:
    """Yield where the word before a pause ends and the word after it begins."""
    start = turn.words[place].start
    assert start is not None and turn.timing_error is not None
    reach = turn.timing_error + _WIDER
    if before is not None:
        word, ended = turn.words[before], pause.start + _AFTER
        assert word.start is not None and word.end is not None
        # Stated ends often extend to the next word, so the pause may begin long before them, but not before the word.
        if word.start - reach <= ended <= word.end + reach:
            yield min(word.end, start) - _EPSILON, ended
    yield start, max(pause.start + _AFTER, pause.end - _BEFORE)


def _error(stated: float, opening: _Found | None, closing: Pause | None) -> float:
    """Return a turn's error in seconds: smaller if both ends are certain; in doubt it covers the old and new start."""
    if opening is None:
        return stated
    if opening.clear and closing is not None:
        return min(stated, FOUND_ERROR)
    return stated if opening.clear else max(stated, opening.shift)


def _increasing(knots: Sequence[_Knot]) -> list[_Knot]:
    """Return the knots in order of both times, without those that contradict an earlier one."""
    kept: list[_Knot] = []
    for knot in sorted(knots):
        if not kept or knot[1] >= kept[-1][1]:
            kept.append(knot)
    return kept


def _with_decay(knots: Sequence[_Knot]) -> Iterator[_Knot]:
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


def _still(knot: _Knot, side: int) -> Iterator[_Knot]:
    near, far = knot[0] + side * _reach(knot), knot[0] + side * 1e6
    yield from ((time, time) for time in sorted((near, far)))


def _reach(knot: _Knot) -> float:
    return max(_DECAY, 2 * abs(knot[1] - knot[0]))
