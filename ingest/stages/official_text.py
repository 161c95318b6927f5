"""Choose an episode's official text: the best copy of the publisher's words among its show notes and links."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from ingest.errors import LibraryError
from ingest.item import Link
from ingest.library.metadata import people_of
from ingest.library.records import Record, episode_folder
from ingest.shownotes.parse import OfficialText, best_of, parse_notes
from ingest.stages.captions import Captions
from ingest.storage.documents import exists
from ingest.storage.files import hash_of, read_if_whole, read_json, write_json
from ingest.transcript import OfficialTurn

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Increase it when the same notes give a different result; stored official texts are then made again.
OFFICIAL_VERSION = 6

_LINKED = "transcript link"  # the origin of a document that the publisher calls a transcript


@dataclass(frozen=True, slots=True)
class Official:
    """The best copy of the publisher's own words, without turns if no source has any."""

    inputs: str
    text: OfficialText


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the publisher's words as the stage found it: where it came from, its words and what it lacks."""

    origin: str
    words: int
    lossy: bool
    truncated: bool
    marked: bool = False


def official_of(home: Path, record: Record, captions: Captions, again: bool) -> Official:
    """Parse every copy of the show notes, including a transcript linked as text, and store the best."""
    copies = [(item.origin, item.notes) for item in record.items if item.notes]
    if captions.notes is not None:
        copies.append((_LINKED, captions.notes))
    names = people_of(record)
    # A copy's origin is not an input: a feed's path may be typed in full or not and is still the same feed.
    inputs = hash_of([OFFICIAL_VERSION, [notes for _, notes in copies], names])
    path = episode_folder(home, record.episode.id) / "official.json"
    stored = None if again else _made_of(inputs, path)
    if stored is not None:
        return Official(inputs, _official_from_json(stored["text"]))
    texts = [parse_notes(notes, names, stated=origin == _LINKED) for origin, notes in copies]
    text = texts[best_of(texts)] if texts else OfficialText(aliases={})
    report = [asdict(_copy(origin, parsed)) for (origin, _), parsed in zip(copies, texts, strict=True)]
    write_json(path, {"schema": 1, "inputs": inputs, "text": _plain(text), "copies": report})
    return Official(inputs, text)


def kept_official_text(home: Path, identifier: str) -> OfficialText | None:
    """Return the official text that an earlier run kept, None if it kept none; raises LibraryError if it is damaged."""
    return _kept(home, identifier, lambda data: _official_from_json(data["text"]))


def kept_copies(home: Path, identifier: str) -> tuple[Copy, ...]:
    """Return the copies that an earlier run chose the official text from; raises LibraryError if it is damaged."""
    return _kept(home, identifier, lambda data: tuple(Copy(**copy) for copy in data.get("copies", ()))) or ()


def used_copy(text: OfficialText, copies: Sequence[Copy]) -> int | None:
    """Return the index of the copy that an official text came from, None if it has no words or came from none."""
    same = (_count(text), text.lossy, text.truncated)
    return next(
        (place for place, copy in enumerate(copies) if copy.words and (copy.words, copy.lossy, copy.truncated) == same),
        None,
    )


def _kept(home: Path, identifier: str, read: Callable[[dict[str, Any]], T]) -> T | None:
    """Read an episode's stored official text; None if nothing is stored. Raises LibraryError if the file is damaged."""
    path = episode_folder(home, identifier) / "official.json"
    if not exists(path):
        return None
    try:
        return read(read_json(path))
    except (KeyError, TypeError) as error:
        raise LibraryError(
            f"{path} cannot be read as official text: {error!r}; ingest the episode again with --again"
        ) from error


def _made_of(inputs: str, path: Path) -> dict[str, Any] | None:
    """Read a stage's file if it was made from these inputs, else None; also None if it is damaged."""
    data = read_if_whole(path)
    return data if data is not None and data.get("inputs") == inputs else None


def _plain(text: OfficialText) -> dict[str, Any]:
    """Return the text as JSON; unlike `asdict`, it accepts any kind of mapping for the aliases."""
    return {
        "turns": [asdict(turn) for turn in text.turns],
        "description": text.description,
        "aliases": dict(text.aliases),
        "lossy": text.lossy,
        "truncated": text.truncated,
        "title": text.title,
        "duration": text.duration,
        "published": text.published,
        "links": [asdict(link) for link in text.links],
        "problems": list(text.problems),
        "marked": text.marked,
        "left_out": list(text.left_out),
        "unread_labels": list(text.unread_labels),
    }


def _official_from_json(data: dict[str, Any]) -> OfficialText:
    """Read a stored text; one of an earlier version lacks the fields that have a default."""
    return OfficialText(
        **{
            **data,
            "turns": tuple(OfficialTurn(**turn) for turn in data["turns"]),
            "links": tuple(Link(**link) for link in data["links"]),
            "problems": tuple(data["problems"]),
            "left_out": tuple(data.get("left_out", ())),
            "unread_labels": tuple(data.get("unread_labels", ())),
        }
    )


def _copy(origin: str, text: OfficialText) -> Copy:
    return Copy(origin, _count(text), text.lossy, text.truncated, text.marked)


def _count(text: OfficialText) -> int:
    return sum(len(turn.text.split()) for turn in text.turns)
