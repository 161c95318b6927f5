"""Merge segments into one: rows are copied with new numbers, without those of dropped episodes; nothing is encoded."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import keywords, vectors
from index.building.starter_questions import MOST_KEPT_STARTERS
from index.building.tables import new_database, write_moments
from index.segments.files import (
    DATABASE,
    FILES,
    KEYWORDS,
    QUESTIONS,
    HeldEpisode,
    SegmentEntry,
    TermField,
    VectorField,
    read_basis,
    write_basis,
    write_episodes,
)
from index.segments.segment import from_halves
from index.segments.tables import read_only

Floats = NDArray[np.float32]

_COPIES = """
INSERT INTO episodes SELECT id, json, show_id, published, first_sentence + sentence_shift, sentences
  FROM source.episodes JOIN moved USING (id) ORDER BY moved.rowid;
INSERT INTO sentences SELECT row + sentence_shift, turn, start, "end", first_word, words, label, speaker, before, text,
  began, ended, timing
  FROM moved CROSS JOIN source.episodes USING (id) CROSS JOIN source.sentences
  ON row >= first_sentence AND row < first_sentence + sentences;
INSERT INTO vectors (rowid, key, vector, pieces) SELECT vectors.rowid + sentence_shift, key, vector, pieces
  FROM moved CROSS JOIN source.episodes USING (id) CROSS JOIN source.vectors
  ON vectors.rowid >= first_sentence AND vectors.rowid < first_sentence + sentences;
INSERT INTO passages SELECT row + passage_shift, passages.id, episode_id, text, header, first, last, speakers, start,
  "end", timing, vector, turns, header_key
  FROM moved CROSS JOIN source.passages ON episode_id = moved.id ORDER BY row;
INSERT INTO exchanges (episode_id, question, reply, key) SELECT episode_id, question, reply, key
  FROM moved CROSS JOIN source.exchanges ON episode_id = moved.id ORDER BY row;
INSERT INTO speakers SELECT name, row + passage_shift
  FROM source.speakers JOIN source.passages USING (row) JOIN moved ON moved.id = episode_id ORDER BY 1, 2;
INSERT INTO aliases SELECT aliases.* FROM source.aliases JOIN moved ON moved.id = episode_id;
INSERT INTO askers SELECT askers.* FROM source.askers JOIN moved ON moved.id = episode_id;
INSERT INTO letters SELECT letters.* FROM source.letters JOIN moved ON moved.id = episode_id;
INSERT INTO lessons SELECT lessons.* FROM source.lessons JOIN moved ON moved.id = episode_id;
INSERT INTO mined SELECT mined.* FROM source.mined JOIN moved ON moved.id = episode_id;
INSERT INTO starters
  SELECT (SELECT count(*) FROM starters) + row_number() OVER (ORDER BY position) - 1, question, episode_id
  FROM source.starters JOIN moved ON moved.id = episode_id;
"""
# Without the vectors of dropped texts: of an episode that was purged nothing may stay.
_TEXTS = """
INSERT OR IGNORE INTO texts SELECT * FROM source.texts WHERE key IN
  (SELECT header_key FROM main.passages UNION SELECT key FROM main.exchanges);
"""
_ALL_TEXTS = "INSERT OR IGNORE INTO texts SELECT * FROM source.texts;"


@dataclass(frozen=True, slots=True)
class Merging:
    """When segments are merged: one smaller than `factor` times what is to be written is written with it.

    So there are at most about log(n) segments and each passage is written about log(n) times. No segment gets more than
    `most` passages by merging.
    """

    factor: float = 2.0
    most: int = 500_000


USUAL_MERGING = Merging()


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment on disk with the episodes that it holds; `entry` names those of them that no longer count.

    `files` are the SHA-256 and size of each file, by `<segment>/<file>`; empty for a segment just written.
    """

    folder: Path
    entry: SegmentEntry
    held: tuple[HeldEpisode, ...]
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def living(self) -> list[HeldEpisode]:
        """Return the episodes that count."""
        dropped = frozenset(self.entry.dropped)
        return [one for one in self.held if one.id not in dropped]

    def size(self) -> int:
        """Return the passages that count, and one for each episode."""
        return sum(one.passages + 1 for one in self.living())

    def whole_size(self) -> int:
        """Return all passages, and one for each episode."""
        return sum(one.passages + 1 for one in self.held)


def to_merge(kept: Sequence[Kept], fresh: int, merging: Merging) -> tuple[list[Kept], list[Kept]]:
    """Return the segments to merge with `fresh` new passages and episodes, and those to write again by themselves.

    A segment is written again if less than half of it counts.
    """
    total = fresh
    together: list[Kept] = []
    alone: list[Kept] = []
    ascending = sorted(kept, key=Kept.size)
    worn = [one for one in ascending if 2 * one.size() < one.whole_size()]
    for one in worn:
        if total + one.size() <= merging.most:
            together.append(one)
            total += one.size()
        else:
            alone.append(one)
    for one in ascending:
        if one in worn:
            continue
        if one.size() >= merging.factor * total or total + one.size() > merging.most:
            break
        together.append(one)
        total += one.size()
    return together, alone


def merge(folder: Path, sources: Sequence[Kept], dimension: int) -> tuple[HeldEpisode, ...]:
    """Write a new segment of the episodes that count in these, whose files were verified; returns what it holds."""
    folder.mkdir()
    held = tuple(one for source in sources for one in source.living())
    with closing(new_database(folder / DATABASE)) as database:
        sentences = passages = 0
        for source in sources:
            _copy(database, source, sentences, passages)
            sentences += sum(one.sentences for one in source.living())
            passages += sum(one.passages for one in source.living())
        database.execute("DELETE FROM starters WHERE position >= ?", (MOST_KEPT_STARTERS,))
        fields = _fields(database, dimension)
        write_moments(database, fields)
        asked = database.execute("SELECT vector FROM exchanges JOIN texts USING (key) ORDER BY row").fetchall()
        database.commit()
    for name, matrix in fields.items():
        vectors.write(folder / FILES[name], matrix)
    vectors.write(folder / QUESTIONS, from_halves(b"".join(blob for (blob,) in asked)).reshape(-1, dimension))
    for terms, file in KEYWORDS.items():
        keywords.merge(folder / file, [(source.folder / file, _counted(source, terms)) for source in sources])
    write_basis(folder, read_basis(sources[0].folder))
    write_episodes(folder, held)
    return held


def _copy(database: sqlite3.Connection, source: Kept, sentences: int, passages: int) -> None:
    """Copy what counts of a segment, its rows behind the `sentences` and `passages` that are there."""
    database.execute("ATTACH ? AS source", (read_only(source.folder / DATABASE),))
    database.execute("CREATE TEMP TABLE moved (id TEXT PRIMARY KEY, sentence_shift INTEGER, passage_shift INTEGER)")
    database.executemany("INSERT INTO moved VALUES (?, ?, ?)", _shifts(source, sentences, passages))
    database.commit()
    copied = "".join((_COPIES, _TEXTS if source.entry.dropped else _ALL_TEXTS))
    database.executescript(f"BEGIN; {copied} COMMIT; DROP TABLE moved; DETACH source;")


def _shifts(source: Kept, sentences: int, passages: int) -> Iterator[tuple[str, int, int]]:
    """Yield by how much the rows of each episode that counts move, sentences and passages."""
    dropped = frozenset(source.entry.dropped)
    sentence = passage = 0
    for one in source.held:
        if one.id not in dropped:
            yield one.id, sentences - sentence, passages - passage
            sentences += one.sentences
            passages += one.passages
        sentence += one.sentences
        passage += one.passages


def _fields(database: sqlite3.Connection, dimension: int) -> dict[VectorField, Floats]:
    """Return the vectors of all passages by field, shape (passages, dimension)."""
    rows = database.execute("SELECT vector, turns FROM passages ORDER BY row").fetchall()
    columns = zip(*rows, strict=True) if rows else ((), ())
    return {
        name: np.frombuffer(b"".join(blobs), np.float32).reshape(-1, dimension)
        for name, blobs in zip(FILES, columns, strict=True)
    }


def _counted(source: Kept, name: TermField) -> NDArray[np.int64]:
    """Return the rows of postings that count: passages, or numbers of episodes."""
    dropped = frozenset(source.entry.dropped)
    episodes = np.array([one.id not in dropped for one in source.held], bool)
    counted = np.repeat(episodes, [one.passages for one in source.held]) if name == "passage" else episodes
    return np.flatnonzero(counted)
