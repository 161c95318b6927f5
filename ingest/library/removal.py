"""Removed episodes: kept aside, or purged except for a note that says when and why.

<home>/library/removed/<id>/removed.json   when, why, and the hashed keys that recognise the episode in a feed
<home>/library/removed/<id>/…              the episode's other files, unless it was purged

An episode is removed by renaming its folder, in one step, so that readers see the whole episode or none of it.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingest.errors import LibraryError, SourceError
from ingest.item import Item
from ingest.library.decisions import forget_words
from ingest.library.feed_document import forget_document
from ingest.library.identity import Key, certain_keys, likely_keys
from ingest.library.records import (
    Record,
    Withdrawal,
    episode_folder,
    episodes_folder,
    feeds,
    load_record,
    save_feed,
    today,
)
from ingest.reference.catalogue import names_of
from ingest.storage.documents import empty_folder, exists, holding, is_folder, move_folder, remove, remove_folder
from ingest.storage.files import SCHEMA, hash_of, lock, read_json, write_json
from ingest.transcript import Show

NO_REASON = "no reason was given"
_NOTE = "removed.json"


@dataclass(frozen=True, slots=True)
class Removal:
    """A removed episode; `keys` are hashes of its identifying facts, so that a purged episode leaves no text."""

    id: str
    show: str
    number: int | None
    removed: Withdrawal
    purged: bool
    keys: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """When and why it was removed, for users who ask for it."""
        return f"removed from this library on {self.removed.date}: {self.removed.reason}"


def removed_folder(home: Path) -> Path:
    """Return the folder that holds one folder per removed episode."""
    return home / "library" / "removed"


def note_of(home: Path, identifier: str) -> Path:
    """Return the path of the note on a removed episode."""
    return removed_folder(home) / identifier / _NOTE


def removal_of(home: Path, identifier: str) -> Removal | None:
    """Return the note on a removed episode, None if the episode is in the library or unknown."""
    path = note_of(home, identifier)
    if exists(episode_folder(home, identifier) / "episode.json") or not exists(path):
        return None
    data = read_json(path)
    try:
        fields = {key: value for key, value in data.items() if key != "schema"}
        return Removal(**{**fields, "removed": Withdrawal(**data["removed"]), "keys": tuple(data["keys"])})
    except (KeyError, TypeError) as error:
        raise LibraryError(f"{path} is not a note of schema {SCHEMA}: {error!r}") from error


def removals(home: Path) -> list[Removal]:
    """Return the removed episodes, in order of id."""
    noted = holding(removed_folder(home), _NOTE)
    return [found for identifier in noted if (found := removal_of(home, identifier)) is not None]


def remove_episode(home: Path, identifier: str, reason: str, purge: bool) -> Removal:
    """Remove an episode from the library, permanently with `purge`; an already removed episode can still be purged.

    Raises SourceError if another process is ingesting it. After a crash, calling it again completes the removal. Where
    a database keeps the documents, recordings are moved or deleted when it has committed, so that an episode that is
    still there after a crash has its own.
    """
    with lock(episodes_folder(home)):  # no other process registers episodes meanwhile
        removal = removal_of(home, identifier)
        if removal is None:
            removal = _set_aside(home, load_record(home, identifier), reason)
        if purge:
            removal = replace(removal, purged=True)
            _write_note(removed_folder(home) / identifier, removal)
            remove_folder(episode_folder(home, identifier))  # recordings, if a removal was killed before they moved
            empty_folder(removed_folder(home) / identifier, keep=_NOTE)
            _forget_guids(home, removal)
            forget_words(home, identifier)
        return removal


def bring_back(home: Path, identifier: str) -> bool:
    """Restore a removed episode and return True, or return False if nothing of it was kept.

    The caller must hold the lock of the episodes folder (see `ingest.library.register`).
    """
    aside, folder = removed_folder(home) / identifier, episode_folder(home, identifier)
    if not exists(aside / "episode.json"):
        return False
    move_folder(aside, folder)
    remove(folder / _NOTE)
    return True


def forget_removal(home: Path, identifier: str) -> None:
    """Delete the note on a removed episode that is in the library again."""
    if is_folder(removed_folder(home) / identifier):
        remove_folder(removed_folder(home) / identifier)


def remove_show(home: Path, identifier: str, reason: str) -> None:
    """Mark a show as removed: its feed is not read again, and none of its episodes is ingested."""
    with lock(episodes_folder(home)):
        for feed in feeds(home):
            if feed.show.id == identifier and feed.removed is None:
                withdrawal = Withdrawal(today(), _one_line(reason))
                forget_document(home, identifier)
                save_feed(home, replace(feed, removed=withdrawal, etag=None, last_modified=None, document=None))


def remove_empty_lease_folder(home: Path, identifier: str) -> None:
    """Delete the empty folder left by taking the lease of an episode that was removed a moment earlier."""
    with contextlib.suppress(OSError):
        episode_folder(home, identifier).rmdir()


def removals_by_key(removed: Iterable[Removal]) -> dict[str, Removal]:
    """Return removed episodes by each of their hashed keys."""
    return {key: removal for removal in removed for key in removal.keys}


def removal_matching(item: Item, show: Show, known: dict[str, Removal], beside: frozenset[str]) -> Removal | None:
    """Return the removed episode that an item of a show belongs to, by the same rules as for episodes in the library.

    `known` comes from `removals_by_key`; `beside` are the hashed guids of all items in the item's feed.
    """
    if not known:
        return None
    for key in certain_keys(item):
        if (found := known.get(_hashed(show.id, key))) is not None:
            return found
    for key in likely_keys(item, *names_of(show)):
        found = known.get(_hashed(show.id, key))
        if found is not None and beside.isdisjoint(found.keys):
            return found
    return None


def hashed_guids(guids: Iterable[str], show: Show) -> frozenset[str]:
    """Return a show's guids hashed as in the notes on removed episodes."""
    return frozenset(_hashed(show.id, ("guid", guid)) for guid in guids)


def _set_aside(home: Path, record: Record, reason: str) -> Removal:
    episode = record.episode
    names, listed = names_of(episode.show)
    keys = {key for item in record.items for key in (*certain_keys(item), *likely_keys(item, names, listed))}
    keys.add(("guid", episode.guid))
    removal = Removal(
        id=episode.id,
        show=episode.show.id,
        number=episode.number,
        removed=Withdrawal(today(), _one_line(reason)),
        purged=False,
        keys=tuple(sorted(_hashed(episode.show.id, key) for key in keys)),
    )
    folder, aside = episode_folder(home, episode.id), removed_folder(home) / episode.id
    with lock(folder, wait=False) as held:
        if not held:
            raise SourceError(
                f"{episode.id} is being ingested by another process; when that has finished, run the same command again"
            )
        if exists(note_of(home, episode.id)):  # a crash may have left that of a purged episode that was restored
            forget_removal(home, episode.id)
        _write_note(folder, removal)
        move_folder(folder, aside)
    return removal


def _write_note(folder: Path, removal: Removal) -> None:
    write_json(folder / _NOTE, {"schema": SCHEMA, **asdict(removal)})


def _forget_guids(home: Path, removal: Removal) -> None:
    """Delete a purged episode's guids from its feed's record, and the feed's bytes, which hold its notes.

    The next refresh reads the feed again and keeps it without that item.
    """
    for feed in feeds(home):
        kept = tuple(guid for guid in feed.guids if _hashed(removal.show, ("guid", guid)) not in removal.keys)
        if feed.show.id == removal.show and (kept != feed.guids or feed.document is not None):
            listed = tuple(identifier for identifier in feed.listed if identifier != removal.id)
            unlisted = {key: date for key, date in feed.unlisted.items() if key != removal.id}
            forget_document(home, feed.show.id)
            save_feed(home, replace(feed, guids=kept, listed=listed, unlisted=unlisted, document=None))


def _hashed(show: str, key: Key) -> str:
    return hash_of([show, *key])


def _one_line(reason: str) -> str:
    return " ".join(reason.split()) or NO_REASON
