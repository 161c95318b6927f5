"""Read what is mined from the episodes of a generation; what does not count is left out."""

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.mined.episode import (
    Chapter,
    Lesson,
    Span,
    TermUse,
    Voice,
    chapter_from_json,
    term_from_json,
    voice_from_json,
)
from index.segments.segment import Segment, from_halves
from index.segments.tables import Tables
from ingest.text.words import as_title

T = TypeVar("T")
_READ_AT_ONCE = 50  # episodes
Floats = NDArray[np.float32]


class MinedRows:
    """The rows of what is mined, in the tables of a generation's segments."""

    def __init__(self, segments: Sequence[Segment], places: Mapping[str, int], dimension: int) -> None:
        """Take open segments, and for each episode that counts, newest first, the place of its segment."""
        self._segments = segments
        self._places = places
        self._dimension = dimension

    def lessons(self, most: int, episode_id: str | None = None, person: str | None = None) -> list[Lesson]:
        """Return the best lessons, of an episode or of a person by full name if given; at most `most`, best first."""
        given = {"episode_id": episode_id, "speaker": person}
        wanted = {name: value for name, value in given.items() if value is not None}
        where = "".join(f" AND {name} = ?" for name in wanted)
        found = []
        for segment in self._segments:
            counts, names = segment.counted("episode_id")
            query = (
                f"SELECT * FROM main.lessons WHERE {counts}{where} "  # noqa: S608 - literals only
                "ORDER BY score DESC, episode_id, first_word LIMIT ?"
            )
            found += [_lesson(row) for row in segment.tables.rows(query, (*names, *wanted.values(), most))]
        return sorted(found, key=lambda one: (-one.score, one.episode_id, one.span))[:most]

    def told(self, lessons: Sequence[Lesson]) -> tuple[list[str], Floats]:
        """Return the words of some lessons, and the means of their sentences' vectors, shape (lessons, dimension).

        Words are the texts of the sentences joined by spaces; "" and zeros for sentences that are not found.
        """
        texts, vectors = [""] * len(lessons), np.zeros((len(lessons), self._dimension), np.float32)
        by_segment: dict[int, dict[str, list[int]]] = {}
        for place, one in enumerate(lessons):
            if (number := self._places.get(one.episode_id)) is not None:
                by_segment.setdefault(number, {}).setdefault(one.episode_id, []).append(place)
        for number, by_episode in by_segment.items():
            tables, names = self._segments[number].tables, [*by_episode]
            for begin in range(0, len(names), _READ_AT_ONCE):
                said: dict[int, list[int]] = {}  # the rows of each lesson's sentences
                for name, rows in _sentences_of(tables, names[begin : begin + _READ_AT_ONCE]).items():
                    begins = [first_word for _, first_word, _ in rows]
                    for place in by_episode[name]:
                        first, words = lessons[place].span
                        mine = rows[bisect_left(begins, first) : bisect_left(begins, first + words)]
                        if mine:
                            texts[place] = " ".join(text for _, _, text in mine)
                            said[place] = [row for row, _, _ in mine]
                found = _vectors_of(tables, {row for told in said.values() for row in told})
                for place, told in said.items():
                    vectors[place] = _mean([found[row] for row in told])
        return texts, vectors

    def voices(self, episode_id: str | None = None) -> list[tuple[str, Voice]]:
        """Return who speaks in an episode, or in every episode, newest first, with the episodes' ids."""
        return self._read("voice", voice_from_json, episode_id)

    def term_uses(self, episode_id: str | None = None) -> list[tuple[str, TermUse]]:
        """Return the terms of an episode, or of every episode, newest first, with the episodes' ids."""
        return self._read("term", term_from_json, episode_id)

    def chapters(self, episode_id: str | None = None) -> list[tuple[str, Chapter]]:
        """Return the chapters of an episode, or of every episode, newest first, with the episodes' ids.

        A title begins with a capital, also one that is stored as it is said ("apple harvest, cider barrel").
        """
        found = self._read("chapter", chapter_from_json, episode_id)
        return [(name, replace(one, title=as_title(one.title))) for name, one in found]

    def _read(self, kind: str, read: Callable[[Mapping[str, Any]], T], only: str | None) -> list[tuple[str, T]]:
        """Read what is mined from an episode that may be unknown, or from all."""
        if only is not None:
            if only not in self._places:
                return []
            query = "SELECT episode_id, json FROM main.mined WHERE kind = ? AND episode_id = ? ORDER BY position"
            rows = self._segments[self._places[only]].tables.rows(query, (kind, only))
        else:
            order = {identifier: place for place, identifier in enumerate(self._places)}
            everything = []
            for segment in self._segments:
                counts, names = segment.counted("episode_id")
                query = f"SELECT episode_id, json FROM main.mined WHERE kind = ? AND {counts} ORDER BY 1, position"  # noqa: S608 - literals only
                everything += segment.tables.rows(query, (kind, *names))
            rows = sorted(everything, key=lambda row: order[row[0]])
        return [(name, read(json.loads(text))) for name, text in rows]


def _sentences_of(tables: Tables, names: Sequence[str]) -> dict[str, list[tuple[int, int, str]]]:
    """Return the sentences of episodes by their ids, in order, as (row, first word, text)."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    rows = tables.rows(
        "SELECT row, first_word, text, id FROM main.episodes JOIN main.sentences "
        "ON row >= first_sentence AND row < first_sentence + sentences WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(names),),
    )
    for *sentence, name in sorted(rows):  # here, so that no engine looks for episodes by their sentences
        found.setdefault(name, []).append((sentence[0], sentence[1], sentence[2]))
    return found


def _vectors_of(tables: Tables, rows: Set[int]) -> dict[int, bytes]:
    """Return the vectors of sentences, in half precision, by their rows."""
    if not rows:
        return {}
    places = ",".join(map(str, sorted(rows)))
    return dict(tables.rows(f"SELECT rowid, vector FROM main.vectors WHERE rowid IN ({places})"))  # noqa: S608 - numbers only


def _mean(halves: Sequence[bytes]) -> Floats:
    """Return the mean of vectors, of length one."""
    mean = from_halves(b"".join(halves)).reshape(len(halves), -1).mean(axis=0)
    unit: Floats = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit


def _lesson(row: Sequence[Any]) -> Lesson:
    episode_id, turn, first_word, words, speaker, kind, score, title, terms, question = row
    asked = json.loads(question)
    span, before = Span(first_word, words), None if asked is None else Span(*asked)
    return Lesson(episode_id, turn, span, speaker, kind, score, title, tuple(json.loads(terms)), before)
