"""What people decide about lessons, one JSON line each, in a file for each show that only grows.

<home>/library/decisions/<show id>.jsonl

A line names its lesson by quote id and keeps the words of the quote and what was proposed, so that it outlasts every
index. Only purging an episode rewrites the file: the lines about the episode then lose their words.
"""

import json
import logging
import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from ingest.errors import DecisionError, DecisionsFull
from ingest.storage.documents import append_line, is_folder, matching
from ingest.storage.files import SCHEMA, lock, read_bytes, write_bytes

logger = logging.getLogger(__name__)

Action = Literal["accept", "reject", "propose", "retitle", "tag", "untag", "merge", "note"]
ACTIONS: tuple[Action, ...] = get_args(Action)

MOST_BY_CHARACTERS = 100
MOST_VALUE_CHARACTERS: dict[Action, int] = {"retitle": 200, "tag": 60, "untag": 60, "merge": 60, "note": 1_000}
_MOST_WORDS_CHARACTERS = 20_000
# Whoever has the token must not fill the library's disk by accident.
MOST_STORED_BYTES = 50_000_000
# Their values are text that may repeat words of the episode; that of "merge" is an id.
_WITH_TEXT = ("retitle", "tag", "untag", "note")
# Quote ids and show ids become parts of paths and lines.
_QUOTE = re.compile(r"([a-z0-9][a-z0-9-]{0,39})\.[0-9a-v]{1,6}\.[0-9a-v]{1,4}\.[0-9a-v]{10}")
_SHOW = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
# Control characters, and those that break a line, change its direction, are halves of pairs, or stand in no XML.
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)", re.ASCII)
# Notes may have several lines.
_REFUSED_IN_NOTES = re.compile(_REFUSED.pattern.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f"))


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the miner had proposed when somebody decided: it may not propose it again."""

    kind: str
    title: str
    score: float
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody (`by`) decided at a time (ISO, UTC) about the lesson with this quote id.

    `words` are the words of the quote as they stood then. `value` is the new title, the tag, the note, or for "merge"
    the id of the quote that is shown under this one; None for other actions. "propose" takes back what was accepted or
    rejected, and a merge under another lesson. An episode that was purged leaves None for words, texts and `proposed`.
    """

    at: str
    by: str
    action: Action
    quote: str
    words: str | None
    value: str | None = None
    proposed: Proposed | None = None


def episode_of_quote(quote: str) -> str:
    """Return the id of the episode that a quote id names."""
    return quote.partition(".")[0]


def decisions_folder(home: Path) -> Path:
    """Return the folder that holds one file per show."""
    return home / "library" / "decisions"


def decision_of(action: str, quote: str, by: str, value: str | None = None) -> Decision:
    """Return a decision of now without words, which the caller adds; raises DecisionError if a field is not allowed."""
    known = next((name for name in ACTIONS if name == action), None)
    if known is None:
        raise DecisionError(f"{action[:40]!r} is not something to do with a lesson; choose {', '.join(ACTIONS)}")
    if not _QUOTE.fullmatch(quote):
        raise DecisionError(f"{quote[:60]!r} is not the id of a lesson")
    who = " ".join(by.split())
    if not who:
        raise DecisionError("say who decides: a name is missing")
    if len(who) > MOST_BY_CHARACTERS or _REFUSED.search(who):
        raise DecisionError(f"a name has at most {MOST_BY_CHARACTERS} characters and no control characters")
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Decision(at, who, known, quote, None, _checked_value(known, value))


def append_decision(home: Path, show: str, decision: Decision) -> None:
    """Append one line and fsync it; raises DecisionsFull if the file would exceed 50 MB."""
    if not _SHOW.fullmatch(show):
        raise DecisionError(f"{show[:60]!r} is not the id of a show")
    line = _line(decision)
    path = decisions_folder(home) / f"{show}.jsonl"
    with lock(decisions_folder(home)):
        if not append_line(path, line, MOST_STORED_BYTES):
            raise DecisionsFull(f"{path} is full; move it elsewhere to begin a new one")


def read_decisions(home: Path) -> list[Decision]:
    """Return the decisions of all shows in the order in which they were made; warn of lines that cannot be read.

    A line counts as at least as late as those before it in its file, whatever the clock said.
    """
    found: list[tuple[str, Decision]] = []
    for path in decision_files(home):
        latest = ""
        for number, decision in _lines(path):
            if decision is None:
                logger.warning("%s: line %d cannot be read and was skipped", path, number)
            else:
                latest = max(latest, decision.at)
                found.append((latest, decision))
    return [decision for _, decision in sorted(found, key=lambda pair: pair[0])]


def decision_files(home: Path) -> list[Path]:
    """Return the files of decisions, sorted."""
    return matching(decisions_folder(home), "*.jsonl")


def broken_lines(path: Path) -> list[int]:
    """Return the numbers of the lines of a file that cannot be read, counted from 1."""
    return [number for number, decision in _lines(path) if decision is None]


def holding_words(path: Path, episodes: frozenset[str]) -> list[str]:
    """Return the ids of those of these episodes of which a file still holds words."""
    kept = {
        episode_of_quote(decision.quote)
        for _, decision in _lines(path)
        if decision is not None and decision != _without_words(decision)
    }
    return sorted(kept & episodes)


def forget_words(home: Path, episode: str) -> None:
    """Rewrite the lines about an episode without its words, titles, tags and notes; lines that cannot be read go."""
    if not is_folder(decisions_folder(home)):
        return
    with lock(decisions_folder(home)):
        for path in decision_files(home):
            read = list(_lines(path))
            kept = [
                _without_words(decision) if episode_of_quote(decision.quote) == episode else decision
                for _, decision in read
                if decision is not None
            ]
            if kept != [decision for _, decision in read]:
                write_bytes(path, b"".join(map(_line, kept)))


def _checked_value(action: Action, value: str | None) -> str | None:
    most = MOST_VALUE_CHARACTERS.get(action)
    if most is None:
        if value:
            raise DecisionError(f"{action!r} takes no value")
        return None
    said = value or ""
    text = said.replace("\r\n", "\n").strip() if action == "note" else " ".join(said.split())
    if not text:
        raise DecisionError(f"{action!r} needs a value")
    if len(text) > most:
        raise DecisionError(f"the value of {action!r} has at most {most:,} characters")
    if (_REFUSED_IN_NOTES if action == "note" else _REFUSED).search(text):
        raise DecisionError(f"the value of {action!r} holds control characters")
    if action == "merge" and not _QUOTE.fullmatch(text):
        raise DecisionError(f"{text!r} is not the id of a lesson")
    return text


def _without_words(decision: Decision) -> Decision:
    value = None if decision.action in _WITH_TEXT else decision.value
    return replace(decision, words=None, value=value, proposed=None)


def _line(decision: Decision) -> bytes:
    return json.dumps({"schema": SCHEMA, **asdict(decision)}, ensure_ascii=False).encode() + b"\n"


def _lines(path: Path) -> Iterator[tuple[int, Decision | None]]:
    """Yield the lines of a file with their numbers; None for one that cannot be read."""
    try:
        raw = read_bytes(path)
    except FileNotFoundError:
        return
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line:
            yield number, _read(line)


def _read(line: bytes) -> Decision | None:
    try:
        data = json.loads(line)
        if data.pop("schema") != SCHEMA:
            return None
        decision = Decision(**{**data, "proposed": _proposed(data["proposed"])})
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return decision if _is_sound(decision) else None


def _proposed(data: Any) -> Proposed | None:
    if data is None:
        return None
    found = Proposed(**{**data, "score": float(data["score"]), "terms": tuple(data["terms"])})
    if not all(isinstance(text, str) for text in (found.kind, found.title, *found.terms)):
        raise ValueError("a text is missing")
    if not math.isfinite(found.score):
        raise ValueError("a score is no number")
    return found


def _is_sound(decision: Decision) -> bool:
    """Say whether a line's values are such as this module writes; the file may have been edited by hand."""
    texts = (decision.at, decision.by, decision.quote)
    optional = (decision.words, decision.value)
    return (
        all(isinstance(text, str) for text in texts)
        and all(text is None or isinstance(text, str) for text in optional)
        and all(len(text or "") <= _MOST_WORDS_CHARACTERS for text in (*texts, *optional))
        and decision.action in ACTIONS
        and _QUOTE.fullmatch(decision.quote) is not None
        and (decision.action != "merge" or _QUOTE.fullmatch(decision.value or "") is not None)
        and _is_time(decision.at)
        and _can_be_written(decision)
    )


def _can_be_written(decision: Decision) -> bool:
    """Say whether no text holds a half of a pair, which JSON may name and neither a file nor a page can hold."""
    try:
        _line(decision)
    except UnicodeEncodeError:
        return False
    return True


def _is_time(at: str) -> bool:
    """Say whether a text is an ISO time in UTC: feeds and pages show it, and lines are sorted by it."""
    try:
        return _TIME.fullmatch(at) is not None and datetime.fromisoformat(at) is not None
    except ValueError:
        return False
