"""Compute the timeline of an episode (who speaks when, on a scale of 0 to 1,000) and find the turn at a given time.

The page draws it: one strip per speaker, with a span wherever they speak, and marks for hits.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ingest.transcript import Timing, Transcript, Turn

WIDTH = 1000.0
MOST_SPEAKERS = 6
NOBODY = "Speaker not named"
# Spans are at least wide enough to see, and gaps too narrow to see are closed, so that 3,000 turns make a small
# picture.
_LEAST_WIDTH = 1.0
_LEAST_GAP = 1.0
_LEAST_GUESSED_GAP = 10.0
_STEPS = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18_000, 36_000)  # seconds between two times on the axis
_MOST_STEPS = 6


class Stripe(NamedTuple):
    """A span of the timeline's width."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Strip:
    """The speech of one speaker, or of all others together: turns, seconds and share of all speech, 0…1.

    `first` is when they first speak, in seconds, and `timing` the origin of that time.
    """

    label: str
    turns: int
    seconds: float
    share: float
    first: float
    timing: Timing | None
    spans: tuple[Stripe, ...]

    @property
    def path(self) -> str:
        """The spans as the `d` attribute of an SVG path, one unit high."""
        return "".join(f"M{span.x:g} 0h{span.width:g}v1h-{span.width:g}z" for span in self.spans)


@dataclass(frozen=True, slots=True)
class Timeline:
    """An episode's strips in the order of their first turns.

    `estimated` are the spans whose times are estimates; those less than a hundredth of the width apart are merged.
    """

    duration: float
    strips: tuple[Strip, ...]
    estimated: tuple[Stripe, ...]


@dataclass(frozen=True, slots=True)
class _Speech:
    """A stretch of speech in seconds."""

    label: str
    start: float
    end: float
    timing: Timing | None


def timeline_of(transcript: Transcript) -> Timeline | None:
    """Return the timeline of an episode, None if no turn has a time.

    The width stands for the episode's duration, or for the end of its last turn if that is later. The six who speak
    longest have a strip each; the rest share one.
    """
    timed = list(_timed_speech(transcript))
    if not timed:
        return None
    duration = max(transcript.episode.duration or 0.0, *(turn.end for turn in timed), 1.0)
    names = _rows(timed)
    rows: dict[str, list[_Speech]] = {}
    for turn in timed:
        rows.setdefault(names[turn.label], []).append(turn)
    spoken = sum(turn.end - turn.start for turn in timed)
    return Timeline(
        duration,
        tuple(_strip(label, row, spoken, duration) for label, row in rows.items()),
        _spans(((turn.start, turn.end) for turn in timed if turn.timing == "estimated"), duration, _LEAST_GUESSED_GAP),
    )


def place(seconds: float, duration: float) -> float:
    """Return the position of a time on the timeline, 0 to 1,000; times outside are moved to the nearer end."""
    return round(min(max(seconds / duration, 0.0), 1.0) * WIDTH, 1)


def ticks(duration: float) -> tuple[float, ...]:
    """Return the times in seconds to print along the timeline: from 0, in round steps, at most seven."""
    step = next((step for step in _STEPS if duration / step <= _MOST_STEPS), duration / _MOST_STEPS)
    return tuple(number * step for number in range(int(duration / step) + 1))


def _timed_speech(transcript: Transcript) -> Iterator[_Speech]:
    """Yield the turns that have a time; one without an end lasts until the next timed turn begins."""
    timed = [turn for turn in transcript.turns if turn.start is not None]
    for turn, following in pairwise([*timed, None]):
        assert turn is not None and turn.start is not None
        until = turn.end if turn.end is not None else following.start if following else None
        start = max(turn.start, 0.0)
        yield _Speech(_label(transcript, turn), start, max(until or start, start), turn.timing)


def _label(transcript: Transcript, turn: Turn) -> str:
    return transcript.aliases.get(turn.speaker, turn.speaker) if turn.speaker else NOBODY


def _rows(timed: Sequence[_Speech]) -> dict[str, str]:
    """Return the strip for each label: one each for the six who speak longest, one for all others together."""
    seconds: dict[str, float] = {}
    for turn in timed:
        seconds[turn.label] = seconds.get(turn.label, 0.0) + turn.end - turn.start
    longest = sorted(seconds, key=lambda label: -seconds[label])
    if len(longest) <= MOST_SPEAKERS + 1:  # a strip for "1 other" would be no shorter
        return {label: label for label in longest}
    others = f"{len(longest) - MOST_SPEAKERS} others"
    return {label: label if number < MOST_SPEAKERS else others for number, label in enumerate(longest)}


def _strip(label: str, turns: Sequence[_Speech], spoken: float, duration: float) -> Strip:
    seconds = sum(turn.end - turn.start for turn in turns)
    return Strip(
        label=label,
        turns=len(turns),
        seconds=seconds,
        share=seconds / spoken if spoken else 0.0,
        first=turns[0].start,
        timing=turns[0].timing,
        spans=_spans(((turn.start, turn.end) for turn in turns), duration),
    )


def _spans(
    stretches: Iterable[tuple[float, float]], duration: float, least_gap: float = _LEAST_GAP
) -> tuple[Stripe, ...]:
    """Convert time ranges in seconds to spans in order, merging those that touch, overlap or nearly touch."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted((place(start, duration), place(end, duration)) for start, end in stretches):
        first = min(start, WIDTH - _LEAST_WIDTH)
        last = max(end, first + _LEAST_WIDTH)
        if joined and first - joined[-1][1] < least_gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(Stripe(round(first, 1), round(last - first, 1)) for first, last in joined)


def spoken_at(turns: Sequence[Turn], seconds: float | None) -> int | None:
    """Return the number of the turn spoken at a time, the latest that has begun; None before the first one."""
    if seconds is None:
        return None
    begun = [(turn.start, number) for number, turn in enumerate(turns) if turn.start is not None]
    return max((pair for pair in begun if pair[0] <= seconds), default=(0.0, None))[1]
