"""The tables of a segment, asked in SQL that both SQLite and PostgreSQL understand.

Queries name a table `main.x`, stand for a value with `?`, and read a list from a JSON text by `json_each(?)`.
"""

import json
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote


class Tables(Protocol):
    """The tables of one segment; many threads may ask."""

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a query gives."""

    def close(self) -> None:
        """Close what is open."""


class FileTables:
    """The tables of a published database file, which is never written."""

    def __init__(self, path: Path) -> None:
        """Open a file whose checksum was verified."""
        self._database = open_read_only(path)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a query gives."""
        return self._database.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def without(column: str, names: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return the condition that a column has none of these values, and the value it takes, if any.

    One value however many names: a statement takes no more than so many.
    """
    if not names:
        return "1 = 1", ()
    return column + " NOT IN (SELECT value FROM json_each(?))", (json.dumps(sorted(names)),)  # noqa: S608 - our own column


def open_read_only(database: Path) -> sqlite3.Connection:
    """Open a published database, which is never written; threads may share the connection."""
    return sqlite3.connect(read_only(database), uri=True, check_same_thread=False)


def read_only(database: Path) -> str:
    """Return the address by which SQLite opens a published database."""
    return f"file:{quote(str(database))}?immutable=1"
