"""Match the items of a source to episodes, and update the library's records."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.feed.places import without_items
from ingest.item import Item
from ingest.library.feed_document import keep_document
from ingest.library.identity import are_different_episodes, episode_id, same_recording
from ingest.library.lookup import EpisodeLookup, add, find, find_recording
from ingest.library.metadata import facts_of, lasting, numbered, stated_duration
from ingest.library.records import (
    FeedRecord,
    Record,
    episodes_folder,
    feeds,
    load_record,
    records,
    save_feed,
    save_record,
)
from ingest.library.removal import (
    Removal,
    bring_back,
    forget_removal,
    hashed_guids,
    removal_matching,
    removals,
    removals_by_key,
)
from ingest.library.shows import FeedState, addresses_of, show_of, with_guids, with_listing
from ingest.storage.files import lock, sync_folder
from ingest.text.urls import shown_address
from ingest.transcript import Episode, Show


@dataclass(frozen=True, slots=True)
class Registration:
    """The episodes of a source, each once and in its order, and a line for each removed one that was left out."""

    episodes: tuple[Episode, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Registering:
    """The state of one registration, filled item by item."""

    home: Path
    feed: FeedState
    again: bool
    listed: dict[str, Item]  # the feed's current items by guid
    known: EpisodeLookup
    shows: dict[str, FeedRecord]
    removed: dict[str, Removal]  # by key
    taken: set[str]  # ids of present and removed episodes
    touched: dict[str, None] = field(default_factory=dict)
    left_out: dict[str, None] = field(default_factory=dict)
    guids: dict[str, dict[str, None]] = field(default_factory=dict)  # by show
    beside: dict[str, frozenset[str]] = field(default_factory=dict)  # hashed guids by show
    purged: set[str] = field(default_factory=set)  # guids of items that are left out because their episode was purged


def register_items(
    home: Path, items: Sequence[Item], feed: FeedState | None = None, again: bool = False
) -> Registration:
    """Match every item to a known or new episode, and write the changed records to the library.

    Items of removed episodes or shows are left out; `again` restores them. The time grows with the library and the
    items. A lock lets one process at a time register, so that two never give the same id to different episodes.
    """
    listed = {item.guid: item for item in items} if feed else {}
    with lock(episodes_folder(home)):
        stored = {record.episode.id: record for record in records(home)}
        shows = {record.show.id: record for record in feeds(home)}
        removed = removals(home)
        gone = {removal.id for removal in removed}
        taken = {*stored, *gone}
        known = EpisodeLookup(frozenset(listed))
        run = _Registering(
            home, feed or FeedState(), again, listed, known, dict(shows), removals_by_key(removed), taken
        )
        for record in stored.values():
            add(run.known, record)
        for item in items:
            _register(run, item)
        # Write at the end, each record once and only if it changed: registering again writes no file.
        for identifier in run.touched:
            record = run.known.records[identifier]
            if record != stored.get(identifier):
                save_record(home, record)
            if identifier in gone:
                forget_removal(home, identifier)
        if run.known.records.keys() != stored.keys():
            sync_folder(episodes_folder(home))
        for identifier, guids in run.guids.items():
            show = with_guids(run.shows[identifier], guids, feed)
            if feed is not None:
                of_show = [name for name in run.touched if run.known.records[name].episode.show.id == identifier]
                show = with_listing(show, of_show)
                show = _with_document(run, show, items, feed)
            if show != shows.get(identifier):
                save_feed(home, show)
        episodes = tuple(run.known.records[identifier].episode for identifier in run.touched)
        return Registration(episodes, tuple(run.left_out))


def _with_document(run: _Registering, show: FeedRecord, items: Sequence[Item], feed: FeedState) -> FeedRecord:
    """Keep the feed's bytes, without the items of purged episodes, and return the show with their hash."""
    if feed.document is None:
        return show
    document = feed.document
    purged = [place for item, place in zip(items, feed.places, strict=True) if item.guid in run.purged]
    if purged:
        document = without_items(document, purged, shown_address(feed.url or show.show.id))
    return replace(show, document=keep_document(run.home, show.show.id, document))


def _register(run: _Registering, item: Item) -> None:
    show = show_of(item, run.shows, run.feed)
    item = numbered(item, show)
    if not _is_admitted(run, item, run.shows.get(show.id, FeedRecord(show))):
        return
    feed = run.shows.get(show.id, FeedRecord(show))
    run.shows[show.id] = replace(feed, show=replace(feed.show, page_url=feed.show.page_url or item.show_link))
    run.guids.setdefault(show.id, {})[item.guid] = None
    record = _record(run, item, show)
    add(run.known, record)
    run.touched[record.episode.id] = None


def _is_admitted(run: _Registering, item: Item, feed: FeedRecord) -> bool:
    """Return whether an item may be registered; with `again`, first restore its removed episode or show."""
    show = feed.show
    if feed.removed is not None:
        if not run.again:
            when = f"{feed.removed.date}: {feed.removed.reason}"
            run.left_out[f"{show.id}  left out: the show was removed from this library on {when}"] = None
            return False
        if run.feed.url is not None:  # a single file restores only itself, the feed restores the whole show
            run.shows[show.id] = replace(feed, removed=None)
    if show.id not in run.beside:
        run.beside[show.id] = hashed_guids(run.known.beside, show) if run.removed else frozenset()
    removal = removal_matching(item, show, run.removed, run.beside[show.id])
    if removal is None or removal.id in run.known.records or _has_known_recording(run, item, show):
        return True
    if not run.again:
        run.left_out[f"{removal.id}  left out: {removal.sentence}"] = None
        if removal.purged:
            run.purged.add(item.guid)
        return False
    if bring_back(run.home, removal.id):
        add(run.known, load_record(run.home, removal.id))
    return True


def _has_known_recording(run: _Registering, item: Item, show: Show) -> bool:
    """Return whether an item with a removed episode's guid has the recording of an episode in the library."""
    identifier = find(run.known, item, show)
    return identifier is not None and any(same_recording(item, other) for other in run.known.records[identifier].items)


def _record(run: _Registering, item: Item, show: Show) -> Record:
    """Return the record of the item's episode, with the item added."""
    known = run.known
    identifier = find(known, item, show)
    if identifier is not None and _is_wrongly_merged(run, item, known.records[identifier]):
        merged = known.records[identifier]
        add(known, _with_items(merged, tuple(other for other in merged.items if other.guid != item.guid)))
        identifier = find(known, item, show)
    if identifier is None and not known.beside:
        identifier = find_recording(known, item)  # a single recording's show is only a guess from its folder
    if identifier is None:
        identifier = _new_id(run, item, show)
        return Record(facts_of(identifier, show, (item,)), (item,))
    before = known.records[identifier]
    items = _added(run, before.items, item, run.shows[show.id])
    if items == before.items:
        return before
    return _with_items(before, items)


def _is_wrongly_merged(run: _Registering, item: Item, record: Record) -> bool:
    """Return whether an item was added to this episode by mistake and now proves to be a different one.

    A publisher may copy an item for a new episode, forget to change the recording, and correct that later.
    """
    before = record.items[0]
    first = run.listed.get(before.guid)
    if first is None or first.guid == item.guid or are_different_episodes(first, before):
        return False
    return any(other.guid == item.guid for other in record.items[1:]) and are_different_episodes(first, item)


def _with_items(before: Record, items: tuple[Item, ...]) -> Record:
    """Return an episode's record with these items; facts learnt only from the recording are kept."""
    episode = facts_of(before.episode.id, before.episode.show, items)
    is_measured = before.episode.duration != stated_duration(before)
    duration = lasting(episode.duration, before.episode.duration if is_measured else None)
    return Record(replace(episode, duration=duration, audio_url=episode.audio_url or before.episode.audio_url), items)


def _new_id(run: _Registering, item: Item, show: Show) -> str:
    """Return a new episode's id; a purged episode that is ingested again gets its old id."""
    removal = removal_matching(item, show, run.removed, run.beside[show.id])
    if removal is not None and removal.id not in run.known.records:
        return removal.id
    identifier = episode_id(show, item, run.taken)
    run.taken.add(identifier)
    return identifier


def _added(run: _Registering, items: tuple[Item, ...], item: Item, show: FeedRecord) -> tuple[Item, ...]:
    """Replace the same source's earlier item, else append the new one, so that no other source's copy is lost.

    If a feed gives an episode a new guid, the item under the old guid is replaced too; the old guid may by now belong
    to another episode.
    """
    addresses = addresses_of(show, run.feed)

    def is_superseded(other: Item) -> bool:
        same_feed = other.feed_url == item.feed_url or {other.feed_url, item.feed_url} <= addresses
        if other.guid == item.guid:
            return same_feed
        # Items of local feeds and single files have no address; those of one feed share the name of its file.
        listed = other.feed_url is not None or Path(other.origin).name == Path(item.origin).name
        now = run.listed.get(other.guid)
        return same_feed and listed and bool(run.listed) and (now is None or are_different_episodes(now, item))

    old = [place for place, other in enumerate(items) if is_superseded(other)]
    if not old:
        return (*items, item)
    before = items[old[0]]
    if item.feed_url is None and replace(item, origin=before.origin) == before:
        item = before  # a local feed's path typed differently is not a change
    return tuple(item if place == old[0] else other for place, other in enumerate(items) if place not in old[1:])
