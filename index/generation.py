"""An open generation of the index: complete from the start, read by many threads, never written."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from index import vectors
from index.keywords import Keywords, best
from index.passage import Filters, Passage, Sentence
from index.spread import Spread
from ingest.transcript import Episode, episode_from_json

SCHEMA = 4

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
# A passage's own vector, or the mean of its turns' vectors weighted by words (see index.building.build).
VectorField = Literal["passage", "turns"]
FILES: dict[VectorField, str] = {"passage": "vectors.faiss", "turns": "turns.faiss"}
# The words of a passage, or of its whole episode including title and speakers.
TermField = Literal["passage", "episode"]
KEYWORDS: dict[TermField, str] = {"passage": "keywords.postings", "episode": "episodes.postings"}
_NO_FILTERS = Filters()
_EPISODE_NUMBERS = """
    SELECT number FROM passages JOIN
    (SELECT id, row_number() OVER (ORDER BY rowid) - 1 AS number FROM episodes) AS numbered
    ON numbered.id = passages.episode_id ORDER BY row
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a generation, stored with it.

    `files` maps relative names to SHA-256 checksums, `left_out` maps ids of unreadable episodes to the reason.
    """

    generation: int
    encoder: str
    weights: str
    dimension: int
    passages: int
    sentences: int
    episodes: int
    built: str
    inputs: str
    left_out: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Scored:
    """Passage ids with scores, best first, and the score's mean and standard deviation over the whole generation."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """A sentence of a hit with its speaker's full name, verbatim text and unit vector."""

    sentence: Sentence
    speaker: str | None
    text: str
    vector: Floats


class Generation:
    """An open generation; complete from the start, read by many threads, never written."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Open files whose checksums were verified (see `open_generation`)."""
        self.manifest = manifest
        self._database = open_read_only(folder / "passages.sqlite")
        self._ids = [row[0] for row in self._database.execute("SELECT id FROM passages ORDER BY row")]
        self._rows = {identifier: row for row, identifier in enumerate(self._ids)}
        self._fields = {
            name: [vectors.read(folder / file, manifest.passages, manifest.dimension)] for name, file in FILES.items()
        }
        self._spreads = {name: self._spread(name) for name in FILES}
        counts: dict[TermField, int] = {"passage": manifest.passages, "episode": manifest.episodes}
        self._keywords = {name: Keywords([folder / file], counts[name]) for name, file in KEYWORDS.items()}
        # The episode number of each passage; both are numbered from 0 in the order they were written.
        self._episode_numbers = np.array([row[0] for row in self._database.execute(_EPISODE_NUMBERS)], np.int64)

    def close(self) -> None:
        """Close the files."""
        self._database.close()

    def __del__(self) -> None:
        """Close the files with the last reader.

        The connection would stay open until a full garbage collection, because its cached statements refer back to it.
        """
        if hasattr(self, "_database"):  # missing if opening failed
            self._database.close()

    def nearest(self, name: VectorField, query: Floats, k: int, filters: Filters = _NO_FILTERS) -> Scored:
        """Return the k passages with the highest inner product with the query, among those the filters allow."""
        rows, scores = vectors.nearest(self._fields[name], query, k, self._allowed(filters))
        return self._scored(rows, scores, self._spreads[name].of(query))

    def nearest_of(self, name: VectorField, query: Floats, ids: Sequence[str]) -> Floats:
        """Return the inner product of the query with each of the given passages, in their order."""
        return vectors.scores_of(self._fields[name], query, self._rows_of(ids))

    def terms(self, text: str) -> list[str]:
        """Return the distinct stems of a question, as input for `matching`."""
        return self._keywords["passage"].terms(text)

    def frequency(self, term: str) -> int:
        """Return how many passages hold a stem."""
        return self._keywords["passage"].frequency(term)

    def rarity(self, term: str) -> float:
        """Return the inverse document frequency of a stem as in BM25; highest if no passage holds it."""
        frequency, count = self.frequency(term), self.manifest.passages
        return float(np.log(1 + (count - frequency + 0.5) / (frequency + 0.5)))

    def matching(
        self,
        name: TermField,
        terms: Sequence[str],
        k: int,
        filters: Filters = _NO_FILTERS,
        synonyms: Sequence[str] = (),
    ) -> tuple[Scored, Floats]:
        """Return the k passages that match the terms best, among those the filters allow, and every passage's score.

        In the field "episode" each passage has the score of its episode.
        """
        scores = self._keywords[name].scores(terms, synonyms)
        if name == "episode":
            scores = scores[self._episode_numbers]
        rows = best(scores, k, self._allowed(filters))
        return self._scored(rows, scores[rows], self._keywords["passage"].spread(scores)), scores

    def matching_of(self, scores: Floats, ids: Sequence[str]) -> Floats:
        """Select the given passages' scores from the scores of all passages."""
        chosen: Floats = scores[self._rows_of(ids)]
        return chosen

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return the passages with these ids, in their order."""
        found = {
            row[0]: _passage(row)
            for row in self._select(
                'SELECT id, episode_id, text, header, first, last, speakers, start, "end", timing '
                "FROM passages WHERE row IN",
                [self._rows[identifier] for identifier in ids],
            )
        }
        return [found[identifier] for identifier in ids]

    def episode_ids(self) -> list[str]:
        """Return the id of every episode of the generation, in the order they were written."""
        return [identifier for (identifier,) in self._database.execute("SELECT id FROM episodes ORDER BY rowid")]

    def episodes(self) -> list[Episode]:
        """Return every episode of the generation, newest first."""
        rows = self._database.execute("SELECT json FROM episodes ORDER BY published DESC, id").fetchall()
        return [episode_from_json(json.loads(text)) for (text,) in rows]

    def episode(self, identifier: str) -> Episode:
        """Return an episode; raises KeyError if it is not in the generation."""
        row = self._database.execute("SELECT json FROM episodes WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            raise KeyError(identifier)
        return episode_from_json(json.loads(row[0]))

    def sentences(self, passage: Passage) -> list[FoundSentence]:
        """Return the sentences of a passage in order, with their vectors."""
        (base,) = self._database.execute(
            "SELECT first_sentence FROM episodes WHERE id = ?", (passage.episode_id,)
        ).fetchone()
        first, last = passage.sentences
        rows = self._database.execute(
            'SELECT turn, start, "end", first_word, words, speaker, text, vector '
            "FROM sentences JOIN encoded USING (key) WHERE row >= ? AND row < ? ORDER BY row",
            (base + first, base + last),
        ).fetchall()
        return [FoundSentence(Sentence(*row[:5]), row[5], row[6], from_halves(row[7])) for row in rows]

    def unsearched(self, episode_id: str) -> list[tuple[int, str]]:
        """Return the sentences of an episode that are in no passage, in order, as (turn, text); empty if it is unknown.

        These are adverts and announcements that episodes repeat (see index.building.repeated).
        """
        return self._database.execute(
            "SELECT s.turn, s.text FROM episodes e JOIN sentences s "
            "ON s.row >= e.first_sentence AND s.row < e.first_sentence + e.sentences WHERE e.id = ? AND NOT EXISTS "
            "(SELECT 1 FROM passages p WHERE p.episode_id = e.id AND p.first <= s.row - e.first_sentence "
            "AND s.row - e.first_sentence < p.last) ORDER BY s.row",
            (episode_id,),
        ).fetchall()

    def spoken(self) -> list[tuple[str, int, int, str | None, str]]:
        """Return every sentence as (episode id, turn, first word, speaker, text): newest episode first, then in order.

        The speaker is a full name, not a label.
        """
        return self._database.execute(
            "SELECT id, turn, first_word, speaker, text FROM episodes JOIN sentences "
            "ON row >= first_sentence AND row < first_sentence + sentences ORDER BY published DESC, id, row"
        ).fetchall()

    def speakers(self) -> list[str]:
        """Return the full names of all speakers, sorted."""
        return [name for (name,) in self._database.execute("SELECT DISTINCT name FROM speakers ORDER BY name")]

    def speakers_named(self, name: str) -> list[str]:
        """Return the speakers with this name or alias in any case, else every speaker whose name has these words."""
        wanted = " ".join(name.casefold().split())
        everyone = self.speakers()
        aliases = self._database.execute("SELECT alias, name FROM aliases").fetchall()
        exact = {speaker for speaker in everyone if speaker.casefold() == wanted}
        exact |= {full for label, full in aliases if label.casefold() == wanted} & set(everyone)
        return sorted(exact) or [speaker for speaker in everyone if f" {wanted} " in f" {speaker.casefold()} "]

    def askers(self, episode_id: str) -> frozenset[str]:
        """Return the names of the people who ask the questions in an episode (see index.building.tables)."""
        rows = self._database.execute("SELECT name FROM askers WHERE episode_id = ?", (episode_id,))
        return frozenset(name for (name,) in rows)

    def starters(self) -> tuple[str, ...]:
        """Return suggested questions, as hosts asked them (see index.building.starter_questions)."""
        rows = self._database.execute("SELECT question FROM starters ORDER BY position")
        return tuple(question for (question,) in rows)

    def letters(self, word: str) -> tuple[int, int]:
        """Return how often a word occurs inside sentences with a capital and with a small first letter."""
        query = "SELECT capital, small FROM letters WHERE word = ?"
        found = self._database.execute(query, (word.lower(),)).fetchone()
        return (0, 0) if found is None else (found[0], found[1])

    def _select(self, query: str, rows: Sequence[int]) -> list[Any]:
        return self._database.execute(f"{query} ({','.join(map(str, rows))})").fetchall()

    def _allowed(self, filters: Filters) -> Rows | None:
        """Return the rows that the filters allow, ascending; None if there are no filters."""
        if filters == _NO_FILTERS:
            return None
        clauses, values = ["1"], []
        for clause, value in (
            ("e.show_id = ?", filters.show),
            ("e.id = ?", filters.episode),
            ("e.published >= ?", filters.since),
            ("e.published <= ?", filters.until),
            ("p.row IN (SELECT row FROM speakers WHERE name = ?)", filters.speaker),
        ):
            if value is not None:
                clauses.append(clause)
                values.append(value)
        if filters.without:
            clauses.append(f"e.id NOT IN ({','.join('?' * len(filters.without))})")
            values += sorted(filters.without)
        where = " AND ".join(clauses)
        query = f"SELECT p.row FROM passages p JOIN episodes e ON e.id = p.episode_id WHERE {where} ORDER BY p.row"  # noqa: S608 - literals only
        return np.array([row for (row,) in self._database.execute(query, values)], np.int64)

    def _rows_of(self, ids: Sequence[str]) -> Rows:
        return np.array([self._rows[identifier] for identifier in ids], np.int64)

    def _scored(self, rows: Rows, scores: Floats, spread: tuple[float, float]) -> Scored:
        return Scored(tuple(self._ids[row] for row in rows), tuple(float(score) for score in scores), *spread)

    def _spread(self, name: str) -> Spread:
        size = self.manifest.dimension
        mean, covariance = self._database.execute(
            "SELECT mean, covariance FROM spreads WHERE field = ?", (name,)
        ).fetchone()
        return Spread(np.frombuffer(mean, np.float32), np.frombuffer(covariance, np.float32).reshape(size, size))


def open_read_only(database: Path) -> sqlite3.Connection:
    """Open a published database, which is never written; threads may share the connection."""
    return sqlite3.connect(f"file:{quote(str(database))}?immutable=1", uri=True, check_same_thread=False)


def from_halves(blob: bytes) -> Floats:
    """Return a vector stored in half precision as float32, shape (dimension,)."""
    return np.frombuffer(blob, np.float16).astype(np.float32)


def _passage(row: Sequence[Any]) -> Passage:
    identifier, episode_id, text, header, first, last, speakers, start, end, timing = row
    return Passage(identifier, episode_id, text, header, (first, last), tuple(json.loads(speakers)), start, end, timing)
