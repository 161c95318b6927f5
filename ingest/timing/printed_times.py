"""Use the times that a publisher prints beside turns: drop impossible ones, and estimate those between; pure."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

from ingest.text.clock import clock
from ingest.text.words import pieces
from ingest.timing.estimate import ERROR_PER_SECOND, FASTEST, LEAST_ERROR, SLOWEST, USUAL_PACE
from ingest.transcript import OfficialTurn, Turn, Word, untimed

HASTE = 5.0  # words per second; nobody speaks faster for a whole turn
OVERLAP = 10.0  # seconds by which turns may interrupt each other, or a printed time may be wrong without harm
_SECOND = 1.0  # precision of "12:34" in seconds
_FRACTION = 0.5  # precision of "12:34.5"; people cannot hear more precisely where a turn begins
_STEPS = (60.0, 30.0, 15.0, 10.0, 5.0)  # seconds to which a publisher may round
_ENOUGH = 4  # different times needed to detect rounding
_DISAGREEMENT = 5.0  # seconds; a larger difference between printed and heard times means a different edit
_AHEAD = 50  # most turns that begin in the same second
_NAMED = 5  # dropped times listed in a message

# Error of words spread evenly between printed times, in seconds per second to the nearer of them, in addition to the
# error of those times: covers 96 % of sentences (2,465 of the alignment corpus, without their turns' first words).
_DRIFT = 0.3
_ROUNDING = 0.0021  # seconds by which rounding to milliseconds changes a length
# At these words per second, the end of the last word does not depend on the next turn's time.
_OPEN_PACES = (SLOWEST, USUAL_PACE, HASTE)


class Plausible(NamedTuple):
    """Turns without impossible printed times, and one line for each kind of impossible time."""

    turns: tuple[OfficialTurn, ...]
    problems: tuple[str, ...] = ()


class _Stretch(NamedTuple):
    """Turns [first, last) that start at a known time; `end` is the next known time or None; seconds."""

    first: int
    last: int
    start: float
    end: float | None


def without_impossible_times(turns: Sequence[OfficialTurn], duration: float | None) -> Plausible:
    """Return the turns without printed times that are past the end, run backwards or leave no time to speak.

    The times that agree with most others stay: the longest sequence in which nobody says over five words per second,
    and the times within ten seconds of it. If those are fewer than half, none stays. `duration` is in seconds.
    """
    if all(turn.start is None for turn in turns):
        return Plausible(tuple(turns), ())
    late = {index for index, turn in enumerate(turns) if turn.start is not None and turn.start > _limit(duration)}
    times = [(index, turn.start) for index, turn in enumerate(turns) if turn.start is not None and index not in late]
    wrong = _out_of_order(times, [0, *accumulate(sum(_speech(turn)) for turn in turns)])
    problems = [
        *_problem(turns, sorted(late), "are past the end of the recording"),
        *_problem(turns, sorted(wrong), "run backwards or leave no time to speak"),
    ]
    dropped = late | wrong
    kept = tuple(replace(turn, start=None) if index in dropped else turn for index, turn in enumerate(turns))
    return Plausible(kept, tuple(problems))


def place_at_printed_times(turns: Sequence[OfficialTurn], duration: float | None, complete: bool) -> tuple[Turn, ...]:
    """Return turns at their printed times with timing "published", and turns between them with timing "estimated".

    Words are spread up to the next known time, at 1.8 to 5 words per second. The `timing_error` of a printed time is
    its precision, one second for "12:34". That of an estimate follows Law 2 of the design, with the printed times as
    known ends, plus the time that the words do not fill. After the last printed time, words are spread up to the end if
    the text is complete and fits, else at 2.7 words per second. Words past `duration` seconds have no time.
    """
    known = [turn.start for turn in turns if turn.start is not None]
    if not known:
        return tuple(map(untimed, turns))
    precision = _precision(known)
    limit = max([duration, *known]) if duration else math.inf
    placed: list[Turn] = []
    for stretch in _stretches(turns, duration if complete else None):
        placed += _placed(turns[stretch.first : stretch.last], stretch, limit, precision)
    return tuple(placed)


def error_within(turn: Turn, start: float, end: float) -> float | None:
    """Return the error bound in seconds for a turn's words from `start` to `end`, None if the turn has no times.

    It is the turn's `timing_error`. For words spread evenly between printed times, only the turn's edges are known, so
    0.3 s is added per second from the nearer edge, or from the start if the end is not known either.
    """
    length = _even_length(turn) if turn.timing == "published" else None
    if turn.timing_error is None or turn.start is None or turn.end is None or not length:
        return turn.timing_error
    is_open = any(abs(length - 1 / pace) <= _ROUNDING for pace in _OPEN_PACES)
    away = [time - turn.start if is_open else min(time - turn.start, turn.end - time) for time in (start, end)]
    return turn.timing_error + _DRIFT * max(0.0, *away)


def time_problems(official: Sequence[OfficialTurn], turns: Sequence[Turn], duration: float | None) -> tuple[str, ...]:
    """Return a line for each doubt about printed times: impossible times, and times the recording contradicts.

    `turns` are those of the transcript. If the median difference between aligned and printed starts is over five
    seconds, text and recording are different edits.
    """
    found = without_impossible_times(official, duration)
    if len(found.turns) != len(turns):
        return found.problems
    apart = [
        abs(turn.start - printed.start)
        for printed, turn in zip(found.turns, turns, strict=True)
        if printed.start is not None and turn.start is not None and turn.timing == "aligned"
    ]
    if not apart or median(apart) <= _DISAGREEMENT:
        return found.problems
    line = f"printed times and recording differ by {median(apart):.0f} s (median): one of them is a different edit"
    return (*found.problems, line)


def _even_length(turn: Turn) -> float | None:
    """Return the seconds per word if most words have equal lengths without gaps, which shows that they were spread."""
    spans = [(word.start, word.end) for word in turn.words if word.start is not None and word.end is not None]
    if len(spans) < 2:
        return None
    usual = median(end - start for start, end in spans)
    even = sum(
        abs(end - start - usual) <= _ROUNDING and abs(after - start - usual) <= _ROUNDING
        for (start, end), (after, _) in pairwise(spans)
    )
    # Most, not all: if there is a recording, the words beside a pause were moved.
    return usual if 2 * even >= len(spans) - 1 else None


def _limit(duration: float | None) -> float:
    """Return the latest time at which a turn may begin; a duration of whole minutes was probably rounded down."""
    if not duration:
        return math.inf
    return duration + (60.0 if duration % 60 == 0 else 0.0)


def _speech(turn: OfficialTurn) -> list[bool]:
    return [not piece.mark for piece in pieces(turn.text)]


def _out_of_order(times: Sequence[tuple[int, float]], said: Sequence[int]) -> set[int]:
    """Return the turns whose time contradicts the others; `said` is the number of words before each turn."""
    # A time minus the least time for the words before it. It never decreases if the times leave room for the words.
    slack = {index: time - said[index] / HASTE for index, time in times}
    backbone = _longest_run([(index, value) for index, value in slack.items() if value >= -OVERLAP])
    bounds = [0.0, *(slack[index] for index in backbone), math.inf]
    kept = set()
    for index, value in slack.items():
        place = bisect_right(backbone, index)  # the backbone's times around this one; its own members always pass
        if bounds[place] - OVERLAP <= value <= bounds[place + 1] + OVERLAP:
            kept.add(index)
    return slack.keys() - kept if 2 * len(kept) >= len(slack) else set(slack)


def _longest_run(values: Sequence[tuple[int, float]]) -> list[int]:
    """Return the numbers of a longest subsequence whose values never decrease (patience sorting, n log n)."""
    lowest: list[float] = []  # the last value of the best run of each length
    ends: list[int] = []
    before: list[int] = []
    for place, (_, value) in enumerate(values):
        length = bisect_right(lowest, value)
        before.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = [value]
        ends[length : length + 1] = [place]
    run: list[int] = []
    place = ends[-1] if ends else -1
    while place >= 0:
        run.append(values[place][0])
        place = before[place]
    return run[::-1]


def _problem(turns: Sequence[OfficialTurn], dropped: Sequence[int], what: str) -> list[str]:
    if not dropped:
        return []
    named = ", ".join(f"turn {index} at {clock(turns[index].start or 0.0)}" for index in dropped[:_NAMED])
    more = f" and {len(dropped) - _NAMED} more" if len(dropped) > _NAMED else ""
    return [f"printed times that {what} are not used: {named}{more}"]


def _precision(times: Sequence[float]) -> float:
    """Return the precision of printed times in seconds: the coarsest step that all of them are multiples of."""
    if any(time % 1 for time in times):
        return _FRACTION
    different = {time for time in times if time}
    if len(different) < _ENOUGH:
        return _SECOND
    return next((step for step in _STEPS if all(time % step == 0 for time in different)), _SECOND)


def _stretches(turns: Sequence[OfficialTurn], end: float | None) -> list[_Stretch]:
    known = [(index, turn.start) for index, turn in enumerate(turns) if turn.start is not None]
    if known[0][0] > 0:
        known.insert(0, (0, 0.0))
    found = []
    for place, (first, start) in enumerate(known):
        last = known[place + 1][0] if place + 1 < len(known) else len(turns)
        # Turns that overlap, or begin in the same second, last until the next later time.
        later = next((time for _, time in known[place + 1 : place + 1 + _AHEAD] if time > start), None)
        if place + 1 == len(known) and end is not None:
            words = sum(sum(_speech(turn)) for turn in turns[first:])
            later = end if end > start and SLOWEST <= words / (end - start) <= FASTEST else None
        found.append(_Stretch(first, last, start, later))
    return found


def _placed(turns: Sequence[OfficialTurn], stretch: _Stretch, limit: float, precision: float) -> list[Turn]:
    speeches = [_speech(turn) for turn in turns]
    total = sum(map(sum, speeches))
    pace, misfit = USUAL_PACE, 0.0
    if stretch.end is not None:
        room = stretch.end - stretch.start
        pace = min(max(total / room, SLOWEST), HASTE)
        misfit = abs(room - total / pace)
    placed = []
    said = 0
    for official, speech in zip(turns, speeches, strict=True):
        words = _words(official, speech, stretch.start + said / pace, pace, limit)
        said += sum(speech)
        turn = replace(untimed(official), words=words)
        starts = [word.start for word in words if word.start is not None]
        ends = [word.end for word in words if word.end is not None]
        if official.start is not None:
            end = ends[-1] if ends else official.start
            turn = replace(turn, start=official.start, end=end, timing="published", timing_error=precision)
        elif starts:
            error = _error(starts[0], ends[-1], stretch) + misfit
            turn = replace(turn, start=starts[0], end=ends[-1], timing="estimated", timing_error=error)
        placed.append(turn)
    return placed


def _words(turn: OfficialTurn, speech: Sequence[bool], start: float, pace: float, limit: float) -> tuple[Word, ...]:
    """Place the words of a turn from its start at `pace` words per second; the recording ends at `limit` seconds."""
    words = []
    said = 0
    for piece, counts in zip(turn.text.split(), speech, strict=True):
        begin = start + said / pace
        timed = counts and begin < limit
        words.append(Word(piece, begin, min(start + (said + 1) / pace, limit)) if timed else Word(piece))
        said += counts
    return tuple(words)


def _error(start: float, end: float, stretch: _Stretch) -> float:
    """Return the error bound of an estimate in seconds; it grows with the distance from the nearer known time."""
    if stretch.end is None:
        return LEAST_ERROR + ERROR_PER_SECOND * (end - stretch.start)
    middle = min(max(start, (stretch.start + stretch.end) / 2), end)
    distance = max(min(time - stretch.start, abs(stretch.end - time)) for time in (start, middle, end))
    return LEAST_ERROR + ERROR_PER_SECOND * distance
