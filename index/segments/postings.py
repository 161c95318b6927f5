"""Postings in one file: which texts hold a stem and how often, as plain arrays that are mapped into memory.

A file is a header, the arrays of `Postings` in the order of `_layout`, little-endian, each padded to eight bytes, and
nothing else. Its bytes depend on the texts alone.
"""

import mmap
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken

Integers = NDArray[Any]

_HEADER = struct.Struct("<8s7Q")
_MAGIC = b"postings"
_COUNT_TYPES = {1: "<u1", 2: "<u2", 4: "<u4"}
# A stem in more than a sixth of the texts is kept as one count for each text: that is about as small as row and count
# of those that hold it, and it is added to scores without looking up rows.
_FREQUENT = 6
# One stem of so many is kept in memory, so that looking up one reads a single stretch of the file.
_STRETCH = 16


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of texts; stems are numbered in the order of their UTF-8 bytes, texts are rows."""

    lengths: Integers  # how many stems each text has, shape (rows,)
    starts: Integers  # where each stem begins in `letters`, and the end, shape (stems + 1,)
    frequencies: Integers  # how many texts hold each stem, shape (stems,)
    frequent: dict[int, int]  # numbers of the stems that have a line in `columns`, with its place
    columns: Integers  # how often each text holds a frequent stem, shape (frequent stems, rows)
    firsts: Integers  # where each stem begins in `rows` and `counts`, and the end, shape (stems + 1,)
    rows: Integers  # the texts that hold the other stems, ascending for each stem
    counts: Integers  # how often they hold it
    letters: Integers
    every: tuple[bytes, ...]  # every stem whose number is a multiple of _STRETCH
    tested: str  # what stemming made of fixed words when the file was written

    def look_up(self, stems: Sequence[str]) -> None:
        """Do nothing: the file is mapped into memory."""

    def find(self, stem: str) -> int | None:
        """Return the number of a stem, None if no text holds it."""
        sought = stem.encode(errors="replace")
        first = max(bisect_right(self.every, sought) - 1, 0) * _STRETCH
        starts = self.starts[first : first + _STRETCH + 1].tolist()
        letters = self.letters[starts[0] : starts[-1]].tobytes()

        def of(place: int) -> bytes:
            return letters[starts[place] - starts[0] : starts[place + 1] - starts[0]]

        count = len(starts) - 1
        place = bisect_left(range(count), sought, key=of)
        return first + place if place < count and of(place) == sought else None

    def frequency(self, number: int) -> int:
        """Return how many texts hold a stem."""
        return int(self.frequencies[number])

    def occurrences(self, number: int) -> tuple[Integers, Integers]:
        """Return the rows that hold a stem, ascending, and how often."""
        place = self.frequent.get(number)
        if place is not None:
            rows = np.flatnonzero(self.columns[place])
            return rows, self.columns[place][rows]
        first, last = self.firsts[number], self.firsts[number + 1]
        return self.rows[first:last], self.counts[first:last]

    def counts_of(self, number: int) -> Integers | None:
        """Return how often each text holds a stem, shape (rows,), if that is how it is stored."""
        place = self.frequent.get(number)
        return None if place is None else self.columns[place]

    def entries(self) -> tuple[Integers, Integers, Integers]:
        """Return the number of the stem, the row and the count of every occurrence, rows ascending for each stem."""
        rest = np.diff(self.firsts)
        places, rows = np.nonzero(self.columns)
        numbers = np.array(list(self.frequent), np.int64)[places]
        return (
            np.concatenate((np.repeat(np.arange(len(rest)), rest), numbers)),
            np.concatenate((self.rows, rows)),
            np.concatenate((self.counts, self.columns[places, rows])),
        )

    def stems(self) -> list[bytes]:
        """Return the stems in UTF-8, in order."""
        letters = self.letters.tobytes()
        return [letters[begin:end] for begin, end in pairwise(self.starts.tolist())]


def save(
    path: Path, stems: Sequence[bytes], entries: tuple[Integers, Integers, Integers], lengths: Integers, tested: str
) -> None:
    """Write postings from the number of the stem (a position in `stems`), the row and the count of each occurrence.

    The rows of a stem are ascending. Stems may come in any order and without any occurrence. Raises OSError.
    """
    numbers, rows, counts = (np.asarray(values, np.int64) for values in entries)
    held = np.bincount(numbers, minlength=len(stems))
    kept = sorted(np.flatnonzero(held).tolist(), key=stems.__getitem__)
    ranks = np.zeros(len(stems), np.int64)
    ranks[kept] = np.arange(len(kept))
    order = np.argsort(ranks[numbers], kind="stable")
    rows, counts, frequencies = rows[order], counts[order], held[kept]
    is_frequent = frequencies * _FREQUENT > len(lengths)
    in_column = np.repeat(is_frequent, frequencies)
    frequent = np.flatnonzero(is_frequent)
    count_size = next(size for size in _COUNT_TYPES if counts.max(initial=0) < 256**size)
    columns = np.zeros((len(frequent), len(lengths)), _COUNT_TYPES[count_size])
    columns[np.repeat(np.arange(len(frequent)), frequencies[frequent]), rows[in_column]] = counts[in_column]
    letters = [stems[number] for number in kept]
    starts = np.cumsum([0, *map(len, letters)])
    firsts = np.cumsum([0, *np.where(is_frequent, 0, frequencies)])
    parts = (
        *(lengths, starts, frequencies, frequent, firsts, rows[~in_column], counts[~in_column], columns),
        *(np.frombuffer(data, np.uint8) for data in (b"".join(letters), tested.encode())),
    )
    others = len(rows) - int(in_column.sum())
    sizes = (len(lengths), len(kept), others, len(frequent), count_size, len(parts[-2]), len(parts[-1]))
    with path.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, *sizes))
        for values, (kind, shape) in zip(parts, _layout(*sizes), strict=True):
            data = values.reshape(shape).astype(kind).tobytes()
            file.write(data + bytes(-len(data) % 8))


def _layout(*sizes: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return type and shape of each array of a file, given the sizes in its header."""
    rows, stems, others, frequent, count_size, letters, tested = sizes
    counts = _COUNT_TYPES[count_size]
    return [
        ("<u4", (rows,)),
        ("<u4", (stems + 1,)),
        ("<u4", (stems,)),
        ("<u4", (frequent,)),
        ("<i8", (stems + 1,)),
        ("<u2" if rows <= 2**16 else "<u4", (others,)),
        (counts, (others,)),
        (counts, (frequent, rows)),
        ("<u1", (letters,)),
        ("<u1", (tested,)),
    ]


def load(path: Path) -> Postings:
    """Map postings whose checksum was verified into memory; raises IndexBroken if they are not what `save` writes."""
    try:
        with path.open("rb") as file:
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _parsed(whole)
    except (OSError, ValueError, KeyError, struct.error) as error:
        reason = error.strerror if isinstance(error, OSError) else "these are no postings of this version"
        raise IndexBroken(f"{path} cannot be read: {reason}; run: playback index --rebuild") from error


def _parsed(whole: mmap.mmap) -> Postings:
    magic, *sizes = _HEADER.unpack_from(whole)
    if magic != _MAGIC:
        raise ValueError(magic)
    arrays, place = [], _HEADER.size
    for kind, shape in _layout(*sizes):
        count = int(np.prod(shape, dtype=object))
        size = count * int(kind[-1])
        if place + size > len(whole):
            raise ValueError(size)
        arrays.append(np.frombuffer(whole, kind, count, place).reshape(shape))
        place += size + -size % 8
    lengths, starts, frequencies, frequent, firsts, rows, counts, columns, letters, tested = arrays
    if (
        place != len(whole)
        or np.any(frequent >= len(frequencies))
        or np.any(frequent[1:] <= frequent[:-1])
        or (starts[0], starts[-1], firsts[0], firsts[-1]) != (0, len(letters), 0, len(rows))
    ):
        raise ValueError(place)
    numbers = {number: line for line, number in enumerate(frequent.tolist())}
    pairs = zip(starts[:-1:_STRETCH].tolist(), starts[1::_STRETCH].tolist(), strict=True)
    return Postings(
        *(lengths, starts, frequencies, numbers, columns, firsts, rows, counts),
        letters=letters,
        every=tuple(letters[begin:end].tobytes() for begin, end in pairs),
        tested=tested.tobytes().decode(errors="replace"),
    )
