"""Measure the answers of one data folder and write a report of its misses."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from api.answer.compose import find
from api.answer.contract_json import answer_json, hits_json
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.evaluation.evaluate import evaluate, misses, misses_html
from api.evaluation.questions import Question
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from index.errors import IndexMissing
from index.fitted import unmeasured
from index.generations.published import published_manifest
from ingest.errors import SourceError
from ingest.library.records import load_transcript
from ingest.transcript import to_json


def report_of(questions: Sequence[Question], settings: Settings) -> dict[str, Any]:
    """Evaluate a data folder's live index and return the report with the index's manifest.

    Raises IndexMissing, IndexBroken or EncoderError if the index cannot be opened.
    """
    base = open_base(settings)
    try:
        return report_on(questions, base)
    finally:
        base.generation.close()


def report_on(
    questions: Sequence[Question], base: KnowledgeBase, clock: Callable[[], float] = perf_counter
) -> dict[str, Any]:
    """Evaluate an opened base; `clock` times the answers (see `evaluate`)."""

    def transcript(identifier: str) -> dict[str, Any] | None:
        found = load_transcript(base.home, identifier)
        return None if found is None else to_json(found)

    report = evaluate(
        questions,
        ask=lambda question: answer_json(ask(base, Asking(parse_question(question)))),
        find=lambda query, k: hits_json(query, find(base, parse_question(query), k)),
        transcript=transcript,
        clock=clock,
    )
    report["index"] = asdict(base.generation.manifest) | {"files": None}
    if (remark := unmeasured(base.encoder.weights)) is not None:
        report["notes"].append(remark)
    if base.reranker is not None:
        report["notes"].append(f"the first hits are ordered anew by {base.reranker.name} ({base.reranker.form})")
    return report


def index_name(report: Mapping[str, Any], home: Path) -> str:
    """Return one line that says which index a report measured."""
    index = report["index"]
    return f"{home}, generation {index['generation']}, {index['passages']:,} passages, encoder {index['encoder']}"


def check_index(home: Path) -> None:
    """Raise IndexMissing or IndexBroken unless a data folder has an index; call it before measuring."""
    if published_manifest(home) is None:
        raise IndexMissing(f"{home} holds no index to compare with; run: playback --home {home} ingest SOURCE")


def check_misses_file(path: Path) -> None:
    """Raise SourceError unless misses can be written to this path: an existing folder, a name ending in .html or .json.

    Call it before measuring, which takes minutes.
    """
    if path.suffix.lower() not in (".html", ".json"):
        raise SourceError(f"{path}: misses are written as HTML or JSON; use a file name that ends in .html or .json")
    if not path.parent.is_dir():
        raise SourceError(f"{path}: there is no folder {path.parent}; make it or name another")
    if path.is_dir():
        raise SourceError(f"{path} is a folder; name a file")


def write_misses(report: Mapping[str, Any], path: Path) -> None:
    """Write each miss (question, expected quotes, actual result) as a page or as JSON, depending on the file's name.

    Raises SourceError if the file cannot be written.
    """

    if path.suffix.lower() == ".html":
        text = misses_html(report)
    else:
        text = json.dumps({"questions": report["questions"], "misses": misses(report)}, ensure_ascii=False, indent=2)
    try:
        path.write_text(text + "\n" * (not text.endswith("\n")), "utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}") from error
