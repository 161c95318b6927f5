"""Improve word times that captions spread evenly over a cue: by the words' spoken length, with pauses.

The constants were fitted to the alignment corpus (captions by Whisper, 1,201 turns).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ingest.alignment.spoken_form import spoken_form
from ingest.transcript import HeardWord

# Lengths of pauses in letters; a letter takes about 0.065 s.
_WORD = 1.0  # between two words
_SENTENCE, _CLAUSE = 3.0, 2.0  # after . ? ! and after , ; :
_CHANGE = 3.0  # before a different speaker
_USUAL_PACE = 0.065  # seconds per letter if no cue has many words
_MANY = 5  # fewest words of a cue that is used to measure the pace
# If a new speaker begins in a cue that is longer than its words need, the cue begins with silence, because Whisper's
# captions leave no gaps. This is the share of the silence before the first word; it shrinks with the number of words,
# which have pauses of their own.
_LEAD, _LEAD_WORDS = 0.5, 8.0
_EARLY = 0.18  # seconds by which a new speaker begins before a cue's edge
_EARLY_WITHIN = 0.05  # the same inside a cue
# A cue that lasts a whole Whisper window (30 s) with few words has lost the rest; its words are the first ones.
_WINDOW = 20.0  # seconds
_SLOWEST = 0.3  # seconds per letter

_EVEN = 0.0021  # seconds that rounding to milliseconds moves a length
_QUOTES = "\"'”’)]"


def respread_cue_words(heard: Sequence[HeardWord], opens: Collection[int]) -> list[HeardWord]:
    """Return the words with new times, in seconds, for each evenly spread run of words; a run is one cue.

    `opens` are the numbers of the words with which a new speaker begins. A cue is recognised by equal seconds per
    letter, so words that were timed one by one keep their times, except those in `opens`.
    """
    cues = list(_cues(heard))
    pace = _pace([heard[first:last] for first, last in cues])
    words: list[HeardWord] = []
    for first, last in cues:
        words.extend(_spread(heard[first:last], [index in opens for index in range(first, last)], pace))
    return words


def _pace(cues: Sequence[Sequence[HeardWord]]) -> float:
    """Return the median seconds per letter of the cues."""
    paces = [(cue[-1].end - cue[0].start) / sum(map(_length, cue)) for cue in cues if len(cue) >= _MANY]
    likely = [pace for pace in paces if pace < _SLOWEST]
    return median(likely) if likely else _USUAL_PACE


def _length(word: HeardWord) -> float:
    return _WORD + sum(map(len, spoken_form(word.text)))


def _cues(heard: Sequence[HeardWord]) -> Iterator[tuple[int, int]]:
    first = 0
    for index, (word, after) in enumerate(pairwise(heard), 1):
        if not _same_cue(word, after):
            yield first, index
            first = index
    if heard:
        yield first, len(heard)


def _same_cue(word: HeardWord, after: HeardWord) -> bool:
    if abs(after.start - word.end) > _EVEN:
        return False
    here, there = max(1, len(word.text)), max(1, len(after.text))
    return abs((word.end - word.start) / here - (after.end - after.start) / there) <= _EVEN / here + _EVEN / there


def _spread(cue: Sequence[HeardWord], opens: Sequence[bool], usual: float) -> list[HeardWord]:
    if len(cue) == 1 and not opens[0]:
        return list(cue)
    lengths = [_length(word) for word in cue]
    pauses = [_pause(None if index == 0 else cue[index - 1].text, opens[index]) for index in range(len(cue))]
    start, end = cue[0].start, cue[-1].end
    if end - start > max(_WINDOW, _SLOWEST * sum(lengths)):
        end = start + usual * sum(lengths)
    elif opens[0]:
        slack = max(0.0, end - start - usual * sum(lengths))
        start += slack * _LEAD * _LEAD_WORDS / (_LEAD_WORDS + len(cue))
    pace = (end - start) / (sum(lengths) + sum(pauses))
    words = []
    for index, (word, length) in enumerate(zip(cue, lengths, strict=True)):
        start += pauses[index] * pace
        early = 0.0 if not opens[index] else _EARLY if index == 0 else _EARLY_WITHIN
        words.append(replace(word, start=max(0.0, start - early), end=start + length * pace))
        start += length * pace
    return words


def _pause(before: str | None, opens: bool) -> float:
    """Return the pause, in letters, after the word `before` of the same cue; `before` is None at a cue's start."""
    if before is None:
        return _CHANGE if opens else 0.0
    last = before.rstrip(_QUOTES)[-1:]
    pause = 0.0 if not last else _SENTENCE if last in ".?!…" else _CLAUSE if last in ",;:–—" else 0.0
    return pause + (_CHANGE if opens else 0.0)
