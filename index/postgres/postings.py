"""The postings of a segment in PostgreSQL: one row for each stem, with the arrays that a file would hold."""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from index.remembered import Remembered
from index.segments.files import TermField
from index.segments.postings import Integers
from ingest.library.postgres.connection import Connections

_TYPES = {1: "<u1", 2: "<u2", 4: "<u4"}
# Stems whose arrays are kept a moment: those of one question.
_KEPT = 64


class _Stem(NamedTuple):
    """A stem: how many texts hold it, which (None if `counts` has a count for every text), and how often."""

    number: int
    frequency: int
    rows: bytes | None
    counts: bytes


class SchemaPostings:
    """The postings of one segment; stems are read when they are first asked for."""

    def __init__(self, connections: Connections, schema: str, name: TermField) -> None:
        """Take the schema that holds the tables."""
        self._rows = partial(_rows, connections, schema)
        self._name = name
        self._stems = Remembered(partial(_read, self._rows, name), _KEPT)
        self._found: dict[int, str] = {}  # stems by number

    @cached_property
    def lengths(self) -> Integers:
        """How many stems each text has."""
        ((data,),) = self._rows("SELECT lengths FROM {}.lengths WHERE field = %s", (self._name,))
        return np.frombuffer(data, "<u4")

    def look_up(self, stems: Sequence[str]) -> None:
        """Read these stems at once; of very many the first ones."""
        self._stems.of(stems[:_KEPT])

    def find(self, stem: str) -> int | None:
        """Return the number of a stem, None if no text holds it."""
        found = self._stems.of([stem])[stem]
        if found is None:
            return None
        self._found[found.number] = stem
        return found.number

    def frequency(self, number: int) -> int:
        """Return how many texts hold a stem."""
        return self._stem(number).frequency

    def occurrences(self, number: int) -> tuple[Integers, Integers]:
        """Return the rows that hold a stem, ascending, and how often."""
        counts = self.counts_of(number)
        if counts is not None:
            rows = np.flatnonzero(counts)
            return rows, counts[rows]
        found = self._stem(number)
        return _array(found.rows or b"", found.frequency), _array(found.counts, found.frequency)

    def counts_of(self, number: int) -> Integers | None:
        """Return how often each text holds a stem, shape (rows,), if that is how it is stored."""
        found = self._stem(number)
        return _array(found.counts, len(self.lengths)) if found.rows is None else None

    def _stem(self, number: int) -> _Stem:
        """Return a stem that was found."""
        stem = self._found[number]
        found = self._stems.of([stem])[stem]
        assert found is not None
        return found


def _read(rows: "partial[list[tuple[Any, ...]]]", name: TermField, stems: Sequence[str]) -> dict[str, _Stem | None]:
    query = "SELECT stem, number, frequency, rows, counts FROM {}.postings WHERE field = %s AND stem = ANY(%s)"
    found: dict[str, _Stem | None] = dict.fromkeys(stems)
    return found | {stem: _Stem(*rest) for stem, *rest in rows(query, (name, [*stems]))}


def _rows(connections: Connections, schema: str, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    text: Any = query.format(schema)
    with connections.connection() as connection, connection.cursor(binary=True) as cursor:
        return cursor.execute(text, values).fetchall()


def _array(data: bytes, count: int) -> Integers:
    return np.frombuffer(data, _TYPES[len(data) // count if count else 1])
