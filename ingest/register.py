"""Which episode an item belongs to, and what is known of that episode once the item is counted in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ingest.catalogue import KnownShow, find_show, known_episode, known_show, known_shows
from ingest.identity import episode_id, same_episode, same_show, show_id, title_core
from ingest.item import Item
from ingest.library import (
    FeedRecord,
    Record,
    episodes_folder,
    feeds,
    lock,
    records,
    save_feed,
    save_record,
)
from ingest.transcript import Episode, Show

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FeedState:
    """What a feed's server said, kept with the show for the next conditional request."""

    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None


def register(home: Path, items: Sequence[Item], feed: FeedState | None = None) -> tuple[Episode, ...]:
    """Give every item its episode, new or known, write it to the library and return the episodes in order, each once.

    One process at a time holds the list of episodes, so that two never give the same id to different episodes.
    """
    beside = frozenset(item.guid for item in items) if feed else frozenset[str]()
    with lock(episodes_folder(home)):
        stored = {record.episode.id: record for record in records(home)}
        known = {record.show.id: record for record in feeds(home)}
        library, shows = dict(stored), dict(known)
        touched: dict[str, None] = {}
        for item in items:
            show = _show(item, shows)
            shows[show.id] = _seen(shows.get(show.id, FeedRecord(show)), item, feed)
            record = _counted_in(item, show, library, beside)
            library[record.episode.id] = record
            touched[record.episode.id] = None
        # Written at the end, once each and only if changed: registering again touches no file.
        for identifier in touched:
            if library[identifier] != stored.get(identifier):
                save_record(home, library[identifier])
        for identifier, seen in shows.items():
            if seen != known.get(identifier):
                save_feed(home, seen)
        return tuple(library[identifier].episode for identifier in touched)


def people_of(record: Record) -> tuple[str, ...]:
    """Return the names that feed and catalogue give for an episode, each once."""
    known = known_episode(known_show(record.episode.show.id), record.episode.number)
    names = [name for item in record.items for name in item.people] + list(known.people if known else ())
    return tuple(dict.fromkeys(names))


def _show(item: Item, shows: dict[str, FeedRecord]) -> Show:
    if known := find_show(item.show_title, (item.feed_url, item.show_link)):
        return Show(known.id, known.title, known.page_url)
    title = item.show_title or "recordings"
    for record in shows.values():
        if (record.url and record.url == item.feed_url) or same_show(record.show, title, item.show_link):
            # A show first met in a folder learns its page from its feed; another feed of that title then stays apart.
            return replace(record.show, page_url=record.show.page_url or item.show_link)
    taken = {*shows, *(known.id for known in known_shows())}
    return Show(show_id(title, taken), title, item.show_link)


def _seen(show: FeedRecord, item: Item, feed: FeedState | None) -> FeedRecord:
    """Note an item and the present state of the feed that lists it."""
    page_url = show.show.page_url or item.show_link
    seen = replace(
        show, show=replace(show.show, page_url=page_url), guids=tuple(dict.fromkeys((*show.guids, item.guid)))
    )
    if feed is None or feed.url is None:
        return seen
    return replace(seen, url=feed.url, etag=feed.etag, last_modified=feed.last_modified)


def _counted_in(item: Item, show: Show, library: dict[str, Record], beside: frozenset[str]) -> Record:
    listed = known_show(show.id)
    names = listed.names if listed else (show.title,)
    item = _numbered(item, listed)
    known = [(key, record.items) for key, record in library.items() if record.episode.show.id == show.id]
    identifier = same_episode(item, known, names, listed is not None, beside)
    if identifier is None and not beside:
        identifier = _same_recording(item, library)
    if identifier is None:
        identifier = episode_id(show, item, library.keys())
        items: tuple[Item, ...] = (item,)
    else:
        items = _with(library[identifier].items, item)
        show = library[identifier].episode.show
        if items == library[identifier].items:
            return library[identifier]
    episode = _facts(identifier, show, items, listed)
    before = library.get(identifier)
    if before is not None:  # what only the recording told stays known
        episode = replace(
            episode,
            duration=episode.duration if episode.duration is not None else before.episode.duration,
            audio_url=episode.audio_url or before.episode.audio_url,
        )
    return Record(episode, items)


def _numbered(item: Item, listed: KnownShow | None) -> Item:
    """Complete a number that the source lacks by the title, where the catalogue lists exactly that one."""
    if listed is None or item.number is not None or not (core := title_core(item, listed.names)):
        return item
    for episode in listed.episodes:
        if title_core(replace(item, title=episode.title, number=episode.number), listed.names) == core:
            return replace(item, number=episode.number)
    return item


def _same_recording(item: Item, library: dict[str, Record]) -> str | None:
    """Find a lone recording in any show: its own is only a guess from its folder."""
    if item.audio_sha256 is None:
        return None
    for identifier, record in library.items():
        if any(other.audio_sha256 == item.audio_sha256 for other in record.items):
            return identifier
    return None


def _with(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """Replace what the same source said before, else append: a better copy elsewhere never loses the first."""
    for position, other in enumerate(items):
        if other.guid == item.guid and other.feed_url == item.feed_url:
            return (*items[:position], item, *items[position + 1 :])
    return (*items, item)


def _facts(identifier: str, show: Show, items: Iterable[Item], listed: KnownShow | None) -> Episode:
    """Compose an episode: the publisher's feed before files, newest first, the catalogue where all are silent."""
    newest = tuple(items)[::-1]
    ordered = sorted(newest, key=lambda item: item.guid.startswith("file:"))
    number = _first(item.number for item in ordered)
    known = known_episode(listed, number)
    return Episode(
        id=identifier,
        guid=ordered[0].guid,
        show=show,
        number=number,
        title=_first(item.title for item in ordered) or (known.title if known else None),
        published=_first(item.published for item in ordered) or (known.published if known else None),
        duration=_first([*(item.duration for item in ordered), known.duration if known else None]),
        page_url=_first(item.page_url for item in ordered) or (known.page_url if known else None),
        audio_url=_first(
            item.enclosure.url
            for item in ordered
            if item.enclosure is not None and item.enclosure.url.startswith(("http://", "https://"))
        ),
        licence=_first(item.licence for item in ordered),
    )


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
