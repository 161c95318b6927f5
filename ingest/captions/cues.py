"""The values of a caption file: blocks as they stand in it, and cues, which hold one speaker's words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.text.words import begins_clip, normalise, pieces

# The error of cues' and of single words' times, in seconds.
CUE_ERROR = 0.5
WORD_ERROR = 0.2
_FIRST_WORDS = 6
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # of direction, or without width


@dataclass(frozen=True, slots=True)
class Block:
    """One caption as in its file: raw text with tags, times in seconds; `is_plain` if the format has no tags.

    `times` has the known starts of words as (number of the whitespace-separated piece, seconds).
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
    id: str | None = None
    is_plain: bool = False
    times: tuple[tuple[int, float], ...] = ()
    error: float = CUE_ERROR


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: words of one speaker between two times in seconds; the lines of `text` are joined with "\\n".

    `times` has the known starts of words as (number of the whitespace-separated piece, seconds). `opens` says that the
    text marks a new turn here (a label, ">>"). `error` is the error bound of start and end in seconds.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
    id: str | None = None
    times: tuple[tuple[int, float], ...] = ()
    opens: bool = False
    error: float = CUE_ERROR


@dataclass(frozen=True, slots=True)
class SpeakerRun:
    """A stretch of one speaker inside a cue; `first` is the number of its first piece in the cue."""

    speaker: str | None
    text: str
    first: int
    opens: bool = False


def part_of(cue: Cue | Block) -> tuple[int, int] | None:
    """Return (turn, part) from a cue id of our own exports ("17-2": turn 17, part 2), None for any other id."""
    turn, dash, part = (cue.id or "").partition("-")
    is_ours = bool(dash) and turn.isdecimal() and part.isdecimal() and max(len(turn), len(part)) < 8
    return (int(turn), int(part)) if is_ours else None


def spread(lengths: Sequence[int], start: float, end: float, known: Mapping[int, float]) -> list[float]:
    """Return the start of each piece in seconds: the `known` starts, and between them in proportion to `lengths`.

    Known starts outside [start, end] or before the previous one are ignored.
    """
    edges = [(0, start)]
    for index, at in sorted(known.items()):
        if 0 <= index < len(lengths) and edges[-1][1] <= at <= end:
            edges.append((index, at))
    edges.append((len(lengths), end))
    starts: list[float] = []
    for (first, begin), (last, until) in pairwise(edges):
        total, passed = sum(lengths[first:last]), 0
        for length in lengths[first:last]:
            starts.append(begin + (until - begin) * passed / total if total else begin)
            passed += length
    return starts


def is_clip(text: str) -> bool:
    """Return whether a cue is only a mark that announces a clip ("[Music]")."""
    return not normalise(text) and begins_clip(text)


def first_words(text: str) -> str:
    """Return the first words of a caption, by which people find one that was left out."""
    return " ".join(text.split()[:_FIRST_WORDS])


def tidy(text: str) -> str:
    """Return a caption's lines without outer and double spaces, invisible signs and empty lines."""
    lines = (" ".join(_INVISIBLE.sub("", line).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def numbered(spoken: Iterable[tuple[str | None, str, bool]]) -> list[SpeakerRun]:
    """Return (speaker, text, opens) as runs whose texts follow each other in one cue; empty texts are left out."""
    runs: list[SpeakerRun] = []
    first = 0
    for speaker, text, opens in spoken:
        if text:
            runs.append(SpeakerRun(speaker, text, first, opens))
            first += len(text.split())
    return runs


def cut(cue: Cue, runs: Sequence[SpeakerRun]) -> Iterator[Cue]:
    """Yield one cue per run; a run that begins inside the cue without a known time gets a time estimated by length."""
    if len(runs) == 1 and runs[0].first == 0:
        run = runs[0]
        yield replace(cue, text=run.text, speaker=run.speaker, opens=run.opens)
        return
    lengths = [0] * len(cue.text.split())  # labels and marks take no time
    for run in runs:
        for number, piece in enumerate(pieces(run.text), run.first):
            lengths[number] = 0 if piece.mark else len(piece.text)
    known = dict(cue.times)
    starts = spread(lengths, cue.start, cue.end, known)
    error = cue.error if known or len(runs) == 1 else max(cue.error, (cue.end - cue.start) / 4)
    edges = [cue.start, *(starts[run.first] for run in runs[1:]), cue.end]
    for run, (start, end) in zip(runs, pairwise(edges), strict=False):
        inside = range(run.first, run.first + len(run.text.split()))
        times = tuple((number - run.first, known[number]) for number in inside if number in known)
        yield Cue(round(start, 3), round(end, 3), run.text, run.speaker, cue.id, times, run.opens, error)
