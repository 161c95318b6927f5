"""Give the first words of turns that Whisper cut short their usual length; pure."""

from collections.abc import Container, Sequence
from dataclasses import replace
from statistics import median

from ingest.alignment.spoken_form import spoken_form
from ingest.transcript import HeardWord

_CUT_SHORT = 0.7  # a word shorter than this share of its usual length was cut


def lengthened(heard: Sequence[HeardWord], opens: Container[int]) -> list[HeardWord]:
    """Return the words; those whose numbers are in `opens` begin earlier if they are too short for their letters.

    Whisper often gives the first word after a pause nearly no length, and the pause its time; where the word ends is
    right. A start moves back until the word has its usual length, at most to the end of the word before. Seconds.
    """
    letters = [sum(map(len, spoken_form(word.text))) for word in heard]
    paces = [(word.end - word.start) / count for word, count in zip(heard, letters, strict=True) if count]
    pace = median(paces) if paces else 0.0
    words = list(heard)
    for place, (word, count) in enumerate(zip(heard, letters, strict=True)):
        if place in opens and word.end - word.start < _CUT_SHORT * pace * count:
            before = heard[place - 1].end if place else 0.0
            words[place] = replace(word, start=min(word.start, max(before, word.end - pace * count)))
    return words
