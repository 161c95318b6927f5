"""Every word of a library as one array of numbers, to find a quote wherever it was said.

A ranked search may miss a verbatim quote; scanning every word does not. Words are those that are said aloud, so that
figures and abbreviations match however they are written. 700,000 words take 15 MB and are scanned in milliseconds.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.alignment.spoken_units import spoken_units

Ints = NDArray[np.int64]

_UNKNOWN = -1
# A word whose predecessor also matches counts this much more.
_PAIR_WEIGHT = 2.0


class IndexedTurn(NamedTuple):
    """A turn: its episode, its number there, the episode's word number of its first word, and its speaker."""

    episode_id: str
    number: int
    first_word: int
    speaker: str | None


@dataclass(frozen=True, slots=True)
class WordIndex:
    """All words as they are said, in order, as numbers from `vocabulary`; turn n: words [begins[n], begins[n + 1]).

    The last entry of `begins` is the number of all words. Word number w occurs at the positions
    `postings[bounds[w]:bounds[w + 1]]`, ascending. The word at a position is said of the normalised words
    [firsts[position], lasts[position]) of its episode; `units` numbers the units (see `spoken_units`) of words.
    """

    vocabulary: dict[str, int]
    words: NDArray[np.int32]
    postings: Ints
    bounds: Ints
    turns: tuple[IndexedTurn, ...]
    begins: Ints
    firsts: NDArray[np.int32]
    lasts: NDArray[np.int32]
    units: NDArray[np.int32]

    def numbers(self, words: Sequence[str]) -> Ints:
        """Return words as numbers; a word that the library does not have is -1."""
        return np.array([self.vocabulary.get(word, _UNKNOWN) for word in words], np.int64)

    def are_borders(self, positions: Ints) -> NDArray[np.bool_]:
        """Say for each position whether a unit begins there; the end of all words counts as one that does."""
        before, here = np.maximum(positions - 1, 0), np.minimum(positions, len(self.units) - 1)
        borders: NDArray[np.bool_] = (
            (positions <= 0) | (positions >= len(self.units)) | (self.units[before] != self.units[here])
        )
        return borders

    def turn_at(self, position: int) -> int:
        """Return the index in `turns` of the turn that holds the word at a position."""
        return int(np.searchsorted(self.begins, position, side="right")) - 1


def index_words(sentences: Iterable[tuple[str, int, int, str | None, str]]) -> WordIndex:
    """Index the words of sentences, given in order as (episode id, turn, first word there, speaker, text).

    Takes about five seconds per million words.
    """
    vocabulary: dict[str, int] = {}
    numbers, firsts, lasts, units = (array("i") for _ in range(4))  # a list of numbers would take ten times as much
    turns: list[IndexedTurn] = []
    begins: list[int] = []
    for (episode_id, turn), group in groupby(sentences, key=lambda sentence: sentence[:2]):
        parts = list(group)
        begins.append(len(numbers))
        turns.append(IndexedTurn(episode_id, turn, parts[0][2], parts[0][3]))
        for part in parts:
            place = part[2]
            for unit in spoken_units(part[4]):
                of_unit = units[-1] + 1 if units else 0
                for word in unit.words:
                    numbers.append(vocabulary.setdefault(word, len(vocabulary)))
                    firsts.append(place)
                    lasts.append(place + unit.normalised)
                    units.append(of_unit)
                place += unit.normalised
    words = np.array(numbers, np.int32)
    counts = np.bincount(words, minlength=len(vocabulary))
    return WordIndex(
        vocabulary,
        words,
        postings=np.argsort(words, kind="stable"),
        bounds=np.concatenate(([0], np.cumsum(counts))),
        turns=tuple(turns),
        begins=np.array([*begins, len(numbers)], np.int64),
        firsts=np.array(firsts, np.int32),
        lasts=np.array(lasts, np.int32),
        units=np.array(units, np.int32),
    )


def exact_matches(spoken: WordIndex, asked: Ints) -> Ints:
    """Return every position where whole units of one turn say the asked words one after the other, ascending."""
    inside = _standing(spoken, asked)
    whole: Ints = inside[spoken.are_borders(inside) & spoken.are_borders(inside + len(asked))]
    return whole


def _standing(spoken: WordIndex, asked: Ints) -> Ints:
    """Return every position where one turn has the asked words, also where they begin or end inside a unit."""
    size = len(asked)
    if not size or (asked < 0).any():
        return np.zeros(0, np.int64)
    counts = spoken.bounds[asked + 1] - spoken.bounds[asked]
    rarest = int(np.argmin(counts))
    word = asked[rarest]
    found = spoken.postings[spoken.bounds[word] : spoken.bounds[word + 1]] - rarest
    found = found[(found >= 0) & (found + size <= len(spoken.words))]
    for place, word in enumerate(asked):
        found = found[spoken.words[found + place] == word]
    ends = spoken.begins[np.searchsorted(spoken.begins, found, side="right")]
    inside: Ints = found[found + size <= ends]
    return inside


def longest_matches(spoken: WordIndex, asked: Ints, least: int) -> tuple[int, int]:
    """Return (position, number of words) of the longest beginning of the asked words that one turn says verbatim.

    It may end inside a unit. The first position on a tie; (0, 0) if fewer than `least` words match.
    """
    if len(asked) < least or not len(found := _standing(spoken, asked[:least])):
        return 0, 0
    ends = spoken.begins[np.searchsorted(spoken.begins, found, side="right")]
    size = least
    while size < len(asked):
        longer = found[found + size < ends]
        longer = longer[spoken.words[longer + size] == asked[size]]
        if not len(longer):
            break
        ends = ends[np.isin(found, longer)]
        found = longer
        size += 1
    return int(found[0]), size


def likeliest_turns(spoken: WordIndex, asked: Ints, count: int) -> list[int]:
    """Return the starts of the `count` stretches, as long as the asked words, that share most with them, best first.


    Rare words weigh more (inverse document frequency), and so do words that follow each other as asked. Stretches do
    not overlap, but may cross turns.
    """
    known = asked[asked >= 0]
    if not len(known):
        return []
    weights = np.zeros(len(spoken.vocabulary))
    weights[known] = rarities(spoken, known)
    score = weights[spoken.words]
    score += _PAIR_WEIGHT * _follows(spoken, asked, score > 0) * score
    size = min(len(asked), len(spoken.words))
    sums = np.concatenate(([0.0], np.cumsum(score)))
    windows = sums[size:] - sums[:-size]
    chosen: list[int] = []
    while len(chosen) < count:
        best = int(np.argmax(windows))
        if windows[best] <= 0:
            break
        chosen.append(best)
        windows[max(best - size + 1, 0) : best + size] = 0
    return chosen


def rarities(spoken: WordIndex, known: Ints) -> NDArray[np.float64]:
    """Return the inverse document frequency of words that the library has."""
    found: NDArray[np.float64] = np.log(1 + len(spoken.words) / (spoken.bounds[known + 1] - spoken.bounds[known]))
    return found


def _follows(spoken: WordIndex, asked: Ints, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each word whether it and the word before it are also neighbours in the asked words."""
    result = np.zeros(len(spoken.words), bool)
    base = len(spoken.vocabulary)
    pairs = np.unique((asked[:-1] * base + asked[1:])[(asked[:-1] >= 0) & (asked[1:] >= 0)])
    places = np.flatnonzero(wanted[:-1] & wanted[1:])
    if len(pairs) and len(places):
        said = spoken.words[places].astype(np.int64) * base + spoken.words[places + 1]
        at = np.minimum(np.searchsorted(pairs, said), len(pairs) - 1)
        result[places[pairs[at] == said] + 1] = True
    return result
