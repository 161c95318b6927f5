"""Differences between text and recording, by turn, for readers of the transcript; pure."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.alignment.gaps import Gap, gaps_of, outside, placed
from ingest.text.words import without_marks
from ingest.transcript import Transcript, Turn, Unwritten

_SHOWN_WORDS = 40  # words shown of a difference; the divergence report has all of them


@dataclass(frozen=True, slots=True)
class DivergentWords:
    """Words of a turn that were not heard, or (`is_heard`) words heard after it that the text does not have.

    `text` is "" for a part of the recording that the text lacks and in which no words were heard.
    `is_whole`: nothing of the turn was heard. `start` and `end` are seconds, None if unknown.
    """

    text: str
    is_heard: bool
    is_whole: bool
    start: float | None
    end: float | None


def differences_of(transcript: Transcript, duration: float | None = None) -> dict[int, tuple[DivergentWords, ...]]:
    """Return the differences by the number of the turn they are in or follow; -1 means before the first turn.

    `duration` is that of the recording in seconds, None if unknown.
    """
    found: dict[int, tuple[DivergentWords, ...]] = {}
    for number, difference in _differences(transcript, duration):
        found[number] = (*found.get(number, ()), difference)
    return found


def _differences(transcript: Transcript, duration: float | None) -> Iterator[tuple[int, DivergentWords]]:
    if transcript.divergence is None:
        return
    for missing in (placed(item, transcript.turns) for item in transcript.divergence.unheard):
        words = missing.text.split()
        is_whole = len(words) >= len(without_marks(transcript.turns[missing.turn].text).split())
        yield missing.turn, DivergentWords(_cut(words), False, is_whole, missing.start, missing.end)
    starts = _starts(transcript.turns)
    gaps = gaps_of(transcript.turns, transcript.divergence, duration)
    extras: list[Gap | Unwritten] = [*gaps, *outside(transcript.divergence.unwritten, gaps)]
    for extra in sorted(extras, key=lambda part: part.start):
        number = bisect_right(starts, extra.start) - 1
        yield number, DivergentWords(_cut(extra.text.split()), True, False, extra.start, extra.end)


def _starts(turns: Sequence[Turn]) -> list[float]:
    """Return each turn's start, never earlier than the turn before, so that turns moved or without times keep order."""
    starts: list[float] = []
    latest = 0.0
    for turn in turns:
        latest = max(latest, turn.start or 0.0)
        starts.append(latest)
    return starts


def _cut(words: Sequence[str]) -> str:
    return " ".join(words) if len(words) <= _SHOWN_WORDS else f"{' '.join(words[:_SHOWN_WORDS])} …"
