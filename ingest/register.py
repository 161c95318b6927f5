"""Which episode an item belongs to, and what is known of that episode once the item is counted in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from ingest.catalogue import KnownShow, find_show, known_episode, known_show, known_shows
from ingest.identity import episode_id, same_show, show_id, title_core
from ingest.item import Item
from ingest.known import Known, find, find_recording, put
from ingest.library import (
    FeedRecord,
    Record,
    episodes_folder,
    feeds,
    load_record,
    lock,
    records,
    save_feed,
    save_record,
    sync_folder,
    today,
)
from ingest.removal import Removal, bring_back, by_key, forget_removal, hashed_guids, removal_among, removals
from ingest.transcript import Episode, Show

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FeedState:
    """Where a feed was read and what its server said, kept with the show for the next conditional request.

    `earlier` are addresses that led here for good: the feed moved.
    """

    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """The episodes of a source, each once in its order, and a line for each left out because it was removed."""

    episodes: tuple[Episode, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """What one registration has found so far; filled item by item."""

    home: Path
    feed: FeedState
    again: bool
    known: Known
    shows: dict[str, FeedRecord]
    removed: dict[str, Removal]  # by key
    taken: set[str]  # ids of episodes that are or were here
    touched: dict[str, None] = field(default_factory=dict)
    left_out: dict[str, None] = field(default_factory=dict)
    guids: dict[str, dict[str, None]] = field(default_factory=dict)  # by show
    beside: dict[str, frozenset[str]] = field(default_factory=dict)  # hashed guids by show


def register(
    home: Path, items: Sequence[Item], feed: FeedState | None = None, again: bool = False
) -> tuple[Episode, ...]:
    """Give every item its episode and return the episodes; see `registered`."""
    return registered(home, items, feed, again).episodes


def registered(home: Path, items: Sequence[Item], feed: FeedState | None = None, again: bool = False) -> Registration:
    """Give every item its episode, new or known, and write it to the library.

    An item of an episode or show that was removed is left out; `again` brings it back. Costs time in proportion to the
    library and the items. One process at a time holds the list of episodes, so that two never give the same id to
    different episodes.
    """
    beside = frozenset(item.guid for item in items) if feed else frozenset[str]()
    with lock(episodes_folder(home)):
        stored = {record.episode.id: record for record in records(home)}
        shows = {record.show.id: record for record in feeds(home)}
        removed = removals(home)
        gone = {removal.id for removal in removed}
        taken = {*stored, *gone}
        run = _Run(home, feed or FeedState(), again, Known(beside), dict(shows), by_key(removed), taken)
        for record in stored.values():
            put(run.known, record)
        for item in items:
            _count_in(run, item)
        # Written at the end, once each and only if changed: registering again touches no file.
        for identifier in run.touched:
            record = run.known.records[identifier]
            if record != stored.get(identifier):
                save_record(home, record)
            if identifier in gone:
                forget_removal(home, identifier)
        if run.known.records.keys() != stored.keys():
            sync_folder(episodes_folder(home))
        for identifier, guids in run.guids.items():
            seen = _seen(run.shows[identifier], guids, feed)
            if feed is not None:
                of_show = [name for name in run.touched if run.known.records[name].episode.show.id == identifier]
                seen = _listing(seen, of_show)
            if seen != shows.get(identifier):
                save_feed(home, seen)
        episodes = tuple(run.known.records[identifier].episode for identifier in run.touched)
        return Registration(episodes, tuple(run.left_out))


def people_of(record: Record) -> tuple[str, ...]:
    """Return the names that feed and catalogue give for an episode, each once."""
    known = known_episode(known_show(record.episode.show.id), record.episode.number)
    names = [name for item in record.items for name in item.people] + list(known.people if known else ())
    return tuple(dict.fromkeys(names))


def stated_duration(record: Record) -> float | None:
    """Return the seconds that a source or the catalogue gives for an episode, None if only its recording can tell."""
    return _facts(record.episode.id, record.episode.show, record.items, known_show(record.episode.show.id)).duration


def _count_in(run: _Run, item: Item) -> None:
    show = _show(item, run.shows, run.feed)
    item = _numbered(item, known_show(show.id))
    if not _wanted(run, item, run.shows.get(show.id, FeedRecord(show))):
        return
    feed = run.shows.get(show.id, FeedRecord(show))
    run.shows[show.id] = replace(feed, show=replace(feed.show, page_url=feed.show.page_url or item.show_link))
    run.guids.setdefault(show.id, {})[item.guid] = None
    record = _record(run, item, show)
    put(run.known, record)
    run.touched[record.episode.id] = None


def _wanted(run: _Run, item: Item, feed: FeedRecord) -> bool:
    """Say whether an item may come in; what was removed may with `again`, and what was kept of it then comes back."""
    show = feed.show
    if feed.removed is not None:
        if not run.again:
            when = f"{feed.removed.date}: {feed.removed.reason}"
            run.left_out[f"{show.id}  left out: the show was removed from this library on {when}"] = None
            return False
        if run.feed.url is not None:  # a lone file brings back itself, its feed all of the show
            run.shows[show.id] = replace(feed, removed=None)
    if show.id not in run.beside:
        run.beside[show.id] = hashed_guids(run.known.beside, show) if run.removed else frozenset()
    removal = removal_among(item, show, run.removed, run.beside[show.id])
    if removal is None or removal.id in run.known.records:
        return True
    if not run.again:
        run.left_out[f"{removal.id}  left out: {removal.sentence}"] = None
        return False
    if bring_back(run.home, removal.id):
        put(run.known, load_record(run.home, removal.id))
    return True


def _show(item: Item, shows: dict[str, FeedRecord], feed: FeedState) -> Show:
    if known := find_show(item.show_title, (item.feed_url, item.show_link)):
        return Show(known.id, known.title, known.page_url)
    title = item.show_title or "recordings"
    for record in shows.values():
        if _is_address_of(record, item, feed) or same_show(record.show, title, item.show_link):
            # A show first met in a folder learns its page from its feed; another feed of that title then stays apart.
            return replace(record.show, page_url=record.show.page_url or item.show_link)
    taken = {*shows, *(known.id for known in known_shows())}
    return Show(show_id(title, taken), title, item.show_link)


def _is_address_of(record: FeedRecord, item: Item, feed: FeedState) -> bool:
    """Whether the item comes from the address of the show's feed, present or earlier, or from where that moved to."""
    if record.url is None:
        return False
    return item.feed_url in (record.url, *record.earlier_urls) or record.url in feed.earlier


def _seen(show: FeedRecord, guids: Iterable[str], feed: FeedState | None) -> FeedRecord:
    """Note the guids of a show's items and the present state of the feed that lists them."""
    seen = replace(show, guids=tuple(dict.fromkeys((*show.guids, *guids))))
    if feed is None or feed.url is None:
        return seen
    earlier = dict.fromkeys((*show.earlier_urls, *feed.earlier))
    earlier.pop(feed.url, None)
    return replace(seen, url=feed.url, etag=feed.etag, last_modified=feed.last_modified, earlier_urls=tuple(earlier))


def _listing(show: FeedRecord, episodes: Sequence[str]) -> FeedRecord:
    """Note which episodes the feed lists now, and since when it does not list others that it listed before."""
    now = set(episodes)
    gone = sorted({*show.listed, *show.unlisted} - now)
    unlisted = {name: show.unlisted.get(name) or today() for name in gone}
    return replace(show, listed=tuple(sorted(now)), unlisted=unlisted)


def _record(run: _Run, item: Item, show: Show) -> Record:
    """Return the record of the item's episode with the item counted in."""
    known = run.known
    identifier = find(known, item, show)
    if identifier is None and not known.beside:
        identifier = find_recording(known, item)  # a lone recording's show is only a guess from its folder
    if identifier is None:
        identifier = _new_id(run, item, show)
        return Record(_facts(identifier, show, (item,), known_show(show.id)), (item,))
    before = known.records[identifier]
    items = _with(run, before.items, item, run.shows[show.id])
    if items == before.items:
        return before
    show = before.episode.show
    episode = _facts(identifier, show, items, known_show(show.id))
    return Record(  # what only the recording told stays known
        replace(
            episode,
            duration=episode.duration if episode.duration is not None else before.episode.duration,
            audio_url=episode.audio_url or before.episode.audio_url,
        ),
        items,
    )


def _new_id(run: _Run, item: Item, show: Show) -> str:
    """Return a new episode's id; one that was purged and is asked for again gets its own."""
    removal = removal_among(item, show, run.removed, run.beside[show.id])
    if removal is not None and removal.id not in run.known.records:
        return removal.id
    identifier = episode_id(show, item, run.taken)
    run.taken.add(identifier)
    return identifier


@cache
def _numbers(listed: KnownShow) -> dict[str, int]:
    """Return the numbers of a listed show's episodes by what is left of their titles."""
    items = [Item("", "", title=episode.title, number=episode.number) for episode in listed.episodes]
    return {title_core(item, listed.names): item.number for item in reversed(items) if item.number is not None}


def _numbered(item: Item, listed: KnownShow | None) -> Item:
    """Complete a number that the source lacks by the title, where the catalogue lists exactly that one."""
    if listed is None or item.number is not None or not (core := title_core(item, listed.names)):
        return item
    number = _numbers(listed).get(core)
    return item if number is None else replace(item, number=number)


def _with(run: _Run, items: tuple[Item, ...], item: Item, show: FeedRecord) -> tuple[Item, ...]:
    """Replace what the same source said before, else append: a better copy elsewhere never loses the first.

    A feed that gives an episode another guid says no more what it said under the old one.
    """
    addresses = {show.url, *show.earlier_urls, run.feed.url, *run.feed.earlier} - {None}
    beside = run.known.beside

    def is_superseded(other: Item) -> bool:
        same_feed = other.feed_url == item.feed_url or {other.feed_url, item.feed_url} <= addresses
        if other.guid == item.guid:
            return same_feed
        # Items of local feeds have no address, nor have lone files; the former share the name of their feed's file.
        listed = other.feed_url is not None or Path(other.origin).name == Path(item.origin).name
        return same_feed and listed and bool(beside) and other.guid not in beside

    old = [place for place, other in enumerate(items) if is_superseded(other)]
    if not old:
        return (*items, item)
    before = items[old[0]]
    if item.feed_url is None and replace(item, origin=before.origin) == before:
        item = before  # a local feed's path, typed in another way, is nothing new
    kept = [item if place == old[0] else other for place, other in enumerate(items) if place not in old[1:]]
    return tuple(kept)


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
            item.enclosure.url for item in ordered if item.enclosure is not None and _is_open(item.enclosure.url)
        ),
        licence=_first(item.licence for item in ordered),
    )


def _is_open(url: str) -> bool:
    """Whether an address is one of the web that may be shown: one with a name and password is for fetching alone."""
    return url.startswith(("http://", "https://")) and "@" not in url.partition("://")[2].partition("/")[0]


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
