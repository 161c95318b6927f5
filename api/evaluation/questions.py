"""Questions with gold quotes, as `playback evaluate` reads them, and their folds by episode."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from api.evaluation.metrics import normalise
from ingest.errors import SourceError

_BOM = b"\xef\xbb\xbf"
_TYPES = {str: "a string", bool: "true or false", int: "a whole number", list: "a list", dict: "an object"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Gold:
    """A quote that answers a question: `episode` is the publisher's guid, `turn` counts from 0."""

    episode: str
    turn: int
    speaker: str | None
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the quotes a person would give (`gold`) and others that are right too (`also`)."""

    id: str
    question: str
    answerable: bool
    kind: str
    persona: str
    gold: tuple[Gold, ...]
    also: tuple[Gold, ...]


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a JSON Lines file of questions; blank lines and fields not in the contract are ignored.

    Raises SourceError naming file and line if a line is not JSON, lacks a field or has an invalid one.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}); name a JSON Lines file of questions") from error
    questions: list[Question] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(data.removeprefix(_BOM).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            question = _question(line)
            if question.id in seen:
                raise ValueError(f'"id" is the same as on line {seen[question.id]}')
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{path}, line {number}: {error}; correct or remove the line") from error
        seen[question.id] = number
        questions.append(question)
    if not questions:
        raise SourceError(f"{path}: holds no questions; write one JSON object per line")
    return tuple(questions)


def folds(questions: Sequence[Question], n: int = 5) -> list[set[str]]:
    """Split question ids into n folds, so that what is fitted on the others can be tested on one.

    Answerable questions that share an episode of their gold quotes, directly or through other questions, are in one
    fold. Groups go to the smallest fold, largest group first. Unanswerable questions are dealt in turn, sorted by a
    hash of their id. The order of the questions does not matter. Raises ValueError if n < 1.
    """
    if n < 1:
        raise ValueError(f"there must be at least one fold, not {n}")
    groups: list[tuple[set[str], set[str]]] = []
    for question in questions:
        if question.answerable:
            ids, episodes = {question.id}, {gold.episode for gold in question.gold}
            joined = [group for group in groups if group[1] & episodes]
            groups = [group for group in groups if not group[1] & episodes]
            groups.append((ids.union(*(group[0] for group in joined)), episodes.union(*(group[1] for group in joined))))
    result: list[set[str]] = [set() for _ in range(n)]
    for ids, _ in sorted(groups, key=lambda group: (-len(group[0]), min(map(_digest, group[0])))):
        min(result, key=len).update(ids)
    unanswerable = sorted((question.id for question in questions if not question.answerable), key=_digest)
    for position, identifier in enumerate(unanswerable):
        result[position % n].add(identifier)
    return result


def _digest(identifier: str) -> str:
    return hashlib.sha256(identifier.encode()).hexdigest()


def _question(line: bytes) -> Question:
    try:
        record = json.loads(line.decode())
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON ({error.msg} at character {error.colno})") from error
    if not isinstance(record, dict):
        raise ValueError("is not a JSON object")
    question = Question(
        **{name: _field(record, name, str) for name in ("id", "question", "kind", "persona")},
        answerable=_field(record, "answerable", bool),
        gold=_golds(record, "gold"),
        also=_golds(record, "also"),
    )
    if question.answerable and not question.gold:
        raise ValueError('"gold" is empty, but the question is answerable')
    return question


def _golds(record: Mapping[str, Any], name: str) -> tuple[Gold, ...]:
    golds = []
    for position, entry in enumerate(_field(record, name, list)):
        where = f"{name}[{position}]"
        if not isinstance(entry, dict):
            raise ValueError(f'"{where}" must be an object')
        gold = Gold(
            episode=_field(entry, "episode", str, where),
            turn=_field(entry, "turn", int, where),
            speaker=None if entry.get("speaker", "") is None else _field(entry, "speaker", str, where),
            quote=_field(entry, "quote", str, where),
        )
        if gold.turn < 0 or not normalise(gold.quote):
            raise ValueError(f'"{where}" has a negative turn or a quote without words')
        golds.append(gold)
    return tuple(golds)


def _field(record: Mapping[str, Any], name: str, kind: type[_T], where: str = "") -> _T:
    label = f"{where}.{name}" if where else name
    if name not in record:
        raise ValueError(f'"{label}" is missing')
    value = record[name]
    # In Python a bool is also an int; in a questions file it is a mistake.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f'"{label}" must be {_TYPES[kind]}')
    if isinstance(value, str):
        value.encode()  # raises for a lone surrogate, which could not be printed later
        if not value.strip():
            raise ValueError(f'"{label}" is empty')
    return value
