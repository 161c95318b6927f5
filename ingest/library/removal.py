"""Episodes that were taken out of the library: kept aside, or gone but for a note that says when and why.

<home>/library/removed/<id>/removed.json   when, why, and the hashed keys by which a feed's item is known again
<home>/library/removed/<id>/…              all else of the episode, unless it was purged

Renaming the folder is what removes an episode, in one step: whatever reads the library sees it whole or not at all.
"""

import contextlib
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingest.errors import LibraryError, SourceError
from ingest.item import Item
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
from ingest.storage.files import SCHEMA, hash_of, lock, read_json, sync_folder, write_json
from ingest.transcript import Show

NO_REASON = "no reason was given"
_NOTE = "removed.json"


@dataclass(frozen=True, slots=True)
class Removal:
    """An episode that was taken out; `keys` are hashes of what identifies it, so that a purged one leaves no text."""

    id: str
    show: str
    number: int | None
    removed: Withdrawal
    purged: bool
    keys: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """When and why, for those who ask for what was there."""
        return f"removed from this library on {self.removed.date}: {self.removed.reason}"


def removed_folder(home: Path) -> Path:
    """Return the folder that holds one folder per removed episode."""
    return home / "library" / "removed"


def removal_of(home: Path, identifier: str) -> Removal | None:
    """Return what is noted of a removed episode, None for one that is in the library or never was."""
    path = removed_folder(home) / identifier / _NOTE
    if (episode_folder(home, identifier) / "episode.json").exists() or not path.exists():
        return None
    data = read_json(path)
    try:
        fields = {key: value for key, value in data.items() if key != "schema"}
        return Removal(**{**fields, "removed": Withdrawal(**data["removed"]), "keys": tuple(data["keys"])})
    except (KeyError, TypeError) as error:
        raise LibraryError(f"{path} is not a note of schema {SCHEMA}: {error!r}") from error


def removals(home: Path) -> list[Removal]:
    """Return the removed episodes, in order of id."""
    paths = sorted(removed_folder(home).glob(f"*/{_NOTE}"))
    return [found for path in paths if (found := removal_of(home, path.parent.name)) is not None]


def remove_episode(home: Path, identifier: str, reason: str, purge: bool) -> Removal:
    """Take an episode out of the library, with `purge` for good; one that was removed before may be purged still.

    Raises SourceError if another process is at work on it; run again after a crash, it ends what was begun.
    """
    with lock(episodes_folder(home)):  # nobody registers it meanwhile
        removal = removal_of(home, identifier)
        if removal is None:
            removal = _set_aside(home, load_record(home, identifier), reason)
        if purge:
            removal = replace(removal, purged=True)
            _write_note(removed_folder(home) / identifier, removal)
            _empty(removed_folder(home) / identifier)
            _forget_guids(home, removal)
        return removal


def bring_back(home: Path, identifier: str) -> bool:
    """Put a removed episode back as it was; False if nothing of it was kept.

    To be called by who holds the list of episodes (see `ingest.library.register`).
    """
    aside, folder = removed_folder(home) / identifier, episode_folder(home, identifier)
    if not (aside / "episode.json").exists():
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(folder)
    sync_folder(folder.parent)
    sync_folder(aside.parent)
    (folder / _NOTE).unlink()
    return True


def forget_removal(home: Path, identifier: str) -> None:
    """Delete what is noted of a removed episode that is in the library again."""
    if (removed_folder(home) / identifier).is_dir():
        shutil.rmtree(removed_folder(home) / identifier)
        sync_folder(removed_folder(home))


def remove_show(home: Path, identifier: str, reason: str) -> None:
    """Note that a show is not wanted any more: its feed is not read again, and nothing of it is taken in."""
    with lock(episodes_folder(home)):
        for feed in feeds(home):
            if feed.show.id == identifier and feed.removed is None:
                withdrawal = Withdrawal(today(), _one_line(reason))
                save_feed(home, replace(feed, removed=withdrawal, etag=None, last_modified=None))


def remove_empty_lease_folder(home: Path, identifier: str) -> None:
    """Delete the empty folder that taking the lease of an episode left which was removed a moment before."""
    with contextlib.suppress(OSError):
        episode_folder(home, identifier).rmdir()


def removals_by_key(removed: Iterable[Removal]) -> dict[str, Removal]:
    """Return removed episodes by each of their hashed keys."""
    return {key: removal for removal in removed for key in removal.keys}


def removal_matching(item: Item, show: Show, known: dict[str, Removal], beside: frozenset[str]) -> Removal | None:
    """Return the removed episode that an item of a show belongs to, by the rules for those in the library.

    `known` is from `removals_by_key`, `beside` holds the hashed guids that the item's feed lists together with it.
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
    """Return the keys that guids of a show have in the notes of removed episodes."""
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
                f"{episode.id} is being ingested by another process; when that has ended, run the same command again"
            )
        forget_removal(home, episode.id)  # of one that was purged, came back, and whose note a crash left
        aside.parent.mkdir(parents=True, exist_ok=True)
        _write_note(folder, removal)
        sync_folder(aside.parent.parent)
        folder.rename(aside)
        sync_folder(aside.parent)
        sync_folder(folder.parent)
    return removal


def _write_note(folder: Path, removal: Removal) -> None:
    write_json(folder / _NOTE, {"schema": SCHEMA, **asdict(removal)})


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _NOTE:
            path.unlink()
    sync_folder(folder)


def _forget_guids(home: Path, removal: Removal) -> None:
    """Take the guids of a purged episode out of those that its feed is known to have listed."""
    for feed in feeds(home):
        kept = tuple(guid for guid in feed.guids if _hashed(removal.show, ("guid", guid)) not in removal.keys)
        if feed.show.id == removal.show and kept != feed.guids:
            listed = tuple(identifier for identifier in feed.listed if identifier != removal.id)
            unlisted = {key: date for key, date in feed.unlisted.items() if key != removal.id}
            save_feed(home, replace(feed, guids=kept, listed=listed, unlisted=unlisted))


def _hashed(show: str, key: Key) -> str:
    return hash_of([show, *key])


def _one_line(reason: str) -> str:
    return " ".join(reason.split()) or NO_REASON
