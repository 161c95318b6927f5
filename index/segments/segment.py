"""One segment of a generation: some episodes with their passages, vectors and postings; immutable, shared by links.

A later generation may take it over and name episodes of it that no longer count (`dropped`).
"""

import json
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken
from index.passage import Exchange, Filters, FoundSentence, Passage, Sentence
from index.piece_vectors import Codes
from index.segments.files import HeldEpisode, SegmentEntry, VectorField
from index.segments.spread import Moments, from_bytes
from index.segments.tables import Tables, without

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
# An episode's id and a range [first, last) of its sentences.
Stretch = tuple[str, int, int]


class Segment:
    """An open segment; what is asked of it is answered without its dropped episodes."""

    def __init__(self, entry: SegmentEntry, held: Sequence[HeldEpisode], tables: Tables, basis: Floats) -> None:
        """Take what was verified: the episodes that it holds, its tables, and the basis of its word pieces.

        Raises IndexBroken if the episodes are not those of the manifest.
        """
        if sum(one.passages for one in held) != entry.passages or len(held) != entry.episodes:
            raise IndexBroken(f"segment {entry.name} does not fit the manifest; run: playback index --rebuild")
        self.entry = entry
        self.held = held
        self.tables = tables
        self.basis = basis
        self.dropped = frozenset(entry.dropped)
        self._repeated = {one.id: frozenset(one.repeated) for one in held if one.repeated}
        begins = accumulate((one.sentences for one in held), initial=0)
        # The first row of each episode's sentences, and how many they are.
        self._sentences = {one.id: (first, one.sentences) for one, first in zip(held, begins, strict=False)}

    def close(self) -> None:
        """Close what is open."""
        self.tables.close()

    def counted(self, column: str) -> tuple[str, tuple[str, ...]]:
        """Return the condition that an episode counts, given the column with its id, and the value it takes, if any."""
        return without(column, self.dropped)

    def alive(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which passages count and which episodes do, in the order of their rows."""
        episodes = np.array([one.id not in self.dropped for one in self.held], bool)
        return np.repeat(episodes, [one.passages for one in self.held]), episodes

    def passage_ids(self) -> list[str]:
        """Return the id of every passage by row, dropped ones too."""
        return [identifier for (identifier,) in self.tables.rows("SELECT id FROM main.passages ORDER BY row")]

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of these rows, in any order."""
        found = self.tables.rows(
            'SELECT id, episode_id, text, header, first, last, speakers, start, "end", timing FROM main.passages '  # noqa: S608 - numbers only
            f"WHERE row IN ({','.join(map(str, rows))})"
        )
        return [_passage(row) for row in found]

    def episodes(self) -> list[tuple[str, str | None, str]]:
        """Return every episode that counts as (id, date of publication, JSON), in the order of rows."""
        found = self.tables.rows("SELECT id, published, json FROM main.episodes ORDER BY rowid")
        return [(name, published, text) for name, published, text in found if name not in self.dropped]

    def texts(self, identifiers: Sequence[str]) -> dict[str, str]:
        """Return episodes of this segment as JSON, by id."""
        query = "SELECT id, json FROM main.episodes WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self.tables.rows(query, (json.dumps(identifiers),)))

    def stretches(self, wanted: Sequence[Stretch]) -> list[list[FoundSentence]]:
        """Return the sentences of each of some stretches in order, without those that an episode does not have."""
        ranges = []
        for episode_id, first, last in wanted:
            base, count = self._sentences[episode_id]
            ranges.append(range(base + first, base + min(last, count)))
        rows = sorted({row for rows in ranges for row in rows})
        if not rows:
            return [[] for _ in wanted]
        if rows[-1] - rows[0] < len(rows):
            found = self._found("row >= ? AND row <= ?", (rows[0], rows[-1]))
        else:
            found = self._found(f"row IN ({','.join(map(str, rows))})")
        return [[found[row] for row in rows if row in found] for rows in ranges]

    def sentences_at(self, wanted: Sequence[tuple[str, tuple[int, int]]]) -> list[list[FoundSentence]]:
        """Return the sentences of an episode that begin within a span (first normalised word, number), for each."""
        spans = []
        for episode_id, (first_word, words) in wanted:
            base, count = self._sentences[episode_id]
            spans.append((base, base + count, first_word, first_word + words))
        # Not one condition with OR: SQLite reads every sentence as soon as there are five spans.
        rows = " UNION ALL ".join(
            ["SELECT row FROM main.sentences WHERE row >= ? AND row < ? AND first_word >= ? AND first_word < ?"]
            * len(spans)
        )
        found = self._found(f"row IN ({rows})", [*chain.from_iterable(spans)])
        return [
            [one for row, one in found.items() if first <= row < last and begin <= one.sentence.first_word < end]
            for first, last, begin, end in spans
        ]

    def _found(self, condition: str, values: Sequence[int] = ()) -> dict[int, FoundSentence]:
        """Return the sentences that a condition names, by their rows, in order."""
        rows = self.tables.rows(
            'SELECT row, turn, start, "end", first_word, words, label, speaker, before, text, began, ended, timing, '  # noqa: S608 - our own
            f"vector, pieces FROM main.sentences JOIN main.vectors ON vectors.rowid = row WHERE {condition} "
            "ORDER BY row",
            values,
        )
        if not rows:
            return {}
        *places, halves, codes = zip(*rows, strict=True)
        dimension, width = self.basis.shape
        vectors = from_halves(b"".join(halves)).reshape(-1, dimension)
        pieces = pieces_from(b"".join(codes), width)
        ends = np.cumsum([len(code) // width for code in codes]).tolist()
        return {
            one[0]: FoundSentence(Sentence(*one[1:6]), *(*one[6:], vector, pieces[first:last]))
            for one, vector, first, last in zip(zip(*places, strict=True), vectors, [0, *ends], ends, strict=False)
        }

    def sentences_from(self, wanted: Sequence[tuple[str, int]]) -> list[int | None]:
        """Return the number of the first sentence of an episode that begins at a word or later, for each; else None."""
        queries, values = [], []
        for place, (episode_id, first_word) in enumerate(wanted):
            base, count = self._sentences[episode_id]
            queries.append(
                f"SELECT {place} AS place, min(row) - {base} FROM main.sentences "  # noqa: S608 - numbers only
                "WHERE row >= ? AND row < ? AND first_word >= ?"
            )
            values += [base, base + count, first_word]
        return [number for _, number in self.tables.rows(f"{' UNION ALL '.join(queries)} ORDER BY place", values)]

    def passages_with(self, wanted: Sequence[tuple[str, int]]) -> list[str]:
        """Return the id of a passage that has a sentence of an episode, for each: the last one, where most follows."""
        places = " OR ".join(["(episode_id = ? AND first <= ? AND last > ?)"] * len(wanted))
        rows = self.tables.rows(
            f"SELECT episode_id, first, last, id FROM main.passages WHERE {places} ORDER BY row DESC",  # noqa: S608 - literals only
            [value for episode_id, sentence in wanted for value in (episode_id, sentence, sentence)],
        )
        return [
            next(name for other, first, last, name in rows if other == episode_id and first <= sentence < last)
            for episode_id, sentence in wanted
        ]

    def repeated(self, episode_id: str) -> frozenset[int]:
        """Return the numbers of the sentences of an episode that are in no passage because episodes repeat them."""
        return self._repeated.get(episode_id, frozenset())

    def questions(self) -> NDArray[np.bool_]:
        """Return for the question of every exchange, by row, whether its episode counts."""
        found = self.tables.rows("SELECT episode_id FROM main.exchanges ORDER BY row")
        return np.array([episode_id not in self.dropped for (episode_id,) in found], bool)

    def asked(self, rows: Sequence[int]) -> list[tuple[str, Exchange]]:
        """Return the exchanges in these rows with the ids of their episodes."""
        places = ",".join(str(row + 1) for row in rows)
        query = f"SELECT row, episode_id, question, reply FROM main.exchanges WHERE row IN ({places})"  # noqa: S608 - numbers only
        found = {row - 1: (episode_id, Exchange(*pair)) for row, episode_id, *pair in self.tables.rows(query)}
        return [found[row] for row in rows]

    def unsearched(self, episode_id: str) -> list[tuple[int, str]]:
        """Return the sentences of an episode that are in no passage, in order, as (turn, text)."""
        return self.tables.rows(
            "SELECT s.turn, s.text FROM main.episodes e JOIN main.sentences s "
            "ON s.row >= e.first_sentence AND s.row < e.first_sentence + e.sentences WHERE e.id = ? AND NOT EXISTS "
            "(SELECT 1 FROM main.passages p WHERE p.episode_id = e.id AND p.first <= s.row - e.first_sentence "
            "AND s.row - e.first_sentence < p.last) ORDER BY s.row",
            (episode_id,),
        )

    def spoken(self) -> list[tuple[str, int, int, str | None, str]]:
        """Return every sentence that counts as (episode id, turn, first word, speaker, text), in the order of rows."""
        return self._counting(
            "SELECT id, turn, first_word, speaker, text FROM main.episodes JOIN main.sentences "
            "ON row >= first_sentence AND row < first_sentence + sentences WHERE {} ORDER BY row",
            "id",
        )

    def speakers(self) -> list[str]:
        """Return the full names of the people who speak in a passage that counts."""
        query = "SELECT DISTINCT name FROM main.speakers JOIN main.passages USING (row) WHERE {}"
        return [name for (name,) in self._counting(query)]

    def aliases(self) -> list[tuple[str, str]]:
        """Return the labels of people in episodes that count, with their full names."""
        return self._counting("SELECT DISTINCT alias, name FROM main.aliases WHERE {}")

    def askers(self, identifiers: Sequence[str]) -> list[tuple[str, str]]:
        """Return ids of episodes with the names of people who ask the questions there (see index.building.tables)."""
        query = "SELECT episode_id, name FROM main.askers WHERE episode_id IN (SELECT value FROM json_each(?))"
        return self.tables.rows(query, (json.dumps(identifiers),))

    def starters(self) -> list[tuple[str, str]]:
        """Return suggested questions of episodes that count as (question, episode id), the best first."""
        return self._counting("SELECT question, episode_id FROM main.starters WHERE {} ORDER BY position")

    def letters(self, words: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return which of these words (in lower case) stand inside sentences, how often with a capital and without."""
        query = (
            "SELECT word, sum(capital), sum(small) FROM main.letters "
            "WHERE word IN (SELECT value FROM json_each(?)) AND {} GROUP BY word"
        )
        return self._counting(query, values=(json.dumps(words),))

    def words(self) -> list[tuple[str, int]]:
        """Return words in lower case with how often they stand in sentences that count, elsewhere than first."""
        return self._counting("SELECT word, sum(capital + small) FROM main.letters WHERE {} GROUP BY word")

    def _counting(
        self, query: str, column: str = "episode_id", values: tuple[object, ...] = ()
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query with the condition that their episodes count in place of its braces."""
        condition, names = self.counted(column)
        return self.tables.rows(query.format(condition), values + names)

    def allowed(self, filters: Filters) -> Rows:
        """Return the rows of passages that count and that the filters allow, ascending."""
        where, values = self._conditions(filters)
        chosen = {name for (name,) in self.tables.rows(f"SELECT e.id FROM main.episodes e WHERE {where}", values)}  # noqa: S608 - literals only
        # An episode's passages are in rows on end, so that only episodes are asked for, not each of many passages.
        is_allowed = np.repeat([one.id in chosen for one in self.held], [one.passages for one in self.held])
        if filters.speaker is None:
            return np.flatnonzero(is_allowed)
        query = "SELECT row FROM main.speakers WHERE name = ? ORDER BY row"
        rows: Rows = np.array([row for (row,) in self.tables.rows(query, (filters.speaker,))], np.int64)
        return rows.compress(is_allowed[rows])

    def allowed_questions(self, filters: Filters) -> list[int]:
        """Return the rows of questions that count and that the filters allow by their replies, ascending."""
        where, values = self._conditions(filters)
        if filters.speaker is not None:
            where += " AND (SELECT speaker FROM main.sentences s WHERE s.row = e.first_sentence + x.reply) = ?"
            values.append(filters.speaker)
        query = f"SELECT x.row FROM main.exchanges x JOIN main.episodes e ON e.id = x.episode_id WHERE {where} ORDER BY x.row"  # noqa: S608, E501 - literals only
        return [row - 1 for (row,) in self.tables.rows(query, values)]

    def _conditions(self, filters: Filters) -> tuple[str, list[str]]:
        """Return the conditions on episodes `e` that count and that the filters allow, and their values."""
        gone, names = without("e.id", self.dropped | filters.without)
        clauses, values = [gone], [*names]
        for clause, value in (
            ("e.show_id = ?", filters.show),
            ("e.id = ?", filters.episode),
            ("e.published >= ?", filters.since),
            ("e.published <= ?", filters.until),
        ):
            if value is not None:
                clauses.append(clause)
                values.append(value)
        return " AND ".join(clauses), values

    def moments(self, name: VectorField, dimension: int) -> Moments | None:
        """Return the sums over all vectors of a field, dropped ones too; None if they are quickly worked out."""
        found = self.tables.rows("SELECT sums FROM main.moments WHERE field = ?", (name,))
        return from_bytes(found[0][0], dimension) if found else None


def from_halves(blob: bytes) -> Floats:
    """Return a vector stored in half precision as float32, shape (dimension,)."""
    return np.frombuffer(blob, np.float16).astype(np.float32)


def pieces_from(blob: bytes, width: int) -> Codes:
    """Return the codes of a sentence's word pieces, shape (pieces, width)."""
    return np.frombuffer(blob, np.int8).reshape(-1, width)


def _passage(row: Sequence[Any]) -> Passage:
    identifier, episode_id, text, header, first, last, speakers, start, end, timing = row
    return Passage(identifier, episode_id, text, header, (first, last), tuple(json.loads(speakers)), start, end, timing)
