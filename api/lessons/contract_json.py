"""The contract's JSON of lessons, the same in the command line and over HTTP."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from api.lessons.register import Entry, Register


def lesson_json(register: Register, entry: Entry) -> dict[str, Any]:
    """Return a lesson as the contract's JSON object, with its quotes as citations."""
    entry = register.as_shown(entry)
    return {
        "id": entry.id,
        "read_as": register.read_as(entry),
        "title": entry.title,
        "kind": entry.kind,
        "state": entry.state,
        "score": round(entry.score, 4),
        "themes": list(entry.themes),
        "tags": list(entry.tags),
        "changed": entry.changed,
        "reason": entry.reason,
        "merged": list(entry.quotes[1:]),
        "notes": [asdict(note) for note in entry.notes],
        "citations": [asdict(citation) for citation in register.citations(entry)],
    }


def lessons_json(register: Register, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return lessons as the contract's JSON object, without those whose quotes cannot be shown though they should."""
    found = (lesson_json(register, entry) for entry in entries)
    return {"lessons": [one for one in found if one["citations"] or one["state"] == "withdrawn"]}


def lessons_page_json(register: Register, found: Sequence[Entry], page: int, limit: int) -> dict[str, Any]:
    """Return a page of at most `limit` of these lessons; `next` is the number of the next page, None after the last."""
    end = page * limit
    following = page + 1 if len(found) > end else None
    return {**lessons_json(register, found[end - limit : end]), "next": following}
