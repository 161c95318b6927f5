"""Say once what rolling captions say again: a line that moves up, a cue that repeats the end of the one before."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.captions.cues import Cue, tidy

# Captions roll if more than half of them begin with the last lines of the one before, and two fifths of those add new
# words: a copy of each line may stand between.
# In other files the first share is rarely over 0.02, and people who say "yes" again and again add no new words.
_ROLLING = 0.5
_ADDING = 0.4
# They also roll if a third of them, and at least three, begin with its last two words or more. A file that says a line
# in two halves, the second time in full, has nearly a half.
_OVERLAPPING = 0.3
_FEWEST_WORDS = 2
_FEWEST_REPEATS = 3
_MOST_WORDS = 60
_LONG = 0.5  # seconds
_ROLLING_LINES = 4  # the most lines on a screen


def unrolled(cues: Sequence[Cue]) -> list[Cue]:
    """Remove what rolling cues repeat of the cue before; in other files people who repeat themselves are kept."""
    if not cues:
        return []
    lines = [0, *(_repeated_lines(before, cue) for before, cue in pairwise(cues))]
    words = list(_repeated_words(cues))
    fewest = min(_FEWEST_REPEATS, len(cues) - 1)  # in a short file every cue repeats
    kinds = [lines] * _rolls(cues, lines, _ROLLING) + [words] * (
        _rolls(cues, words, _OVERLAPPING) and sum(map(bool, words)) >= fewest
    )
    repeats = [max(counts) for counts in zip(*kinds, strict=True)] if kinds else [0] * len(cues)
    found: list[Cue] = []
    for index, (cue, count) in enumerate(zip(cues, repeats, strict=True)):
        is_copy = index > 0 and replace(cue, id=None) == replace(cues[index - 1], id=None)
        if not (is_copy or (count and count == len(cue.text.split()))):
            found.append(_without_first(cue, count) if count else cue)
        elif found and cue.end - found[-1].end >= _LONG:
            # The words stay on the screen while the line moves up; that is no pause, but less is known of their end.
            found[-1] = replace(found[-1], end=cue.end, error=max(found[-1].error, round(cue.end - found[-1].end, 3)))
    return found


def _rolls(cues: Sequence[Cue], repeats: Sequence[int], share: float) -> bool:
    adding = sum(0 < count < len(cue.text.split()) for count, cue in zip(repeats, cues, strict=True))
    repeating = sum(map(bool, repeats))
    return len(cues) > 2 and repeating > share * (len(cues) - 1) and adding >= _ADDING * repeating


def _repeated_lines(before: Cue, cue: Cue) -> int:
    """Return how many pieces at the start of a cue repeat the last whole lines of the cue before."""
    if not _follows(before, cue):
        return 0
    words, lines = cue.text.split(), before.text.split("\n")[-_ROLLING_LINES:]
    tails = (" ".join(lines[first:]).split() for first in range(len(lines)))
    return next((len(tail) for tail in tails if words[: len(tail)] == tail), 0)


def _repeated_words(cues: Sequence[Cue]) -> Iterator[int]:
    """Yield how many pieces at the start of each cue repeat the last ones of the cue before, 0 if fewer than two."""
    said: list[str] = []
    before: Cue | None = None
    for cue in cues:
        words = [_spelt(word) for word in cue.text.split()]
        follows = before is not None and _follows(before, cue)
        yield _overlap(said[-_MOST_WORDS:], words[:_MOST_WORDS]) if follows else 0
        said, before = words, cue


def _overlap(said: Sequence[str], words: Sequence[str]) -> int:
    """Return how many of the first `words` are the last ones `said`, 0 if fewer than two (Knuth, Morris, Pratt)."""
    if not words or words[0] not in said:
        return 0
    borders = [0] * len(words)
    length = 0
    for place in range(1, len(words)):
        while length and words[place] != words[length]:
            length = borders[length - 1]
        length += words[place] == words[length]
        borders[place] = length
    length = 0
    for word in said:
        while length and (length == len(words) or word != words[length]):
            length = borders[length - 1]
        length += word == words[length]
    return length if length >= _FEWEST_WORDS else 0


def _spelt(word: str) -> str:
    """Return a word's letters and digits in lower case: what is said again may have got its comma only then."""
    return "".join(filter(str.isalnum, word.casefold())) or word


def _follows(before: Cue, cue: Cue) -> bool:
    return before.start <= cue.start <= before.end + 1.0 and cue.speaker == before.speaker


def _without_first(cue: Cue, count: int) -> Cue:
    lines: list[str] = []
    left = count
    for line in cue.text.split("\n"):
        words = line.split()
        lines.append(" ".join(words[left:]))
        left = max(0, left - len(words))
    times = tuple((number - count, at) for number, at in cue.times if number >= count)
    return replace(cue, text=tidy("\n".join(lines)), times=times)
