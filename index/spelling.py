"""The words of a library and the one nearest to a misspelt word, by the letters that must change; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A run of letters, without digits and marks: the stems of a text are made of such runs too.
LETTERS = re.compile(r"[^\W\d_]+")

FEWEST_LETTERS = 4
MOST_LETTERS = 30  # no English word is longer
# From this many letters on, two changes still mean the same word.
_LONG = 8
_CLASSES = 26


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a library, the most frequent first, with their lengths and bags (see `_bag`), shape (words,)."""

    words: tuple[str, ...]
    lengths: NDArray[np.int64]
    bags: NDArray[np.uint64]


def vocabulary_of(counts: Iterable[tuple[str, int]]) -> Vocabulary:
    """Return the vocabulary of words in lower case with how often they occur; marks and digits divide a word."""
    found: Counter[str] = Counter()
    for word, count in counts:
        for run in LETTERS.findall(word):
            if len(run) <= MOST_LETTERS:
                found[run] += count
    words = tuple(sorted(found, key=lambda word: (-found[word], word)))
    return Vocabulary(
        words, np.array([len(word) for word in words], np.int64), np.array([_bag(word) for word in words], np.uint64)
    )


def nearest(vocabulary: Vocabulary, word: str) -> Iterator[str]:
    """Yield the words one change away from a word in lower case, then, if it has eight letters, those two away.

    A change adds, drops or replaces a letter or swaps two neighbours. Among equals the most frequent comes first.
    """
    if not FEWEST_LETTERS <= len(word) <= MOST_LETTERS:
        return
    bag = np.uint64(_bag(word))
    # A change adds at most one letter to a bag and takes away at most one, which leaves few words to compare.
    lacking, added = np.bitwise_count(bag & ~vocabulary.bags), np.bitwise_count(vocabulary.bags & ~bag)
    changes = np.maximum(np.maximum(lacking, added), abs(vocabulary.lengths - len(word)))
    for most in range(1, 3 if len(word) >= _LONG else 2):
        for place in np.flatnonzero(changes <= most).tolist():
            if distance(word, vocabulary.words[place]) == most:
                yield vocabulary.words[place]


def distance(one: str, other: str) -> int:
    """Return how many changes make one word of the other (Damerau and Levenshtein; no letter is changed twice)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        older, before, row = before, row, [place]
        for at, wanted in enumerate(other, 1):
            least = min(before[at] + 1, row[-1] + 1, before[at - 1] + (letter != wanted))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == wanted:
                least = min(least, older[at - 2] + 1)
            row.append(least)
    return row[-1]


def _bag(word: str) -> int:
    """Return which classes of letters a word holds, and which twice, as bits; a letter always has the same class."""
    once = twice = 0
    for letter in word:
        bit = 1 << ord(letter) % _CLASSES
        twice |= once & bit
        once |= bit
    return once | twice << _CLASSES
