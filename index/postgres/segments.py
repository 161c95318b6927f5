"""Copy a segment's files into a schema of PostgreSQL of its own; its tables are those of the file's database.

What only building needs stays in the file: the keys of texts, and the vectors of headers and questions by key.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector
from pgvector.psycopg import register_vector
from psycopg import Connection

from index import keywords, vectors
from index.postgres.vectors import INDEXED_FROM
from index.segments.files import DATABASE, EPISODES, FILES, KEYWORDS, QUESTIONS, read_basis, read_episodes
from index.segments.postings import Postings
from index.segments.spread import moments_of, to_bytes
from index.segments.tables import open_read_only
from index.vectors import FileVectors

Floats = NDArray[np.float32]

# In the order of the columns of the file's tables; text is compared by its bytes, as SQLite does.
_TABLES = """
CREATE TABLE {0}.episodes (rowid integer PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, json text NOT NULL,
  show_id text COLLATE "C" NOT NULL, published text COLLATE "C", first_sentence integer NOT NULL,
  sentences integer NOT NULL);
CREATE TABLE {0}.passages (row integer PRIMARY KEY, id text COLLATE "C" NOT NULL,
  episode_id text COLLATE "C" NOT NULL, text text NOT NULL, header text NOT NULL, first integer NOT NULL,
  last integer NOT NULL, speakers text NOT NULL, start double precision, "end" double precision, timing text);
CREATE TABLE {0}.speakers (name text COLLATE "C" NOT NULL, row integer NOT NULL);
CREATE TABLE {0}.aliases (alias text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
  episode_id text COLLATE "C" NOT NULL);
CREATE TABLE {0}.sentences (row integer PRIMARY KEY, turn integer NOT NULL, start integer NOT NULL,
  "end" integer NOT NULL, first_word integer NOT NULL, words integer NOT NULL, label text,
  speaker text COLLATE "C", before text NOT NULL, text text NOT NULL, began double precision, ended double precision,
  timing text);
CREATE TABLE {0}.vectors (rowid integer PRIMARY KEY, vector bytea STORAGE MAIN NOT NULL,
  pieces bytea STORAGE MAIN NOT NULL);
CREATE TABLE {0}.exchanges (row integer PRIMARY KEY, episode_id text COLLATE "C" NOT NULL, question integer NOT NULL,
  reply integer NOT NULL);
CREATE TABLE {0}.letters (word text COLLATE "C" NOT NULL, episode_id text COLLATE "C" NOT NULL,
  capital integer NOT NULL, small integer NOT NULL);
CREATE TABLE {0}.askers (episode_id text COLLATE "C" NOT NULL, name text NOT NULL);
CREATE TABLE {0}.lessons (episode_id text COLLATE "C" NOT NULL, turn integer NOT NULL, first_word integer NOT NULL,
  words integer NOT NULL, speaker text COLLATE "C" NOT NULL, kind text NOT NULL, score double precision NOT NULL,
  title text NOT NULL, terms text NOT NULL, question text NOT NULL, PRIMARY KEY (episode_id, first_word, words));
CREATE TABLE {0}.mined (kind text NOT NULL, episode_id text COLLATE "C" NOT NULL, position integer NOT NULL,
  json text NOT NULL, PRIMARY KEY (kind, episode_id, position));
CREATE TABLE {0}.starters (position integer PRIMARY KEY, question text NOT NULL, episode_id text COLLATE "C" NOT NULL);
CREATE TABLE {0}.moments (field text PRIMARY KEY, sums bytea NOT NULL);
CREATE TABLE {0}.lengths (field text PRIMARY KEY, lengths bytea NOT NULL);
CREATE TABLE {0}.postings (field text NOT NULL, number integer NOT NULL, stem text COLLATE "C" NOT NULL,
  frequency integer NOT NULL, rows bytea, counts bytea NOT NULL);
CREATE TABLE {0}.passage_vectors (row integer PRIMARY KEY, vector halfvec({1}) NOT NULL);
CREATE TABLE {0}.turns_vectors (row integer PRIMARY KEY, vector halfvec({1}) NOT NULL);
CREATE TABLE {0}.questions_vectors (row integer PRIMARY KEY, vector halfvec({1}) NOT NULL);
"""
# A B-tree takes no text of more than 2,704 bytes, and words and names may be of any length: those have hash indexes.
_INDEXES = """
CREATE INDEX ON {0}.passages (episode_id);
CREATE INDEX ON {0}.speakers USING hash (name);
CREATE INDEX ON {0}.letters USING hash (word);
CREATE INDEX ON {0}.askers (episode_id);
CREATE INDEX ON {0}.lessons (score);
CREATE UNIQUE INDEX ON {0}.postings (field, number);
CREATE UNIQUE INDEX ON {0}.postings (field, stem);
"""
# What is read from the file's database, by table, in the order of the columns.
_COPIED = {
    "episodes": "SELECT rowid, id, json, show_id, published, first_sentence, sentences FROM episodes ORDER BY rowid",
    "passages": 'SELECT row, id, episode_id, text, header, first, last, speakers, start, "end", timing FROM passages',
    "speakers": "SELECT * FROM speakers",
    "aliases": "SELECT * FROM aliases",
    "sentences": "SELECT * FROM sentences ORDER BY row",
    "vectors": "SELECT rowid, vector, pieces FROM vectors ORDER BY rowid",
    "exchanges": "SELECT row, episode_id, question, reply FROM exchanges ORDER BY row",
    "letters": "SELECT * FROM letters",
    "askers": "SELECT * FROM askers",
    "lessons": "SELECT * FROM lessons",
    "mined": "SELECT * FROM mined",
    "starters": "SELECT * FROM starters",
}
_BLOCK = 4096
# More neighbours and candidates than pgvector's usual 16 and 64, with which two of a hundred of the ten best were
# missed among 100,000 passages (docs/adr/0039-the-index-in-postgresql.md).
_GRAPH = "m = 24, ef_construction = 128"
# Memory for building an HNSW index: what its vectors take twice over, between these bounds, in megabytes.
_LEAST_MEMORY, _MOST_MEMORY = 64, 2048


def copy_segment(connection: Connection, schema: str, folder: Path, dimension: int) -> None:
    """Make a schema of a segment whose files were verified, within a transaction of the caller."""
    connection.execute(_sql(f"CREATE SCHEMA {schema};{_TABLES.format(schema, dimension)}"))
    register_vector(connection)
    with closing(open_read_only(folder / DATABASE)) as database:
        for table, query in _COPIED.items():
            _copy(connection, f"{schema}.{table}", database.execute(query))
        (asked,) = database.execute("SELECT count(*) FROM exchanges").fetchone()
    held = read_episodes(folder)
    rows = sum(one.passages for one in held)
    for name, file in FILES.items():
        part = FileVectors((vectors.read(folder / file, rows, dimension),))
        _copy_vectors(connection, f"{schema}.{name}_vectors", part, rows)
        sums = to_bytes(moments_of(part.vectors_of(np.arange(rows))))
        connection.execute(_sql(f"INSERT INTO {schema}.moments VALUES (%s, %s)"), (name, sums))  # noqa: S608 - our names
    part = FileVectors((vectors.read(folder / QUESTIONS, asked, dimension),))
    _copy_vectors(connection, f"{schema}.questions_vectors", part, asked)
    tested = ""
    for terms, file in KEYWORDS.items():
        postings = keywords.open_postings(folder / file)
        tested = postings.tested
        data = postings.lengths.tobytes()
        connection.execute(_sql(f"INSERT INTO {schema}.lengths VALUES (%s, %s)"), (terms, data))  # noqa: S608 - our names
        _copy(connection, f"{schema}.postings", _stems(terms, postings))
    connection.execute(_sql(_INDEXES.format(schema)))
    for field, count in (("passage", rows), ("turns", rows), ("questions", asked)):
        _make_index(connection, f"{schema}.{field}_vectors", count, dimension)
    connection.execute(_sql(f"ANALYZE {', '.join(f'{schema}.{name}' for name in _ANALYZED)}"))
    basis = read_basis(folder)
    connection.execute(
        "INSERT INTO playback.segments VALUES (%s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING",
        (schema, (folder / EPISODES).read_text("utf-8"), basis.astype("<f4").tobytes(), basis.shape[1], tested),
    )


_ANALYZED = (*_COPIED, "postings", "passage_vectors", "turns_vectors", "questions_vectors")


def _copy(connection: Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(_sql(f"COPY {table} FROM STDIN")) as copy:
        for row in rows:
            # No text of PostgreSQL holds U+0000. Such words differ from their transcript, so they are never quoted.
            copy.write_row([value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in row])


def _copy_vectors(connection: Connection, table: str, part: FileVectors, count: int) -> None:
    with connection.cursor() as cursor, cursor.copy(_sql(f"COPY {table} FROM STDIN (FORMAT binary)")) as copy:
        copy.set_types(["int4", "halfvec"])
        for first in range(0, count, _BLOCK):
            rows = np.arange(first, min(first + _BLOCK, count))
            for row, vector in zip(rows.tolist(), part.vectors_of(rows).astype(np.float16), strict=True):
                copy.write_row((row, HalfVector(vector)))


def _stems(name: str, postings: Postings) -> Iterator[tuple[object, ...]]:
    """Yield the postings of each stem, with the arrays that `index.postgres.postings` reads."""
    for number, stem in enumerate(postings.stems()):
        counts = postings.counts_of(number)
        rows, often = (None, counts) if counts is not None else postings.occurrences(number)
        data = None if rows is None else rows.tobytes()
        yield name, number, stem.decode(), postings.frequency(number), data, often.tobytes()


def _make_index(connection: Connection, table: str, rows: int, dimension: int) -> None:
    if rows < INDEXED_FROM:
        return
    memory = min(max(_LEAST_MEMORY, 2 * rows * (2 * dimension + 300) // 2**20), _MOST_MEMORY)
    connection.execute(_sql(f"SET LOCAL maintenance_work_mem = '{memory}MB'"))
    connection.execute(_sql(f"CREATE INDEX ON {table} USING hnsw (vector halfvec_ip_ops) WITH ({_GRAPH})"))


def _sql(text: str) -> Any:
    """Return a statement of our own names and numbers; psycopg's types allow only literals."""
    return text
