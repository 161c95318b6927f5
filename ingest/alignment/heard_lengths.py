"""Give words that Whisper cut short their usual length; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from ingest.alignment.spoken_form import spoken_form
from ingest.transcript import HeardWord

_CUT_SHORT = 0.8  # a word shorter than this share of its usual length was cut


def lengthened(heard: Sequence[HeardWord]) -> list[HeardWord]:
    """Return the words, those that are too short for their letters with an earlier start.

    Whisper often gives the first word after a pause nearly no length, and the pause its time; where the word ends is
    right. A start moves back until the word has its usual length, at most to the end of the word before.
    """
    letters = [sum(map(len, spoken_form(word.text))) for word in heard]
    paces = [(word.end - word.start) / count for word, count in zip(heard, letters, strict=True) if count]
    pace = median(paces) if paces else 0.0
    return list(_lengthened(heard, [pace * count for count in letters]))


def _lengthened(heard: Sequence[HeardWord], usual: Sequence[float]) -> Iterator[HeardWord]:
    before = 0.0
    for word, length in zip(heard, usual, strict=True):
        if word.end - word.start < _CUT_SHORT * length:
            word = replace(word, start=min(word.start, max(before, word.end - length)))
        yield word
        before = word.end
