"""Read the rows of a table that prints a transcript: times, names and words in columns of any order; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

_COLUMNS = {
    "speaker": "speaker speakers name names who person voice participant label".split(),
    "words": "text transcript transcription speech words content dialogue dialog said what utterance line".split(),
    "time": "time timestamp timecode start begin in clock position".split(),
}


@dataclass(frozen=True, slots=True)
class TableTurn:
    """One row: its printed time, its label with a colon ("" for none), and the numbers of the columns of words."""

    time: str
    label: str
    words: tuple[int, ...]


def turns_in_table(rows: Sequence[Sequence[str]]) -> list[TableTurn] | None:
    """Return the turns of a table's rows after its header; None unless the header names words and speakers or times.

    A row with another number of cells, such as a heading across the table, has all its cells as words.
    """
    header = {_column(cell): number for number, cell in reversed(list(enumerate(rows[0])))}
    if "words" not in header or not header.keys() & {"speaker", "time"}:
        return None
    turns: list[TableTurn] = []
    for row in rows[1:]:
        if len(row) != len(rows[0]):
            turns.append(TableTurn("", "", tuple(range(len(row)))))
            continue
        time, name = (" ".join(row[header[key]].split()) if key in header else "" for key in ("time", "speaker"))
        turns.append(TableTurn(time, f"{name.rstrip(':')}:" if name else "", (header["words"],)))
    return turns


def _column(cell: str) -> str:
    words = cell.casefold().replace("-", " ").split()
    kinds = [kind for kind, names in _COLUMNS.items() if (words and words[-1] in names) or words[:1] == [kind]]
    return kinds[0] if kinds and len(words) <= 3 else ""
