"""Whether a library in PostgreSQL gives the answers that its files give, to every question of a file.

    python -m benchmarks.both_stores HOME QUESTIONS.jsonl ADDRESS

HOME is a data folder with an index, a copy, because it is locked and what was purged is dropped there. ADDRESS is an
empty database of PostgreSQL with pgvector, to which library and index are copied first.

Each question is asked in both: compared are answers (all but the times they took) and where each quote leads. It is
searched in both among everything, one speaker's words and one year's: compared are the hits of a search, the ten best
by either vector, and BM25 scores to the bit. Of two lists of ten, a row counts as shared if it is in both, or if its
score is that of the other's tenth: where several rows have that score, which of them are among the ten is chance.
Vectors are halves in the database, so scores count as equal up to 0.0001 for one vector and 0.01 for the sum of all
signals, in which a deviation counts 1. Prints the figures, also with rows compared by their ids alone, and how often
an answer asks the database. Exits with 1 below what must hold: overlap 0.99, the same first citation 0.98, and all
BM25 scores and quotes the same.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from api.answer.compose import Answer, ask
from api.answer.question import parse_question, query_of
from api.evaluation.questions import read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.quotes.resolve import resolve
from api.settings import Settings
from benchmarks.figures import arguments, machine, table, today
from index.mounting import prepare
from index.passage import Filters
from index.postgres.opening import DatabaseIndex
from index.postgres.publish import publish_generation
from index.search import Query, search
from ingest.library.copying import copy_documents
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount

Floats = NDArray[np.float32]

_TEN = 10
_LEAST_SAME, _LEAST_FIRST = 0.99, 0.98
_EDGE, _EDGE_OF_SUM = 1e-4, 1e-2


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = arguments(__doc__)
    parser.add_argument("address")
    chosen = parser.parse_args()
    questions = [one.question for one in read_questions(chosen.questions)]
    ours = open_base(Settings(home=chosen.home))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        prepare(chosen.address, is_upgrade=False)
        mount_store(home, chosen.address)
        copied = copy_documents(chosen.home, home)
        publish_generation(chosen.home, chosen.address)
        generation = DatabaseIndex(home, chosen.address).generation()
        assert generation is not None
        theirs = replace(ours, home=home, generation=generation)
        print(
            f"{today()}, {machine()}; {copied.episodes} episodes, {generation.manifest.passages:,} passages, "
            f"{len(questions)} questions"
        )
        is_right = _compare(ours, theirs, questions)
        unmount(home)
    sys.exit(0 if is_right else 1)


def _compare(ours: KnowledgeBase, theirs: KnowledgeBase, questions: Sequence[str]) -> bool:
    """Print how often both say the same, and return whether that is often enough."""
    speakers = ours.generation.speakers()
    is_right = True
    rows, asked = [], {"new words": [], "again": []}
    for name in ("everything", "one speaker", "one year"):
        same: dict[str, list[float]] = {}
        for number, question in enumerate(questions):
            filters = {
                "everything": Filters(),
                "one speaker": Filters(speaker=speakers[number % len(speakers)]),
                "one year": Filters(since="2021-01-01", until="2021-12-31"),
            }[name]
            figures = {}
            if name == "everything":
                found, sent = _asked(theirs, question)
                asked["new words"].append(sent)
                asked["again"].append(_asked(theirs, question)[1])
                figures = _same_answer(ours, theirs, question, found)
            for figure, value in (figures | _same_found(ours, theirs, question, filters)).items():
                same.setdefault(figure, []).append(value)
        means = {figure: float(np.mean(values)) for figure, values in same.items()}
        is_right &= all(value >= _least(figure) for figure, value in means.items())
        rows += [(name, figure, f"{value:.4f}", f"{_least(figure):.2f}") for figure, value in means.items()]
    print(table(("filter", "what is the same", "share", "must be"), rows))
    for name, counts in asked.items():
        print(f"statements for an answer, {name}: median {np.median(counts):.0f}, at most {max(counts)}", flush=True)
    return is_right


def _least(figure: str) -> float:
    if "by id" in figure or figure == "whole answer":
        return 0.0
    return _LEAST_SAME if "ten" in figure else _LEAST_FIRST if "first" in figure else 1.0


def _same_answer(ours: KnowledgeBase, theirs: KnowledgeBase, question: str, found: Answer) -> dict[str, float]:
    """Return what of an answer is the same in both, 1 or 0."""
    expected = ask(ours, parse_question(question))
    named = [quote for answer in (expected, found) for quote in (*answer.citations, *answer.related)]
    return {
        "whole answer": float(_without_times(expected) == _without_times(found)),
        "first citation": float(_first(expected) == _first(found)),
        "quotes lead to the same": float(
            all(resolve(ours.home, one.id).quote == resolve(theirs.home, one.id).quote for one in named)
        ),
    }


def _same_found(ours: KnowledgeBase, theirs: KnowledgeBase, question: str, filters: Filters) -> dict[str, float]:
    """Return how much of what a question finds is the same in both, each from 0 to 1."""
    query = query_of(ours, parse_question(question))
    result = {"BM25 order and scores": float(_matching(ours, query, filters) == _matching(theirs, query, filters))}
    for figure, (shared, by_id) in {
        "ten hits": _hits(ours, theirs, query, filters),
        "ten by passage vectors": _nearest(ours, theirs, "passage", query, filters),
        "ten by turns' vectors": _nearest(ours, theirs, "turns", query, filters),
    }.items():
        result |= {figure: shared, f"{figure}, by id": by_id}
    return result


def _without_times(answer: Answer) -> dict[str, Any]:
    return asdict(replace(answer, timings_ms={}))


def _first(answer: Answer) -> str | None:
    return answer.citations[0].id if answer.citations else None


def _matching(base: KnowledgeBase, query: Query, filters: Filters) -> tuple[Any, ...]:
    whole = [base.generation.matching(field, query.terms, 200, filters, query.synonyms) for field in _FIELDS]
    return tuple((scored, scores.tobytes()) for scored, scores in whole)


_FIELDS: tuple[Any, ...] = ("passage", "episode")


def _hits(ours: KnowledgeBase, theirs: KnowledgeBase, query: Query, filters: Filters) -> tuple[float, float]:
    expected, found = (search(base.generation, query, _TEN, filters) for base in (ours, theirs))
    return _shared(
        {one.passage.id: one.score for one in expected}, {one.passage.id: one.score for one in found}, _EDGE_OF_SUM
    )


def _nearest(
    ours: KnowledgeBase, theirs: KnowledgeBase, field: Any, query: Query, filters: Filters
) -> tuple[float, float]:
    expected, found = (base.generation.nearest(field, query.vector, _TEN, filters) for base in (ours, theirs))
    exact = ours.generation.nearest_of(field, query.vector, found.ids).tolist()
    return _shared(
        dict(zip(expected.ids, expected.scores, strict=True)), dict(zip(found.ids, exact, strict=True)), _EDGE
    )


def _shared(expected: dict[str, float], found: dict[str, float], edge: float) -> tuple[float, float]:
    """Return the share of rows that are in both, with those whose score is that of the last one, and without."""
    if not expected:
        return (1.0, 1.0) if not found else (0.0, 0.0)
    least = min(expected.values()) - edge
    shared = sum(name in expected or score >= least for name, score in found.items())
    return shared / len(expected), len(expected.keys() & found.keys()) / len(expected)


def _asked(base: KnowledgeBase, question: str) -> tuple[Answer, int]:
    """Return the answer to a question, and how many statements it took."""
    with _counting() as sent:
        answer = ask(base, parse_question(question))
    return answer, len(sent)


@contextmanager
def _counting() -> Iterator[list[None]]:
    """Count the statements that are sent meanwhile."""
    sent: list[None] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, *arguments: Any, **options: Any) -> Any:
        sent.append(None)
        return execute(self, *arguments, **options)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
