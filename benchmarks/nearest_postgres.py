"""How fast, large and right the search for the nearest of many vectors is in PostgreSQL, beside the files of an index.

    python -m benchmarks.nearest_postgres HOME QUESTIONS.jsonl ADDRESS --work FOLDER [--rows 1000000] [--most 500000]

Vectors and queries are those of `benchmarks.nearest`, which FOLDER may hold from before (1.5 GB for a million, as much
again for the files). ADDRESS is a database of PostgreSQL with pgvector on this machine, in which a schema of this
benchmark is made; another run measures what it finds there. `--most` is the size of a part, as of a segment: each has a
table of `halfvec` with an HNSW index, made as a publication makes it.

Both search for the nearest in turns, query by query, the first time unmeasured. Half of the queries are questions,
half real vectors that were left out. CPU time is that of this process, and for PostgreSQL also that of the server's
process, so that it means something on a busy machine; it is a mean, because systems count it in hundredths of a
second. Recall is of the ten best by exact scores in float32; a row whose score is that of the tenth, up to the
rounding of halves, counts, whichever of several it is.
"""

from collections.abc import Sequence
from contextlib import closing
from os import sysconf
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np
from numpy.typing import NDArray
from pgvector.psycopg import register_vector
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from api.evaluation.questions import read_questions
from benchmarks import nearest
from benchmarks.figures import arguments, machine, median_of, table, today
from index import vectors
from index.postgres import segments
from index.postgres.schema import prepare
from index.postgres.vectors import INDEXED_FROM, SEARCH_OPTIONS, SchemaPart, SchemaVectors
from index.vectors import FileVectors
from ingest.library.postgres.connection import Connections, connect

Floats = NDArray[np.float32]

_SCHEMA = "benchmark_nearest"
_HALF = 1e-4


def main() -> None:
    """Print the figures as Markdown."""
    parser = arguments(__doc__)
    parser.add_argument("address")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--most", type=int, default=500_000)
    chosen = parser.parse_args()
    matrix, queries = _vectors(chosen.home, chosen.questions, chosen.work, chosen.rows)
    files = _files(matrix, chosen.most, chosen.work)
    print(f"{today()}, {machine()}; {len(matrix):,} vectors of {matrix.shape[1]}", flush=True)
    prepare(chosen.address)
    with connect(chosen.address) as connection:
        parts = _tables(connection, files, matrix.shape[1])
    options = make_conninfo(chosen.address, options=SEARCH_OPTIONS)
    with closing(Connections(options)) as connections:
        _compare(files, SchemaVectors(connections, parts, matrix.shape[1]), matrix, queries)


def _vectors(home: Path, questions: Path, work: Path, rows: int) -> tuple[Floats, Floats]:
    """Return vectors, mapped from a file, and queries: those of questions, then real vectors that were left out."""
    work.mkdir(parents=True, exist_ok=True)
    real = nearest._real(home, work / "real.npy")
    asked = [one.question for one in read_questions(questions)]
    queries = np.concatenate([nearest._queries(asked, work / "questions.npy"), real[: nearest._LEFT_OUT]])
    path = work / "matrix.npy"
    if path.exists() and len(matrix := np.load(path, mmap_mode="r")) >= rows:
        return matrix[:rows], queries
    return nearest._matrix(real[nearest._LEFT_OUT :], rows, path), queries


def _files(matrix: Floats, most: int, work: Path) -> FileVectors:
    parts = []
    for first in range(0, len(matrix), most):
        block, path = matrix[first : first + most], work / f"{first}-{min(first + most, len(matrix))}.faiss"
        if not path.exists():
            vectors.write(path, block)
        parts.append(vectors.read(path, len(block), matrix.shape[1]))
    return FileVectors(tuple(parts))


def _tables(connection: Connection, files: FileVectors, dimension: int) -> list[SchemaPart]:
    """Copy each part into a table and index it, and print how long that takes and how large it is."""
    connection.execute(segments._sql(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}"))
    register_vector(connection)
    found, rows = [], []
    for number, part in enumerate(files.parts):
        name = f"{_SCHEMA}.part{number}_of_{part.rows}_vectors"
        found.append(SchemaPart(name, part.rows, part.rows >= INDEXED_FROM))
        if connection.execute("SELECT to_regclass(%s)", (name,)).fetchone() != (None,):
            continue
        began = perf_counter()
        with connection.transaction():
            table_of = f"CREATE TABLE {name} (row integer PRIMARY KEY, vector halfvec({dimension}) NOT NULL)"
            connection.execute(segments._sql(table_of))
            segments._copy_vectors(connection, name, FileVectors((part,)), part.rows)
            copied = perf_counter()
            segments._make_index(connection, name, part.rows, dimension)
            connection.execute(segments._sql(f"ANALYZE {name}"))
        made = perf_counter()
        sizes = connection.execute(
            "SELECT pg_table_size(c.oid), pg_relation_size(i.indexrelid) FROM pg_class c JOIN pg_index i "
            "ON i.indrelid = c.oid AND NOT i.indisprimary WHERE c.oid = %s::regclass",
            (name,),
        ).fetchone()
        assert sizes is not None
        megabytes = [f"{size / 1e6:.0f} MB" for size in sizes]
        rows.append((number + 1, f"{part.rows:,}", f"{copied - began:.0f} s", f"{made - copied:.0f} s", *megabytes))
    if rows:
        print(table(("part", "vectors", "copied in", "indexed in", "table", "index"), rows), flush=True)
    return found


def _compare(files: FileVectors, stored: SchemaVectors, matrix: Floats, queries: Floats) -> None:
    _, best = nearest._exact(matrix, queries)
    with stored._connections.connection() as connection:
        server = connection.info.backend_pid
    rows = []
    for k in (10, 200):
        times, recalls, worked = [], [], np.zeros(2)
        for query, scores in zip(queries, best, strict=True):
            pairs = []
            for place in (files, stored):
                place.nearest(query, k, None)
                before, began = _worked(server), perf_counter()
                found, _ = place.nearest(query, k, None)
                pairs.append(((perf_counter() - began) * 1e3, _recall(matrix, query, found[:10], float(scores[9]))))
                worked[int(place is stored)] += _worked(server) - before
            times.append([time for time, _ in pairs])
            recalls.append([recall for _, recall in pairs])
        rows += [_row(k, np.array(times), np.array(recalls), worked / len(queries) * 1e3)]
    heads = ("k", "files", "PostgreSQL", "ratio (95 %)", "CPU", "its CPU", "recall@10", "of questions", "left out")
    print(table(heads, rows), flush=True)


def _worked(server: int) -> float:
    """Return the seconds of CPU time that this thread and a process of the server have used."""
    user, system = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[11:13]
    return thread_time() + (int(user) + int(system)) / sysconf("SC_CLK_TCK")


def _recall(matrix: Floats, query: Floats, rows: NDArray[np.int64], tenth: float) -> float:
    return float(np.mean(matrix[np.sort(rows)] @ query >= tenth - _HALF)) if len(rows) == 10 else 0.0


def _row(
    k: int, times: NDArray[np.float64], recalls: NDArray[np.float64], worked: NDArray[np.float64]
) -> Sequence[str]:
    ours, theirs = np.median(times, axis=0)
    questions, left_out = recalls[: -nearest._LEFT_OUT, 1].mean(), recalls[-nearest._LEFT_OUT :, 1].mean()
    return (
        str(k),
        f"{ours:.1f} ms",
        f"{theirs:.1f} ms",
        median_of(times[:, 1] / times[:, 0]),
        *(f"{one:.1f} ms" for one in worked),
        f"{recalls[:, 0].mean():.4f}",
        f"{questions:.4f}",
        f"{left_out:.4f}",
    )


if __name__ == "__main__":
    main()
