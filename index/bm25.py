"""Look up words of a question in passages and weigh them: BM25 over the stems of one or several segments."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken
from index.keywords import analyser
from index.remembered import Remembered
from index.segments.postings import Integers

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
T = TypeVar("T")

# BM25's constants as in tantivy and Lucene: how soon more of a word counts no more, and how much long texts lose.
_K1, _B = 1.2, 0.75
_SYNONYM_WEIGHT = 0.3
_NO_ROWS = np.empty(0, np.int64)
# What words in more than a sixth of the passages add to the scores is kept for the words that were asked last: 96 hold
# nearly all such words of English questions, in 384 bytes a passage. Adding it costs less than looking up so many rows.
_COMMON = 6
_COLUMNS = 96
# What other words add is kept too, in twelve bytes for each passage that holds one: 183 bytes a passage for the 565
# other words of 111 questions.
_ENTRIES = 1024
# Where words stand is remembered for as many, so that the next question, or its next part, need not look for them.
_REMEMBERED = 4096
# So many scores are summed up in float32, which is exact enough, and their sums in float64. BLAS would start a second
# thread for more than ten thousand.
_BLOCK = 2048
_ONES = np.ones((_BLOCK, 1), np.float32)
# If the variance is a smaller share of the mean square than this, it is not the difference of two such sums.
_CANCELLED = 0.01


class Part(Protocol):
    """The postings of one segment, as `index.segments.postings.Postings` gives them from a file."""

    @property
    def lengths(self) -> Integers:
        """How many stems each text has."""

    def look_up(self, stems: Sequence[str]) -> None:
        """Read these stems at once, if they would have to be read one by one."""

    def find(self, stem: str) -> int | None:
        """Return the number of a stem, None if no text holds it."""

    def frequency(self, number: int) -> int:
        """Return how many texts hold a stem."""

    def occurrences(self, number: int) -> tuple[Integers, Integers]:
        """Return the rows that hold a stem, ascending, and how often."""

    def counts_of(self, number: int) -> Integers | None:
        """Return how often each text holds a stem, shape (rows,), if that is how it is stored."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A stem: its number in each part that holds it, with that part's first row, and how many passages hold it."""

    places: tuple[tuple[Part, int, int], ...]
    frequency: int
    rarity: np.float32  # its inverse document frequency, with the constant factor of BM25


class Keywords:
    """The postings of one or several segments, whose rows are numbered through."""

    def __init__(self, opened: Sequence[Part], rows: int, gone: Rows = _NO_ROWS) -> None:
        """Take open postings; rows that are `gone` are as if they were not there.

        Raises IndexBroken if they do not hold `rows` passages.
        """
        ends = np.cumsum([0, *(len(part.lengths) for part in opened)]).tolist()
        if ends[-1] != rows:
            raise IndexBroken(f"the postings hold {ends[-1]} passages, not {rows}; run: playback index --rebuild")
        lengths = np.concatenate([np.empty(0), *(part.lengths for part in opened)])
        lengths[gone] = 0
        live = rows - len(gone)
        half = (_K1 * (1 - _B + _B * lengths / (lengths.sum() / max(live, 1) or 1))).astype(np.float32)
        half[gone] = np.inf  # no count of a word weighs anything there
        self._half, self._gone, self._live = half, gone, live
        self._analyser = analyser()
        # Partials of functions, because methods would keep all this in memory until a full garbage collection.
        self._words = Remembered(partial(_words, tuple(zip(opened, ends, strict=False)), half, live), _REMEMBERED)
        self._columns = Remembered(partial(_read, tuple(opened), partial(_column, self._words, half)), _COLUMNS)
        self._entries = Remembered(partial(_read, tuple(opened), partial(_entries, self._words, half)), _ENTRIES)

    def terms(self, text: str) -> list[str]:
        """Return the distinct stems of a question in order."""
        return list(dict.fromkeys(self._analyser.analyze(text)))

    def look_up(self, terms: Sequence[str]) -> None:
        """Read where these stems stand, all at once; otherwise each is read when it is first asked for."""
        self._words.of(terms)

    def frequency(self, term: str) -> int:
        """Return how many passages hold a stem."""
        return self._words.of([term])[term].frequency

    def rows(self, terms: Sequence[str]) -> Rows:
        """Return the rows that hold every one of these stems, ascending; none without stems."""
        words = self._words.of(terms)
        found = [_rows(words[term].places) for term in terms]
        rows = reduce(np.intersect1d, found) if found else _NO_ROWS
        return rows[np.isfinite(_of_rows(self._half, rows))]

    def scores(self, terms: Sequence[str], synonyms: Sequence[str] = ()) -> Floats:
        """Return the BM25 score of every passage for these stems, shape (rows,), 0 where none occurs.

        Synonyms count less, so that the question's own words outweigh them. A passage's score does not depend on how
        the passages are divided into files.
        """
        words = self._words.of([*terms, *synonyms])
        is_common = {term: word.frequency * _COMMON > self._live for term, word in words.items()}
        shares = [*((term, 1.0) for term in terms), *((term, _SYNONYM_WEIGHT) for term in synonyms)]
        whole = self._columns.of([term for term in words if is_common[term]])
        entries = self._entries.of([term for term in words if not is_common[term]])
        columns = [_times(share, whole[term]) for term, share in shares if is_common[term]]
        if len(columns) > 1:  # one pass over all rows instead of three
            scores, columns = columns[0] + columns[1], columns[2:]
        else:
            scores = np.zeros(len(self._half), np.float32)
        for column in columns:
            scores += column
        for term, share in shares:
            if is_common[term]:
                continue
            rows, values = entries[term]
            np.add.at(scores, rows, _times(share, values))  # half the time of scores[rows] += values
        return scores

    def spread(self, scores: Floats) -> tuple[float, float]:
        """Return mean and standard deviation of passages' scores, shape (rows,), over the rows that are not gone.

        Those that are gone have the score 0, as `scores` gives them.
        """
        live, whole = max(self._live, 1), len(scores) // _BLOCK * _BLOCK
        blocks, rest = scores[:whole].reshape(-1, 1, _BLOCK), scores[whole:]
        mean = float((blocks @ _ONES).sum(dtype=np.float64) + rest.sum()) / live
        square = float((blocks @ blocks.reshape(-1, _BLOCK, 1)).sum(dtype=np.float64) + rest @ rest) / live
        if square - mean**2 < _CANCELLED * square:
            kept = np.delete(scores, self._gone).astype(np.float64)
            return float(kept.mean()), float(kept.std())
        return mean, math.sqrt(square - mean**2)


def _read(parts: Sequence[Part], work: Callable[[str], T], terms: Sequence[str]) -> dict[str, T]:
    """Return what is worked out for each of these stems, which are read at once."""
    for part in parts:
        part.look_up(terms)
    return {term: work(term) for term in terms}


def _words(parts: Sequence[tuple[Part, int]], half: Floats, live: int, terms: Sequence[str]) -> dict[str, _Word]:
    return _read([part for part, _ in parts], partial(_word, parts, half, live), terms)


def _word(parts: Sequence[tuple[Part, int]], half: Floats, live: int, term: str) -> _Word:
    places, frequency = [], 0
    for part, begin in parts:
        if (number := part.find(term)) is not None:
            places.append((part, number, begin))
            frequency += part.frequency(number)
    if live < len(half):  # some are gone
        frequency = int(np.isfinite(_of_rows(half, _rows(places))).sum())
    rarity = np.float32(math.log(1 + (live - frequency + 0.5) / (frequency + 0.5)) * (_K1 + 1))
    return _Word(tuple(places), frequency, rarity)


def _rows(places: Sequence[tuple[Part, int, int]]) -> Rows:
    """Return the rows that hold a stem, ascending."""
    found = [part.occurrences(number)[0] + np.int64(begin) for part, number, begin in places]
    return found[0] if len(found) == 1 else np.concatenate([_NO_ROWS, *found])


def _entries(words: Remembered[str, _Word], half: Floats, term: str) -> tuple[Rows, Floats]:
    """Return the rows that hold a stem and what it adds to their scores."""
    found = words.of([term])[term]
    pairs = [part.occurrences(number) for part, number, _ in found.places]
    counts = pairs[0][1] if len(pairs) == 1 else np.concatenate([_NO_ROWS, *(often for _, often in pairs)])
    rows = _rows(found.places)
    return rows, _weights(counts, _of_rows(half, rows), found.rarity)


def _times(share: float, values: Floats) -> Floats:
    return values if share == 1 else values * np.float32(share)


def _weights(counts: Integers, half: Floats, rarity: np.float32) -> Floats:
    """Return what a stem adds to the scores of rows that hold it so often; 0 where `half` is infinite."""
    values = counts.astype(np.float32)
    values /= values + half
    values *= rarity
    return values


def _of_rows(half: Floats, rows: Integers) -> Floats:
    try:
        chosen: Floats = half.take(rows)
    except IndexError as error:
        raise IndexBroken("the postings of a word are damaged; run: playback index --rebuild") from error
    return chosen


def _column(words: Remembered[str, _Word], half: Floats, term: str) -> Floats:
    """Return what a stem adds to the score of every row."""
    column, found = np.zeros(len(half), np.float32), words.of([term])[term]
    for part, number, begin in found.places:
        end = begin + len(part.lengths)
        stretch, mine, counts = column[begin:end], half[begin:end], part.counts_of(number)
        if counts is None:
            rows, counts = part.occurrences(number)
            stretch[rows] = _weights(counts, _of_rows(mine, rows), found.rarity)
        else:
            stretch[:] = _weights(counts, mine, found.rarity)
    column.flags.writeable = False
    return column
