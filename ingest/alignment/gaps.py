"""Find the gaps of an official text: stretches of the recording that it lacks, with or without words; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.transcript import Divergence, Turn, Unheard, Unwritten

# Seconds between two official words from which something else is in the recording: music, an advert, a lost paragraph.
# People who talk are silent for up to three.
LEAST_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the recording in which none of the official words are heard, in seconds.

    `text` are the words that are heard in it, "" if there are none.
    """

    text: str
    start: float
    end: float


def gaps_of(turns: Sequence[Turn], divergence: Divergence, duration: float | None) -> tuple[Gap, ...]:
    """Return the gaps of five seconds or more in order of time, each from one official word to the next.

    The first begins with the recording, the last ends at its `duration` in seconds. Without aligned times there are
    none.
    """
    found: list[Gap] = []
    for start, end in _between(sorted(_spoken(turns, divergence.unheard)), duration):
        inside = [words.text for words in divergence.unwritten if _is_in(words, start, end)]
        found.append(Gap(" ".join(inside), start, end))
    return tuple(found)


def outside(unwritten: Sequence[Unwritten], gaps: Sequence[Gap]) -> list[Unwritten]:
    """Return the heard words that are in no gap, but among official words."""
    return [words for words in unwritten if not any(_is_in(words, gap.start, gap.end) for gap in gaps)]


def placed(unheard: Unheard, turns: Sequence[Turn]) -> Unheard:
    """Return unheard words with the times between which they would have been spoken.

    A turn of which nothing was heard has no times of its own, so it gets those between the turns around it.
    """
    if unheard.start is not None:
        return unheard
    ends = [turn.end for turn in turns[: unheard.turn] if turn.end is not None]
    starts = [turn.start for turn in turns[unheard.turn + 1 :] if turn.start is not None]
    start = ends[-1] if ends else 0.0 if starts else None
    return replace(unheard, start=start, end=max(starts[0], start or 0.0) if starts else None)


def _is_in(words: Unwritten, start: float, end: float) -> bool:
    return start < (words.start + words.end) / 2 < end


def _spoken(turns: Sequence[Turn], unheard: Sequence[Unheard]) -> Iterator[tuple[float, float]]:
    """Yield the times of the aligned words, without those that were not heard: theirs are only guessed."""
    missing: dict[int, list[tuple[float, float]]] = {}
    for item in unheard:
        if item.start is not None and item.end is not None:
            missing.setdefault(item.turn, []).append((item.start, item.end))
    for number, turn in enumerate(turns):
        for word in turn.words if turn.timing == "aligned" else ():
            if word.start is None or word.end is None:
                continue
            if not any(start <= word.start and word.end <= end for start, end in missing.get(number, ())):
                yield word.start, word.end


def _between(spoken: Sequence[tuple[float, float]], duration: float | None) -> Iterator[tuple[float, float]]:
    now = 0.0
    for start, end in spoken:
        if start - now >= LEAST_GAP:
            yield now, start
        now = max(now, end)
    if spoken and duration is not None and duration - now >= LEAST_GAP:
        yield now, duration
