"""Move the edges of turns and sentences to the pauses of the recording; pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from ingest.timing.pause_scores import WIDER, Found, distance, found, near, rarities, scores
from ingest.timing.pauses import Pause
from ingest.timing.time_map import Knot, time_map
from ingest.transcript import Turn

MOST_ERROR = 1.5  # seconds; with a larger error, a turn could belong to any of many pauses
FOUND_ERROR = 0.3  # error bound in seconds (95 % of turns) if both ends of a turn were found
# The least error bound if one of them was not found: Whisper's own times begin up to 0.4 s and end up to 0.6 s away.
UNFOUND_ERROR = 0.6
_BEFORE, _AFTER = 0.025, 0.02  # seconds by which a start precedes its sound, and an end follows it
_SHARED = 2.0  # bonus for the end of a turn if another edge begins after the same pause
_OVERLAP = 0.4  # seconds; if another person speaks for this long before and after an edge, no pause marks it
_STATES = 12  # number of paths followed at the same time
# If one word ends when the next begins, ends count as this many seconds earlier than starts, to separate them.
_EPSILON = 1e-6
_TIMED = frozenset({"published", "aligned", "heard"})
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]*$")


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

    The end is more likely in one of these. It is always after the start of the turn's last sentence, `last_sentence`,
    and not after `next_opening`, the start of the pause before somebody else's next words (seconds).
    """

    openings: frozenset[Pause]
    last_sentence: float
    next_opening: float


def refine_edges(turns: Sequence[Turn], pauses: Sequence[Pause]) -> tuple[Turn, ...]:
    """Return the turns with the edges of turns and sentences moved to the pauses of their recording.

    A start is moved to at most 25 ms before the sound after the best pause within the turn's `timing_error` + 0.3 s,
    where seconds within that pause count less. An end is moved to the sound before a pause in the same way. If no pause
    fits (an interruption, music, overlapping speech), they stay. Words near an edge move with it. `timing_error`
    shrinks if both ends of a turn were found with certainty, and grows if one of them was not found. Estimated times,
    and times with an error of more than 1.5 s, do not change.
    """
    edges = list(_apart(turns))
    rarity = rarities(pauses)
    begins: list[dict[int, Found]] = [{} for _ in turns]
    for edge, opening in zip(edges, _chosen(edges, pauses, rarity), strict=True):
        if opening is not None:
            begins[edge.turn][edge.word] = opening
    return tuple(
        _moved(turn, own, _closing(turn, begun, pauses, rarity), pauses) if _may_move(turn) else turn
        for turn, own, begun in zip(turns, begins, _begun(edges, begins), strict=True)
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


def _begun(edges: Sequence[_Edge], begins: Sequence[Mapping[int, Found]]) -> Iterator[_Begun]:
    """Yield what is known about the end of each turn, from all edges in order of time and the pauses found for them."""
    openings = frozenset(opening.pause for own in begins for opening in own.values())
    order = [(edge.turn, begins[edge.turn].get(edge.word)) for edge in edges]
    last = {turn: place for place, (turn, _) in enumerate(order)}
    for turn, own in enumerate(begins):
        later = (order[place] for place in range(last.get(turn, len(order)) + 1, len(order)))
        after = next((opening.pause.start for other, opening in later if opening and other != turn), inf)
        yield _Begun(openings, max((opening.pause.end for opening in own.values()), default=0.0), after)


def _chosen(edges: Sequence[_Edge], pauses: Sequence[Pause], rarity: Sequence[float]) -> list[Found | None]:
    """Return for each edge, in order of time, the pause before it or None; together they are the best choice.

    No pause is used for two edges, and the order is preserved. This is a shortest-path search over the last pause
    taken, which follows only the best few paths.
    """
    gains = [_gains(edge, pauses, rarity) for edge in edges]
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
    chosen: list[Found | None] = []
    state = max(states, key=lambda last: states[last])
    for edge, path, offered in zip(reversed(edges), reversed(paths), reversed(gains), strict=True):
        moves = {number: pauses[number].end - edge.time for number in offered}
        chosen.append(None if path[state] == state else found(pauses[state], state, offered, moves))
        state = path[state]
    return chosen[::-1]


def _gains(edge: _Edge, pauses: Sequence[Pause], rarity: Sequence[float]) -> dict[int, float]:
    """Return the candidate pauses of an edge, by number, and the score of each."""
    return scores(
        {number: _late(edge.time, pauses[number]) for number in near(edge.time, edge.error, pauses)}, edge.error, rarity
    )


def _late(time: float, pause: Pause) -> float:
    """Return how far a stated start is from the end of a pause; a start before the pause has no silence of its own."""
    return distance(time, pause.end, pause) if time >= pause.start else pause.end - time


def _closing(turn: Turn, begun: _Begun, pauses: Sequence[Pause], rarity: Sequence[float]) -> Found | None:
    """Return the pause in which a turn ends, None if no pause fits."""
    if turn.start is None or turn.end is None or turn.timing_error is None:
        return None
    earliest = begun.last_sentence or turn.start
    distances = {
        number: distance(turn.end, pauses[number].start, pauses[number])
        for number in near(turn.end, turn.timing_error, pauses)
        if earliest < pauses[number].start <= begun.next_opening
    }
    offered = {
        number: gain + _SHARED * (pauses[number] in begun.openings)
        for number, gain in scores(distances, turn.timing_error, rarity).items()
    }
    best = max(offered, key=lambda number: offered[number], default=None)
    if best is None or offered[best] <= 0.0:
        return None
    return found(pauses[best], best, offered, {number: pauses[number].start - turn.end for number in offered})


def _moved(turn: Turn, begins: Mapping[int, Found], closing: Found | None, pauses: Sequence[Pause]) -> Turn:
    """Return the turn with its words moved so that the given words begin after their pauses."""
    assert turn.timing_error is not None
    timed = [place for place, word in enumerate(turn.words) if word.start is not None and word.end is not None]
    if turn.start is None or turn.end is None or not timed:
        return turn
    error = max(_error(turn.timing_error, begins.get(timed[0])), _error(turn.timing_error, closing))
    if not (begins or closing):
        return replace(turn, timing_error=max(error, _in_silence(turn.start, turn.end, pauses)))
    # A start without a pause stays, and does not move with the next sentence.
    knots: list[Knot] = [] if timed[0] in begins else [(turn.start, turn.start)]
    for before, place in zip([None, *timed], timed, strict=False):
        if place in begins:
            knots.extend(_knots(turn, before, place, begins[place].pause))
    knots.append((turn.end - _EPSILON, turn.end if closing is None else closing.pause.start + _AFTER))
    moved = time_map(knots)

    def move(time: float | None, side: float = 0.0) -> float | None:
        return None if time is None else moved(time - side)

    return replace(
        turn,
        start=move(turn.start),
        end=move(turn.end, _EPSILON),
        timing_error=error,
        words=tuple(replace(word, start=move(word.start), end=move(word.end, _EPSILON)) for word in turn.words),
    )


def _knots(turn: Turn, before: int | None, place: int, pause: Pause) -> Iterator[Knot]:
    """Yield where the word before a pause ends and the word after it begins."""
    start = turn.words[place].start
    assert start is not None and turn.timing_error is not None
    reach = turn.timing_error + WIDER
    if before is not None:
        word, ended = turn.words[before], pause.start + _AFTER
        assert word.start is not None and word.end is not None
        # Stated ends often extend to the next word, so the pause may begin long before them, but not before the word.
        if word.start - reach <= ended <= word.end + reach:
            yield min(word.end, start) - _EPSILON, ended
    yield start, max(pause.start + _AFTER, pause.end - _BEFORE)


def _error(stated: float, edge: Found | None) -> float:
    """Return the error of one end in seconds: smaller if it is certain, but never less than it was moved."""
    if edge is None:
        return max(stated, UNFOUND_ERROR)
    return max(min(stated, FOUND_ERROR) if edge.clear else stated, edge.doubt)


def _in_silence(start: float, end: float, pauses: Sequence[Pause]) -> float:
    """Return the error in seconds of a turn that lies within a pause, 0 if it does not.

    There is nothing to hear within a pause, so the turn is said before or after it.
    """
    place = bisect_right(pauses, start, key=lambda pause: pause.start) - 1
    if place < 0 or end > pauses[place].end:
        return 0.0
    return max(end - pauses[place].start, pauses[place].end - start) + FOUND_ERROR
