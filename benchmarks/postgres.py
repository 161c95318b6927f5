"""How fast and how right a search is in PostgreSQL, beside the same index in files.

    python -m benchmarks.postgres HOME QUESTIONS.jsonl ADDRESS [--work FOLDER] [--copies 13]

HOME is a data folder of about 60 real episodes with its index, ADDRESS a database of PostgreSQL with pgvector. The
index that is measured holds these episodes several times (13 times are 100,000 passages) in one segment. A copy's
vectors are moved by 0.4 times the difference between another vector and one of its ten nearest neighbours, and the
words of its sentences are shuffled, so that copies do not repeat each other. It stays in FOLDER.

Both answer the same questions in turns, the first time unmeasured: a whole search of 12 hits, and its parts. Prints
medians, and the median of the ratios with its 95 % interval. Recall is of the ten best against all scores in float32; a
passage with the tenth score counts, whichever of several it is.
"""

import json
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from api.answer.question import parse_question, query_of
from api.evaluation.questions import read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.figures import arguments, machine, median_of, table, today
from index.building.merging import Kept, merge
from index.building.segments import entry_of
from index.generation import Generation
from index.generations.manifests import index_folder, live_manifest
from index.manifest import Manifest
from index.mined import overview
from index.mined.overview import OVERVIEW, Overview
from index.passage import Filters
from index.postgres.opening import DatabaseIndex
from index.postgres.publish import publish_generation
from index.postgres.schema import migrate
from index.search import Query, search
from index.segments.files import BASIS, DATABASE, KEYWORDS, read_episodes, write_episodes
from index.store import next_folder, publish
from ingest.library.postgres.connection import connect
from ingest.storage.files import lock

Floats = NDArray[np.float32]

_HITS = 12
_MOVED = 0.4
_RENAMED = ("passages", "aliases", "exchanges", "letters", "askers", "lessons", "mined", "starters")


def main() -> None:
    """Print the figures as Markdown tables."""
    parser = arguments(__doc__)
    parser.add_argument("address")
    parser.add_argument("--work", type=Path, default=None)
    parser.add_argument("--copies", type=int, default=13)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = (chosen.work or Path(temporary)) / f"copies-{chosen.copies}"
        if live_manifest(home) is None:
            _multiply(chosen.home, home, chosen.copies)
        with connect(chosen.address) as connection:
            migrate(connection)
        began = perf_counter()
        publish_generation(home, chosen.address)
        print(f"{today()}, {machine()}; published in {perf_counter() - began:.0f} s", flush=True)
        base = open_base(Settings(home=home))
        questions = [one.question for one in read_questions(chosen.questions)]
        began = perf_counter()
        other = DatabaseIndex(home, chosen.address).generation()
        assert other is not None
        print(f"opened in {perf_counter() - began:.1f} s; {base.generation.manifest.passages:,} passages")
        _measure(base, other, questions)
        _print_sizes(chosen.address, other)


def _multiply(source: Path, home: Path, copies: int) -> None:
    """Write an index of several copies of the one in `source`."""
    live = live_manifest(source)
    assert live is not None
    shutil.copytree(index_folder(source) / "encoders", index_folder(home) / "encoders")
    with lock(index_folder(home)):
        number, working = next_folder(home)
        made = [_copied(source, live, copy, working / f"copy-{copy}") for copy in range(copies)]
        held = merge(working / str(number), made, live.dimension)
        for one in made:
            shutil.rmtree(one.folder)
        overview.write(working / OVERVIEW, Overview())
        entry = entry_of(str(number), held)
        sentences = sum(one.sentences for one in held)
        whole = replace(live, generation=number, segments=(entry,), stamps={}, files={}, sizes={})
        publish(home, working, replace(whole, passages=entry.passages, episodes=len(held), sentences=sentences))


def _copied(source: Path, live: Manifest, copy: int, folder: Path) -> Kept:
    """Write a copy of the largest segment with other names, vectors and orders of words; the first stays as it is."""
    entry = live.segments[0]
    original = index_folder(source) / str(live.generation) / entry.name
    folder.mkdir()
    for name in (DATABASE, BASIS, *KEYWORDS.values()):
        shutil.copy2(original / name, folder / name)
    mark = f"-{copy}" if copy else ""
    held = tuple(replace(one, id=one.id + mark) for one in read_episodes(original))
    write_episodes(folder, held)
    if copy:
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            _rename(database, mark)
            _shuffle(database, copy)
            _move(database, live.dimension, copy)
            database.commit()
    return Kept(folder, entry_of(folder.name, held), held)


def _rename(database: sqlite3.Connection, mark: str) -> None:
    for identifier, text in database.execute("SELECT id, json FROM episodes").fetchall():
        renamed = json.dumps({**json.loads(text), "id": identifier + mark}, ensure_ascii=False)
        database.execute("UPDATE episodes SET id = ?, json = ? WHERE id = ?", (identifier + mark, renamed, identifier))
    for name in _RENAMED:
        database.execute(f"UPDATE {name} SET episode_id = episode_id || ?", (mark,))  # noqa: S608 - our own names
    database.execute("UPDATE passages SET id = id || ?", (mark,))


def _shuffle(database: sqlite3.Connection, copy: int) -> None:
    chance = random.Random(copy)  # noqa: S311 - no secret
    for row, text in database.execute("SELECT row, text FROM sentences").fetchall():
        words = text.split(" ")
        chance.shuffle(words)
        database.execute("UPDATE sentences SET text = ? WHERE row = ?", (" ".join(words), row))


def _move(database: sqlite3.Connection, dimension: int, copy: int) -> None:
    draw = np.random.default_rng(copy)
    for name in ("vector", "turns"):
        blobs = database.execute(f"SELECT {name} FROM passages ORDER BY row").fetchall()  # noqa: S608 - our own names
        real = np.frombuffer(b"".join(blob for (blob,) in blobs), np.float32).reshape(-1, dimension)
        flat = faiss.IndexFlatIP(dimension)
        flat.add(real)
        origins = draw.choice(len(real), min(2000, len(real)), replace=False)
        near = flat.search(real[origins], 11)[1]
        apart = (real[origins][:, None] - real[near[:, 1:]]).reshape(-1, dimension)
        apart = apart[np.linalg.norm(apart, axis=1) > 1e-3]
        moved = real + np.float32(_MOVED) * apart[draw.integers(0, len(apart), len(real))]
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        rows = ((one.tobytes(), row) for row, one in enumerate(moved.astype(np.float32)))
        database.executemany(f"UPDATE passages SET {name} = ? WHERE row = ?", rows)  # noqa: S608 - our own names


def _measure(base: KnowledgeBase, other: Generation, questions: Sequence[str]) -> None:
    queries = [query_of(base, parse_question(question)) for question in questions]
    generation = base.generation
    some = Filters(since="2019-01-01")
    speaker = Filters(speaker=generation.speakers()[0])
    parts: dict[str, Callable[[Generation, Query], Any]] = {
        f"a search of {_HITS} hits": lambda one, query: search(one, query, _HITS),
        "the same, episodes since 2019": lambda one, query: search(one, query, _HITS, some),
        "the same, one speaker": lambda one, query: search(one, query, _HITS, speaker),
        "nearest 200 passages": lambda one, query: one.nearest("passage", query.vector, 200),
        "BM25, 200 passages": lambda one, query: one.matching("passage", query.terms, 200),
    }
    rows = []
    for name, work in parts.items():
        times, same = [], []
        for query in queries:
            work(generation, query), work(other, query)  # what both keep of a question is kept now
        for query in queries:
            ours, mine = _timed(work, generation, query)
            theirs, found = _timed(work, other, query)
            times.append((ours, theirs))
            if isinstance(mine, tuple) and mine and hasattr(mine[0], "passage"):
                same.append(mine[0].passage.id == found[0].passage.id)
        here, there = np.array(times).T
        first = f"{np.mean(same):.3f}" if same else ""
        rows.append((name, f"{np.median(here):.1f} ms", f"{np.median(there):.1f} ms", median_of(there / here), first))
    print(table(("", "files", "PostgreSQL", "ratio", "same first hit"), rows), flush=True)
    vectors = [query.vector for query in queries]
    for field in ("passage", "turns"):
        print(f"recall@10, {field}: {_recall(generation, other, field, vectors):.4f}", flush=True)


def _recall(generation: Generation, other: Generation, field: Any, vectors: Sequence[Floats]) -> float:
    """Return how many of the ten best a search in PostgreSQL finds."""
    everything = np.arange(generation.manifest.passages)
    whole = generation._fields[field].vectors_of(everything)
    found = []
    for vector in vectors:
        exact = whole @ vector
        least = np.partition(exact, -10)[-10] - 1e-4  # half precision
        ids = other.nearest(field, vector, 200).ids[:10]
        found.append(np.mean(generation.nearest_of(field, vector, ids) >= least))
    return float(np.mean(found))


def _print_sizes(address: str, generation: Generation) -> None:
    query = (
        "SELECT relname, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = %s AND relkind = 'r' ORDER BY 2 DESC LIMIT 6"
    )
    with connect(address) as connection:
        for entry in generation.manifest.segments:
            sizes = connection.execute(query, (entry.name,)).fetchall()
            print(table(("table", "MB with its indexes"), [(name, f"{size / 1e6:.0f}") for name, size in sizes]))


def _timed(work: Callable[[Generation, Query], Any], generation: Generation, query: Query) -> tuple[float, Any]:
    began = perf_counter()
    result = work(generation, query)
    return (perf_counter() - began) * 1e3, result


if __name__ == "__main__":
    main()
