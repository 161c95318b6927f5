"""Write the tables of a segment: episodes, sentences, passages, speakers, askers, what is mined, and every vector."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from index.building.cutting import Chunked
from index.building.encoding import Encoded, Vectors, encoded_text, key_of, question_key, questions_of
from index.mining.lessons.model import SentenceVectors
from index.mining.mine import mine
from index.passage import Passage, Sentence
from index.segments.files import VectorField
from index.segments.spread import moments_of, to_bytes
from index.sentences import count_capitals, ends_as_question, window
from ingest.transcript import Transcript

# An asker speaks at least this share of the episode's turns that end in a question
_LEAST_SHARE = 0.3
# and less than this share of its words: somebody who speaks alone answers their own questions.
_MOST_WORDS = 0.5

TABLES = """
CREATE TABLE episodes (id TEXT PRIMARY KEY, json TEXT NOT NULL, show_id TEXT NOT NULL, published TEXT,
                       first_sentence INTEGER NOT NULL, sentences INTEGER NOT NULL);
CREATE TABLE passages (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, episode_id TEXT NOT NULL, text TEXT NOT NULL,
                       header TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, speakers TEXT NOT NULL,
                       start REAL, "end" REAL, timing TEXT, vector BLOB NOT NULL, turns BLOB NOT NULL,
                       header_key BLOB NOT NULL);
CREATE TABLE speakers (name TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID;
CREATE TABLE aliases (alias TEXT NOT NULL, name TEXT NOT NULL, episode_id TEXT NOT NULL,
                      PRIMARY KEY (alias, name, episode_id)) WITHOUT ROWID;
CREATE TABLE sentences (row INTEGER PRIMARY KEY, turn INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
                        first_word INTEGER NOT NULL, words INTEGER NOT NULL, label TEXT, speaker TEXT,
                        before TEXT NOT NULL, text TEXT NOT NULL, began REAL, ended REAL, timing TEXT);
CREATE TABLE vectors (key BLOB NOT NULL, vector BLOB NOT NULL, pieces BLOB NOT NULL);
CREATE TABLE exchanges (row INTEGER PRIMARY KEY, episode_id TEXT NOT NULL, question INTEGER NOT NULL,
                        reply INTEGER NOT NULL, key BLOB NOT NULL);
CREATE TABLE texts (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE letters (word TEXT NOT NULL, episode_id TEXT NOT NULL, capital INTEGER NOT NULL, small INTEGER NOT NULL,
                      PRIMARY KEY (word, episode_id)) WITHOUT ROWID;
CREATE TABLE moments (field TEXT PRIMARY KEY, sums BLOB NOT NULL);
CREATE TABLE askers (episode_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (episode_id, name)) WITHOUT ROWID;
CREATE TABLE lessons (episode_id TEXT NOT NULL, turn INTEGER NOT NULL, first_word INTEGER NOT NULL,
                      words INTEGER NOT NULL, speaker TEXT NOT NULL, kind TEXT NOT NULL, score REAL NOT NULL,
                      title TEXT NOT NULL, terms TEXT NOT NULL, question TEXT NOT NULL,
                      PRIMARY KEY (episode_id, first_word, words)) WITHOUT ROWID;
CREATE TABLE mined (kind TEXT NOT NULL, episode_id TEXT NOT NULL, position INTEGER NOT NULL, json TEXT NOT NULL,
                    PRIMARY KEY (kind, episode_id, position)) WITHOUT ROWID;
CREATE TABLE starters (position INTEGER PRIMARY KEY, question TEXT NOT NULL, episode_id TEXT NOT NULL);
CREATE INDEX passages_by_episode ON passages (episode_id);
CREATE INDEX vectors_by_key ON vectors (key);
CREATE INDEX lessons_by_score ON lessons (score);
"""
# The database is fsynced when it is published; what an interrupted build leaves is thrown away.
_UNSAFE = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
# Fewer vectors than this many times their dimension are summed up when a segment is opened, in milliseconds.
_SUMMED_FROM = 2

Floats = NDArray[np.float32]


def new_database(path: Path) -> sqlite3.Connection:
    """Create the database of a segment with its empty tables."""
    database = sqlite3.connect(f"file:{quote(str(path))}", uri=True)
    database.executescript(_UNSAFE + TABLES)
    return database


def write_tables(path: Path, chunked: Sequence[Chunked], vectors: Vectors) -> None:
    """Write a new database of episodes with their vectors."""
    with closing(new_database(path)) as database:
        _write_vectors(database, vectors)
        _write_episodes(database, chunked)
        _write_sentences(database, chunked)
        _write_exchanges(database, chunked)
        _write_passages(database, [passage for episode in chunked for passage in episode.passages], vectors.fields)
        _write_speakers(database, chunked)
        _write_mined(database, chunked, vectors)
        write_moments(database, vectors.fields)
        database.commit()


def write_moments(database: sqlite3.Connection, fields: dict[VectorField, Floats]) -> None:
    """Write the sums over the vectors of each field, by which their spread is known without reading them all."""
    for name, matrix in fields.items():
        if len(matrix) >= _SUMMED_FROM * matrix.shape[1]:
            database.execute("INSERT INTO moments VALUES (?, ?)", (name, to_bytes(moments_of(matrix))))


def _write_episodes(database: sqlite3.Connection, chunked: Sequence[Chunked]) -> None:
    for item in chunked:
        episode = item.transcript.episode
        database.execute(
            "INSERT INTO episodes VALUES (?, ?, ?, ?, ?, ?)",
            (
                episode.id,
                json.dumps(asdict(episode), ensure_ascii=False),
                episode.show.id,
                episode.published,
                item.first_sentence,
                len(item.sentences),
            ),
        )
        database.executemany(
            "INSERT INTO aliases VALUES (?, ?, ?)",
            ((alias, name, episode.id) for alias, name in item.transcript.aliases.items()),
        )


def _write_vectors(database: sqlite3.Connection, vectors: Vectors) -> None:
    """Write the vectors of sentences, in rows of the same numbers as these, and those of headers and questions."""
    sentences = enumerate(zip(vectors.keys, vectors.sentences, strict=True))
    rows = (
        (row, key, _halves(one), b"" if one.pieces is None else one.pieces.tobytes()) for row, (key, one) in sentences
    )
    database.executemany("INSERT INTO vectors (rowid, key, vector, pieces) VALUES (?, ?, ?, ?)", rows)
    texts = ((key, _halves(one)) for key, one in vectors.by_key.items())
    database.executemany("INSERT INTO texts VALUES (?, ?)", texts)


def _halves(encoded: Encoded) -> bytes:
    return encoded.vector.astype(np.float16).tobytes()


def _write_sentences(database: sqlite3.Connection, chunked: Sequence[Chunked]) -> None:
    """Write the sentences, and how often each word of an episode has a capital within them."""
    for episode in chunked:
        texts = []
        before: Sentence | None = None
        for row, sentence in enumerate(episode.sentences, episode.first_sentence):
            turn = episode.transcript.turns[sentence.turn]
            text = turn.text[sentence.start : sentence.end]
            texts.append(encoded_text(text))
            follows = before is not None and before.turn == sentence.turn
            database.execute(
                "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    row,
                    sentence.turn,
                    sentence.start,
                    sentence.end,
                    sentence.first_word,
                    sentence.words,
                    turn.speaker,
                    _person(episode.transcript, turn.speaker),
                    turn.text[before.end : sentence.start] if before is not None and follows else "",
                    text,
                    *window(turn, sentence.start, sentence.end),
                    turn.timing,
                ),
            )
            before = sentence
        identifier = episode.transcript.episode.id
        rows = ((word, identifier, capital, small) for word, capital, small in count_capitals(texts))
        database.executemany("INSERT INTO letters VALUES (?, ?, ?, ?)", rows)


def _write_exchanges(database: sqlite3.Connection, chunked: Sequence[Chunked]) -> None:
    for episode in chunked:
        questions = zip(episode.exchanges, questions_of(episode), strict=True)
        identifier = episode.transcript.episode.id
        rows = ((identifier, one.question, one.reply, question_key(text)) for one, text in questions)
        database.executemany("INSERT INTO exchanges (episode_id, question, reply, key) VALUES (?, ?, ?, ?)", rows)


def _write_passages(
    database: sqlite3.Connection, passages: Sequence[Passage], fields: dict[VectorField, Floats]
) -> None:
    for row, passage in enumerate(passages):
        database.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row,
                passage.id,
                passage.episode_id,
                passage.text,
                passage.header,
                *passage.sentences,
                json.dumps(passage.speakers, ensure_ascii=False),
                passage.start,
                passage.end,
                passage.timing,
                fields["passage"][row].tobytes(),
                fields["turns"][row].tobytes(),
                key_of(encoded_text(passage.header)),
            ),
        )


def _write_speakers(database: sqlite3.Connection, chunked: Sequence[Chunked]) -> None:
    """Write who speaks in each passage, and who asks in each episode, by full name instead of label."""
    for episode in chunked:
        for row, passage in enumerate(episode.passages, episode.first_passage):
            people = dict.fromkeys(_person(episode.transcript, label) for label in passage.speakers)
            database.executemany("INSERT INTO speakers VALUES (?, ?)", ((name, row) for name in people))
        hosts = dict.fromkeys(_person(episode.transcript, label) for label in sorted(askers(episode.transcript)))
        rows = ((episode.transcript.episode.id, name) for name in hosts)
        database.executemany("INSERT INTO askers VALUES (?, ?)", rows)


def _write_mined(database: sqlite3.Connection, chunked: Sequence[Chunked], vectors: Vectors) -> None:
    """Mine the episodes and write what is found: lessons with columns to choose them by, the rest as JSON."""
    for episode in chunked:
        rows = slice(episode.first_sentence, episode.first_sentence + len(episode.sentences))
        matrix = np.array([one.vector for one in vectors.sentences[rows]], np.float32)
        own = SentenceVectors(matrix, vectors.weights)
        transcript = episode.transcript
        found = mine(transcript, episode.sentences, episode.exchanges, askers(transcript), own, episode.repeated)
        database.executemany(
            "INSERT INTO lessons VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    one.episode_id,
                    one.turn,
                    *one.span,
                    one.speaker,
                    one.kind,
                    one.score,
                    one.title,
                    _json(one.terms),
                    _json(one.question),
                )
                for one in found.lessons
            ),
        )
        kinds: tuple[tuple[str, Sequence[Any]], ...] = (
            ("voice", found.voices),
            ("term", found.terms),
            ("chapter", found.chapters),
        )
        for kind, values in kinds:
            lines = ((kind, transcript.episode.id, place, _json(asdict(one))) for place, one in enumerate(values))
            database.executemany("INSERT INTO mined VALUES (?, ?, ?, ?)", lines)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _person(transcript: Transcript, label: str | None) -> str | None:
    return None if label is None else transcript.aliases.get(label, label)


def askers(transcript: Transcript) -> frozenset[str]:
    """Return the labels of the people who ask the questions in an episode, such as its hosts; may be empty."""
    asked: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for turn in transcript.turns:
        if turn.speaker:
            asked[turn.speaker] += ends_as_question(turn.text)
            words[turn.speaker] += len(turn.words)
    questions, said = asked.total(), words.total()
    return frozenset(
        speaker
        for speaker, count in asked.items()
        if count and count >= _LEAST_SHARE * questions and words[speaker] < _MOST_WORDS * said
    )
