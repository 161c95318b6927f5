"""How fast, small and right the search for the nearest vectors is, beside a flat scan of faiss (IndexFlatIP).

    python -m benchmarks.nearest HOME QUESTIONS.jsonl [--work FOLDER] [--rows 100000 1000000] [--most 500000]

HOME is a data folder of about 60 real episodes. Vectors are those of its sentences, then means of 2, 3, 5 and 8
sentences on end, weighted by words as passages are, until there are 100,000 (they stay in FOLDER). More are made of
these: a real vector, moved by 0.4 times the difference between another one and one of its ten nearest neighbours.
`--most` is the size of a part, as of a segment. Half of the queries are the questions, half are real vectors that were
left out.

Memory is what a fresh process grows by for the parts and the queries. It has read a small part with codes before, so
that the code of faiss is not counted.

Both searches take turns, query by query, in one thread; times are CPU time of the thread. Needs about 5 GB of memory
for a million.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from api.evaluation.questions import read_questions
from benchmarks.figures import arguments
from index import vectors
from index.models.uncompiled import load_encoder
from index.segments.segment import from_halves
from index.segments.tables import open_read_only
from index.vectors import COARSE, FINE, Part

Floats = NDArray[np.float32]

_REAL = 100_000
_LEFT_OUT = 158
_MOVED = 0.4
_BLOCK = 50_000
_MEMORY = """
import re, sys
import numpy as np
from pathlib import Path
from index import vectors
def resident():
    status = Path("/proc/self/status").read_text()
    return np.array([int(re.search(name + r":\\s+(\\d+)", status)[1]) * 1024 for name in ("VmRSS", "RssAnon")])
queries = np.load(sys.argv[1])
small = [vectors.read(Path(sys.argv[2]), vectors.CODED_FROM, queries.shape[1])]
vectors.nearest(small, queries[0], 10, None)
before = resident()
parts = [vectors.read(Path(path), int(rows), queries.shape[1]) for path, rows in zip(sys.argv[3::2], sys.argv[4::2])]
for k in (10, 200):
    for query in queries:
        vectors.nearest(parts, query, k, None)
print(*(resident() - before) / sum(part.rows for part in parts))
"""


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = arguments(__doc__)
    parser.add_argument("--work", type=Path, default=None)
    parser.add_argument("--rows", type=int, nargs="+", default=[_REAL, 10 * _REAL])
    parser.add_argument("--most", type=int, nargs="+", default=[500_000, 1_000_000])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = chosen.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        real = _real(chosen.home, work / "real.npy")
        questions = [one.question for one in read_questions(chosen.questions)]
        queries = np.concatenate([_queries(questions, work / "questions.npy"), real[:_LEFT_OUT]])
        np.save(work / "queries.npy", queries)
        real = real[_LEFT_OUT:]
        for rows in chosen.rows:
            matrix = _matrix(real, rows, work / "matrix.npy")
            print(f"\n{rows} vectors, {min(rows, len(real))} of them real: {_likeness(matrix, queries)}", flush=True)
            for most in sorted({min(most, rows) for most in chosen.most}):
                _compare(matrix, queries, most, work)


def _real(home: Path, path: Path) -> Floats:
    """Return at least as many really encoded unit vectors as are needed, in an order drawn once."""
    if path.exists():
        return np.load(path)
    newest = max((folder for folder in (home / "index").iterdir() if folder.name.isdigit()), key=lambda f: int(f.name))
    kept = [_of_segment(database) for database in sorted(newest.rglob("passages.sqlite"))]
    # Of equal vectors one, because a search may return either.
    sentences, means = (_distinct(np.concatenate(vectors)) for vectors in zip(*kept, strict=True))
    drawn = np.random.default_rng(0).permutation(len(means))[: max(_REAL + _LEFT_OUT - len(sentences), 0)]
    found = _unit(np.concatenate([sentences, means[drawn]]))
    found = found[np.random.default_rng(0).permutation(len(found))]
    np.save(path, found)
    return found


def _distinct(vectors: Floats) -> Floats:
    return np.stack([*{_unit(row[None])[0].tobytes(): row for row in vectors}.values()])


def _of_segment(database: Path) -> tuple[Floats, Floats]:
    """Return the vectors of the sentences of a segment, and means of some on end, weighted by words."""
    with closing(open_read_only(database)) as opened:
        held = opened.execute("SELECT vector, words FROM sentences JOIN vectors ON vectors.rowid = row ORDER BY row")
        halves, words = zip(*held, strict=True)
        episodes = opened.execute("SELECT first_sentence, sentences FROM episodes").fetchall()
    sentences = from_halves(b"".join(halves)).reshape(len(words), -1)
    weighted = sentences * np.array(words, np.float32)[:, None]
    means = [
        np.add.reduceat(weighted[first : first + count // size * size], range(0, count // size * size, size))
        for first, count in episodes
        for size in (2, 3, 5, 8)
        if count >= size
    ]
    return sentences, np.concatenate(means)


def _queries(questions: list[str], path: Path) -> Floats:
    if not path.exists():
        encoder = load_encoder()
        np.save(path, np.stack([encoder.encode_query(question) for question in questions]))
    return np.load(path)


def _matrix(real: Floats, rows: int, path: Path) -> Floats:
    """Return so many vectors, mapped from a file; those beyond the real ones are moved like neighbours are apart."""
    draw = np.random.default_rng(1)
    result = np.lib.format.open_memmap(path, "w+", np.float32, (rows, real.shape[1]))
    result[: len(real)] = real[:rows]
    if rows > len(real):
        index = faiss.IndexFlatIP(real.shape[1])
        index.add(real)
        origins = draw.choice(len(real), 4000, replace=False)
        _, near = index.search(real[origins], 11)
        apart = (real[origins][:, None] - real[near[:, 1:]]).reshape(-1, real.shape[1])
        apart = apart[np.linalg.norm(apart, axis=1) > 1e-3]
        for first in range(len(real), rows, _BLOCK):
            count = min(_BLOCK, rows - first)
            moved = real[draw.integers(0, len(real), count)] + _MOVED * apart[draw.integers(0, len(apart), count)]
            result[first : first + count] = _unit(moved)
    return result


def _likeness(matrix: Floats, queries: Floats) -> str:
    """Say how the scores fall off, and the intrinsic dimension of the 200 nearest (Levina and Bickel)."""
    _, scores = _exact(matrix, queries)
    apart = np.sqrt(np.maximum(2 - 2 * scores, 1e-9))
    dimension = np.median(1 / np.mean(np.log(apart[:, -1:] / apart[:, :-1]), axis=1))
    ranks = ", ".join(f"{np.median(scores[:, rank - 1]):.3f}" for rank in (1, 10, 100, 200))
    return f"median scores at rank 1, 10, 100, 200: {ranks}; intrinsic dimension {dimension:.0f}"


def _exact(matrix: Floats, queries: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the 200 best rows of each query and their scores."""
    rows, scores = np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
    for first in range(0, len(matrix), _BLOCK):
        found = queries @ matrix[first : first + _BLOCK].T
        best = np.argpartition(-found, 199, axis=1)[:, :200]
        rows = np.concatenate([rows, best + first], axis=1)
        scores = np.concatenate([scores, np.take_along_axis(found, best, 1)], axis=1)
    order = np.argsort(-scores, axis=1)[:, :200]
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)


def _compare(matrix: Floats, queries: Floats, most: int, work: Path) -> None:
    paths, cuts = [], range(0, len(matrix), most)
    started = time.process_time()
    for number, first in enumerate(cuts):
        paths.append(work / f"part{number}.faiss")
        vectors.write(paths[-1], matrix[first : first + most])
    built = time.process_time() - started
    counts = [len(matrix[first : first + most]) for first in cuts]
    parts = [vectors.read(path, count, matrix.shape[1]) for path, count in zip(paths, counts, strict=True)]
    sizes = [sum(path.with_suffix(end).stat().st_size for path in paths) for end in (".faiss", COARSE, FINE)]
    flat = faiss.IndexFlatIP(matrix.shape[1])
    for first in range(0, len(matrix), _BLOCK):
        flat.add(np.ascontiguousarray(matrix[first : first + _BLOCK]))
    print(f"- {len(parts)} parts, written in {built:.1f} CPU s; " + _bytes("files", sizes, len(matrix)))
    for k in (10, 200):
        _take_turns(flat, parts, queries, k)
    del flat, parts
    small = work / "small.faiss"
    vectors.write(small, matrix[: vectors.CODED_FROM])
    given = [item for pair in zip(map(str, paths), map(str, counts), strict=True) for item in pair]
    command = [sys.executable, "-c", _MEMORY, str(work / "queries.npy"), str(small), *given]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own program
    resident, own = map(float, output.split())
    print(f"  memory of a fresh process after the queries: {resident:.0f} B a vector (VmRSS), {own:.0f} of it its own")
    print(f"  peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB", flush=True)
    for path in (*paths, small):
        for end in (".faiss", COARSE, FINE):
            path.with_suffix(end).unlink()


def _bytes(what: str, sizes: list[int], rows: int) -> str:
    return f"{what}: {', '.join(f'{size / rows:.1f}' for size in sizes)} B a vector (exact, coarse, fine)"


def _take_turns(flat: faiss.IndexFlatIP, parts: list[Part], queries: Floats, k: int) -> None:
    times, recalls = [], []
    for query in queries:
        flat_time, (_, (expected,)) = _timed(lambda query=query: flat.search(query[None], k))
        our_time, (rows, _) = _timed(lambda query=query: vectors.nearest(parts, query, k, None))
        times.append((flat_time, our_time))
        recalls.append(len(np.intersect1d(rows, expected)) / k)
    flat_times, our_times = np.array(times).T
    draw = np.random.default_rng(2)
    ratios = flat_times / our_times
    medians = np.median(ratios[draw.integers(0, len(ratios), (2000, len(ratios)))], axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    questions, left_out = np.mean(recalls[:-_LEFT_OUT]), np.mean(recalls[-_LEFT_OUT:])
    print(
        f"  k = {k}: flat {np.median(flat_times) * 1e3:.2f} ms, ours {np.median(our_times) * 1e3:.2f} ms, "
        f"{np.median(ratios):.1f} times ({low:.1f} to {high:.1f}); "
        f"recall@{k} of questions {questions:.5f}, of vectors left out {left_out:.5f}",
        flush=True,
    )


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.thread_time()
    result = call()
    return time.thread_time() - started, result


def _unit(matrix: Floats) -> Floats:
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    main()
