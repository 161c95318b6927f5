"""Write the tables of a generation: episodes, sentences, passages, speakers, askers and every vector."""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.generation import VectorField, from_halves, open_read_only
from index.passage import Passage, Sentence
from index.sentences import count_capitals, ends_as_question
from index.spread import moments_of, spread_of
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
                       start REAL, "end" REAL, timing TEXT, vector BLOB NOT NULL, turns BLOB NOT NULL);
CREATE TABLE speakers (name TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID;
CREATE TABLE aliases (alias TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (alias, name)) WITHOUT ROWID;
CREATE TABLE sentences (row INTEGER PRIMARY KEY, turn INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
                        first_word INTEGER NOT NULL, words INTEGER NOT NULL, speaker TEXT, text TEXT NOT NULL,
                        key BLOB NOT NULL);
CREATE TABLE encoded (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE letters (word TEXT PRIMARY KEY, capital INTEGER NOT NULL, small INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE spreads (field TEXT PRIMARY KEY, mean BLOB NOT NULL, covariance BLOB NOT NULL);
CREATE TABLE askers (episode_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (episode_id, name)) WITHOUT ROWID;
CREATE TABLE starters (position INTEGER PRIMARY KEY, question TEXT NOT NULL);
CREATE INDEX passages_by_episode ON passages (episode_id);
"""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chunked:
    """An episode cut into sentences and passages, with the row of its first sentence and first passage."""

    transcript: Transcript
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    first_sentence: int
    first_passage: int


def write_tables(
    path: Path,
    chunked: Sequence[Chunked],
    texts: Sequence[str],
    encoded: dict[bytes, Floats],
    fields: dict[VectorField, Floats],
) -> None:
    """Write a new database of episodes; `texts` are the sentences as encoded, `encoded` maps text keys to vectors.

    Vectors are float32 of shape (dimension,); fields have the shape (passages, dimension).
    """
    passages = [passage for episode in chunked for passage in episode.passages]
    database = sqlite3.connect(path)
    try:
        database.executescript(TABLES)
        database.executemany(
            "INSERT INTO encoded VALUES (?, ?)",
            ((key, vector.astype(np.float16).tobytes()) for key, vector in encoded.items()),
        )
        _write_episodes(database, chunked)
        _write_sentences(database, chunked, texts)
        _write_passages(database, passages, fields)
        _write_speakers(database, chunked)
        counts = count_capitals(text for text in texts)
        database.executemany("INSERT INTO letters VALUES (?, ?, ?)", counts)
        for name, matrix in fields.items():
            spread = spread_of(moments_of(matrix))
            row = (name, spread.mean.tobytes(), spread.covariance.tobytes())
            database.execute("INSERT INTO spreads VALUES (?, ?, ?)", row)
        database.commit()
    finally:
        database.close()


def key_of(text: str) -> bytes:
    """Return the key of an encoded text's vector: 16 bytes of the text's SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:16]


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
        database.executemany("INSERT OR IGNORE INTO aliases VALUES (?, ?)", item.transcript.aliases.items())


def _write_sentences(database: sqlite3.Connection, chunked: Sequence[Chunked], texts: Sequence[str]) -> None:
    row = 0
    for episode in chunked:
        for sentence in episode.sentences:
            turn = episode.transcript.turns[sentence.turn]
            database.execute(
                "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    row,
                    sentence.turn,
                    sentence.start,
                    sentence.end,
                    sentence.first_word,
                    sentence.words,
                    _person(episode.transcript, turn.speaker),
                    turn.text[sentence.start : sentence.end],
                    key_of(texts[row]),
                ),
            )
            row += 1


def _write_passages(
    database: sqlite3.Connection, passages: Sequence[Passage], fields: dict[VectorField, Floats]
) -> None:
    for row, passage in enumerate(passages):
        database.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            ),
        )


def _write_speakers(database: sqlite3.Connection, chunked: Sequence[Chunked]) -> None:
    """Write who speaks in each passage, and who asks in each episode, by full name instead of label."""
    for episode in chunked:
        for row, passage in enumerate(episode.passages, episode.first_passage):
            people = {_person(episode.transcript, label) for label in passage.speakers}
            database.executemany("INSERT INTO speakers VALUES (?, ?)", ((name, row) for name in people))
        hosts = {_person(episode.transcript, label) for label in askers(episode.transcript)}
        rows = ((episode.transcript.episode.id, name) for name in hosts)
        database.executemany("INSERT INTO askers VALUES (?, ?)", rows)


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


def encoded_before(database: Path, keys: Sequence[bytes]) -> dict[bytes, Floats]:
    """Return by key the vectors that a generation has of these texts; its database must have been verified before."""
    found: dict[bytes, Floats] = {}
    with closing(open_read_only(database)) as opened:
        for begin in range(0, len(keys), 500):
            chosen = keys[begin : begin + 500]
            marks = ",".join("?" * len(chosen))
            query = f"SELECT key, vector FROM encoded WHERE key IN ({marks})"  # noqa: S608 - question marks only
            for key, blob in opened.execute(query, chosen):
                found[key] = from_halves(blob)
    return found
