"""An index of the library's episodes by their keys, to find an item's episode without comparing it with all."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.item import Item
from ingest.library.identity import Key, certain_keys, likely_keys, same_episode
from ingest.library.records import Record
from ingest.reference.catalogue import names_of
from ingest.transcript import Show


@dataclass(frozen=True, slots=True)
class EpisodeLookup:
    """Episodes by id, by key within their show, and by the hash of their recording; filled by `add`.

    `beside` are the guids that one feed lists together. An episode with one of them is found by certain keys only (see
    `same_episode`), so it has no likely keys here. Otherwise a feed of similar items would compare each item with all
    others.
    """

    beside: frozenset[str] = frozenset()
    records: dict[str, Record] = field(default_factory=dict)
    ids: dict[tuple[str, Key], dict[str, None]] = field(default_factory=dict)
    recordings: dict[str, dict[str, None]] = field(default_factory=dict)


def add(known: EpisodeLookup, record: Record) -> None:
    """Add an episode or replace its record.

    Keys that it no longer has stay. They only make it a candidate for comparison; its items decide.
    """
    identifier = record.episode.id
    known.records[identifier] = record
    for key in _keys(known, record):
        known.ids.setdefault(key, {})[identifier] = None
    for item in record.items:
        if item.audio_sha256 is not None:
            known.recordings.setdefault(item.audio_sha256, {})[identifier] = None


def find(known: EpisodeLookup, item: Item, show: Show) -> str | None:
    """Return the id of the episode of this show that the item belongs to, else None.

    The time grows with the number of episodes that share a key with the item, not with the library.
    """
    names, listed = names_of(show)
    for keys in (certain_keys(item), likely_keys(item, names, listed)):
        ids = dict.fromkeys(name for key in keys for name in known.ids.get((show.id, key), ()))
        candidates = [(name, known.records[name].items) for name in ids]
        if found := same_episode(item, candidates, names, listed, known.beside):
            return found
    return None


def find_recording(known: EpisodeLookup, item: Item) -> str | None:
    """Return the id of an episode, of any show, with exactly this recording, else None."""
    if item.audio_sha256 is None:
        return None
    for identifier in known.recordings.get(item.audio_sha256, ()):
        if any(other.audio_sha256 == item.audio_sha256 for other in known.records[identifier].items):
            return identifier
    return None


def _keys(known: EpisodeLookup, record: Record) -> Iterable[tuple[str, Key]]:
    show = record.episode.show
    names, listed = names_of(show)
    is_beside = any(item.guid in known.beside for item in record.items)
    keys: dict[Key, None] = {}
    for item in record.items:
        keys |= dict.fromkeys(certain_keys(item))
        if not is_beside:
            keys |= dict.fromkeys(likely_keys(item, names, listed))
    return [(show.id, key) for key in keys]
