"""Measure the answers of one data folder, and write down what went wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.answer.compose import ask, find
from api.answer.contract_json import answer_json, hits_json
from api.answer.question import parse_question
from api.evaluation.evaluate import evaluate, misses, misses_html
from api.evaluation.questions import Question
from api.knowledge_base import open_base
from api.settings import Settings
from index.errors import IndexMissing
from index.store import current_number, manifest_of
from ingest.errors import SourceError
from ingest.library.records import load_transcript
from ingest.transcript import to_json


def report_of(questions: Sequence[Question], settings: Settings) -> dict[str, Any]:
    """Return the report of `api.evaluation.evaluate.evaluate` on a data folder's live index, and which index that is.

    Raises IndexMissing, IndexBroken or EncoderError if it cannot be opened.
    """
    base = open_base(settings)

    def transcript(identifier: str) -> dict[str, Any] | None:
        found = load_transcript(settings.home, identifier)
        return None if found is None else to_json(found)

    try:
        report = evaluate(
            questions,
            ask=lambda question: answer_json(ask(base, parse_question(question))),
            find=lambda query, k: hits_json(query, find(base, parse_question(query), k)),
            transcript=transcript,
        )
    finally:
        base.generation.close()
    report["index"] = asdict(base.generation.manifest) | {"files": None}
    return report


def index_name(report: Mapping[str, Any], home: Path) -> str:
    """Return in one line which index a report is of."""
    index = report["index"]
    return f"{home}, generation {index['generation']}, {index['passages']:,} passages, encoder {index['encoder']}"


def check_index(home: Path) -> None:
    """Raise IndexMissing or IndexBroken if a data folder has no index; to be called before anything is measured."""
    number = current_number(home)
    if number is None:
        raise IndexMissing(f"{home} holds no index to compare with; run: playback --home {home} ingest SOURCE")
    manifest_of(home, number)


def check_misses_file(path: Path) -> None:
    """Raise SourceError unless the misses can be written there: its folder is one, its name ends with .html or .json.

    To be called before anything is measured, which takes minutes.
    """
    if path.suffix.lower() not in (".html", ".json"):
        raise SourceError(f"{path}: misses are written as .html or .json; name a file that ends so")
    if not path.parent.is_dir():
        raise SourceError(f"{path}: there is no folder {path.parent}; make it or name another")
    if path.is_dir():
        raise SourceError(f"{path} is a folder; name a file")


def write_misses(report: Mapping[str, Any], path: Path) -> None:
    """Write each miss of a report (question, what was expected, what came) as a page or as JSON, by the file's name.

    Raises SourceError if it cannot be written.
    """
    if path.suffix.lower() == ".html":
        text = misses_html(report)
    else:
        text = json.dumps({"questions": report["questions"], "misses": misses(report)}, ensure_ascii=False, indent=2)
    try:
        path.write_text(text + "\n" * (not text.endswith("\n")), "utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}") from error
