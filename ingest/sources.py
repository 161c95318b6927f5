"""Turn a source (feed, folder or file) into items, and match each item to an episode of the library."""

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.errors import SourceError
from ingest.feed.parse import Feed, looks_like_feed, parse_feed
from ingest.fetch.client import Fetched, fetch, led_to, open_client
from ingest.item import Item
from ingest.library.feed_document import kept_document
from ingest.library.identity import with_distinct_guids
from ingest.library.outcome import release
from ingest.library.records import FeedRecord, episode_ids, episodes_folder, load_record, records
from ingest.library.register import register_items
from ingest.library.removal import bring_back, removal_of
from ingest.library.shows import FeedState
from ingest.local_files import FEEDS, items_in, items_inside
from ingest.storage.files import lock, sha256_of
from ingest.text.urls import is_remote, shown_address, without_credentials
from ingest.transcript import Episode


@dataclass(frozen=True, slots=True)
class Source:
    """The episodes of one source, all registered in the library.

    `problems` has a line for each part of the source that could not be used, `left_out` for each removed episode.
    """

    episodes: tuple[Episode, ...]
    problems: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def register_source(source: str, home: Path, allow: frozenset[str] = frozenset(), again: bool = False) -> Source:
    """Read a feed URL, a feed file, a folder or a file, and register each of its items in the library.

    Removed episodes are left out unless `again` is set or the source is that episode alone: one file, or an episode's
    id, which also releases it from quarantine. Raises SourceError if the source cannot be used.
    """
    if not source.strip():
        raise SourceError("the source is empty; give a feed URL, a feed file, a folder or a file")
    if is_remote(source):
        return _remote(source, home, allow, again)
    if "://" in source:
        raise SourceError(
            f"{shown_address(source)}: only http and https addresses are supported; give one, or a file or folder"
        )
    path = Path(source)
    if path.is_file() and (path.suffix.lower() in FEEDS or looks_like_feed(_head(path))):
        data = path.read_bytes()
        feed = parse_feed(data, str(path.resolve()), source)
        kept, out = items_inside(feed.items, path.resolve().parent)
        feed = replace(feed, items=kept, problems=(*feed.problems, *out))
        return _registered(home, feed, FeedState(str(path.resolve()), document=data), source, again)
    if not path.exists() and (episode := _named(source, home)) is not None:
        return Source((episode,))
    items, problems = items_in(path)
    found = register_items(home, items, again=again or path.is_file())
    return Source(found.episodes, problems, found.left_out)


def refresh_feed(feed: FeedRecord, home: Path, allow: frozenset[str] = frozenset()) -> Source:
    """Read a show's feed again with a conditional request; an unchanged feed gives the episodes already known.

    Raises SourceError if the feed cannot be used.
    """
    if feed.url is None or not is_remote(feed.url):
        return register_source(feed.url or "", home, allow)
    return _remote(feed.url, home, allow, known=feed)


def _remote(
    source: str, home: Path, allow: frozenset[str], again: bool = False, known: FeedRecord | None = None
) -> Source:
    """Fetch a feed and register it, under its new address if it moved permanently."""
    etag, modified = None, None
    if known is not None and kept_document(home, known) is not None:  # earlier versions kept no bytes
        etag, modified = known.etag, known.last_modified
    with open_client(allow) as client:
        fetched = fetch(source, client=client, etag=etag, last_modified=modified)
    if known is not None and fetched.not_modified:
        return Source(tuple(record.episode for record in records(home) if record.episode.show.id == known.show.id))
    address = _lasting(fetched, source)
    feed = parse_feed(fetched.data, fetched.url, address)
    problems: tuple[str, ...] = ()
    if feed.new_url is not None:
        try:
            new = led_to(address, feed.new_url)
            if new not in (address, fetched.url):
                fetched, feed, address = _at_new_address(feed, new, allow)
        except SourceError as error:
            problems = (f"{shown_address(source)}: says it has moved, but was read at its old address; {error}",)
    earlier = (source,) if source != address else ()
    state = FeedState(address, fetched.etag, fetched.last_modified, earlier, fetched.data)
    found = _registered(home, feed, state, address, again)
    return replace(found, problems=(*problems, *found.problems))


def _at_new_address(feed: Feed, address: str, allow: frozenset[str]) -> tuple[Fetched, Feed, str]:
    """Read a feed at the new address it names; raises SourceError if the two have no episode in common.

    A feed may name any address, so the new feed must prove that it is the same show.
    """
    with open_client(allow) as client:
        fetched = fetch(address, client=client)
    lasting = _lasting(fetched, address)
    found = parse_feed(fetched.data, fetched.url, lasting)
    if {item.guid for item in found.items}.isdisjoint(item.guid for item in feed.items):
        raise SourceError(f"{shown_address(address)}: lists none of the episodes")
    return fetched, found, lasting


def _lasting(fetched: Fetched, asked: str) -> str:
    """Return the address to request from now on; a temporary redirect does not change it."""
    return fetched.url if fetched.moved else asked


def _registered(home: Path, feed: Feed, state: FeedState, source: str, again: bool) -> Source:
    if not feed.items:
        raise SourceError(
            f"{shown_address(source)}: no episode can be read from this feed: {'; '.join(feed.problems[:3])}"
        )
    items = with_distinct_guids(tuple(_with_origin(item, source) for item in feed.items))
    found = register_items(home, items, replace(state, places=feed.places), again)
    return Source(
        found.episodes, tuple(f"{shown_address(source)}: {problem}" for problem in feed.problems), found.left_out
    )


def _named(identifier: str, home: Path) -> Episode | None:
    """Return the episode with this id, restored if it was removed and released from quarantine; None if unknown.

    Raises SourceError if the episode was purged.
    """
    if identifier not in episode_ids(home):
        if Path(identifier).name != identifier or (removal := removal_of(home, identifier)) is None:
            return None
        if removal.purged:
            raise SourceError(
                f"{identifier}: {removal.sentence}; nothing of it was kept: ingest its source with --again"
            )
        with lock(episodes_folder(home)):
            bring_back(home, identifier)
    release(home, identifier)
    return load_record(home, identifier).episode


def _with_origin(item: Item, source: str) -> Item:
    """Add what the feed parser cannot know: the feed's address, or the hash of a local recording."""
    if is_remote(source):
        return replace(item, feed_url=item.feed_url or without_credentials(source))
    recording = Path(item.enclosure.url) if item.enclosure else None
    if recording is None or not recording.is_file() or recording.stat().st_size == 0:
        return item
    return replace(item, audio_sha256=sha256_of(recording))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(65536)
