"""The publisher's feed of a show with what Playback knows about its episodes; estimated times are left out."""

import hashlib
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

from api.episodes.chapters import chapters_of
from api.episodes.transcripts import open_transcript
from api.errors import FeedUnknown
from api.feeds.captions import timed_turns
from api.feeds.chapters import MEDIA_TYPE, chapters_json
from api.feeds.enriched import Addition, enriched, is_rss, podcast_guid
from api.feeds.people import people_of
from api.feeds.soundbites import soundbites_of
from api.lessons.entry import Entry
from api.lessons.register import register_of
from index.generation import Generation
from ingest.errors import LibraryError
from ingest.feed.elements import local_name
from ingest.feed.parse import parse_feed
from ingest.feed.places import Layout, layout_of
from ingest.library.decisions import decision_files
from ingest.library.feed_document import kept_document
from ingest.library.identity import with_distinct_guids
from ingest.library.records import FeedRecord, episodes_folder, feeds, records
from ingest.storage.documents import stamp, subfolders
from ingest.text.urls import is_remote, shown_address, without_credentials

logger = logging.getLogger(__name__)

_KEPT = 4
_SHORTEST_TOKEN = 16  # characters; a query such as "format=rss" is none
# The Podcasting 2.0 media types; rel="captions" says that the text has times.
_CAPTIONS = (("vtt", "text/vtt"), ("json", "application/json"), ("srt", "application/x-subrip"))


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """The bytes of an enriched feed, a line for each thing that a person should know about them, and their type."""

    data: bytes
    notes: tuple[str, ...] = ()
    media_type: str = "application/rss+xml"


_kept: OrderedDict[tuple[Any, ...], PublishedFeed] = OrderedDict()
_keeping = Lock()


def feed_of(home: Path, show_id: str) -> FeedRecord:
    """Return the record of a show whose feed can be published; raises FeedUnknown, one line that says why not."""
    feed = next((one for one in feeds(home) if one.show.id == show_id), None)
    if feed is None:
        raise FeedUnknown(f"no show {show_id[:80]!r} in this library; playback status lists them")
    if feed.removed is not None:
        raise FeedUnknown(f"the show was removed from this library on {feed.removed.date}: {feed.removed.reason}")
    if feed.url is None:
        raise FeedUnknown(f"{show_id} came from files, so it has no feed; run: playback ingest FEED")
    if _is_secret(feed.url):
        raise FeedUnknown(f"the address of the feed of {show_id} holds a password or a token, so it is not published")
    return feed


def _is_secret(address: str) -> bool:
    """Return whether a feed's address seems to be for one subscriber: its bytes may repeat what gives access."""
    if not is_remote(address):
        return False
    values = [value for _, value in parse_qsl(urlsplit(address).query)]
    return without_credentials(address) != address or any(len(value) >= _SHORTEST_TOKEN for value in values)


def published_feed(home: Path, generation: Generation | None, show_id: str, base: str) -> PublishedFeed:
    """Return the feed of a show, enriched; from memory while nothing changed that it is made from.

    `base` is the start of the addresses of this service. Without a generation there are neither people nor chapters nor
    soundbites. Raises FeedUnknown, and SourceError if the feed cannot be read.
    """
    feed = feed_of(home, show_id)
    number = None if generation is None else (generation.manifest.generation, generation.manifest.inputs)
    decided = tuple(map(stamp, decision_files(home)))
    here = tuple(subfolders(episodes_folder(home)))  # without those that were removed
    key = (home, show_id, feed.document, number, decided, here, base)
    with _keeping:
        if (kept := _kept.get(key)) is not None:
            _kept.move_to_end(key)
            return kept
    document = kept_document(home, feed)
    if document is None:
        raise FeedUnknown(f"the feed of {show_id} is not kept yet; run playback refresh first")
    found = _published(home, generation, feed, document, base)
    with _keeping:
        _kept[key] = found
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return found


def etag_of(found: PublishedFeed) -> str:
    """Return the validator of an enriched feed's bytes."""
    return f'"{hashlib.sha256(found.data).hexdigest()[:32]}"'


def _published(
    home: Path, generation: Generation | None, feed: FeedRecord, document: bytes, base: str
) -> PublishedFeed:
    assert feed.url is not None
    shown = shown_address(feed.url)
    layout = layout_of(document, shown)
    if not is_rss(layout):
        is_atom = local_name(layout.root) == "feed"
        kind = "an Atom feed" if is_atom else "not RSS 2.0"
        note = f"{shown}: is {kind}; the podcast namespace is made for RSS 2.0, so it is published as it is"
        return PublishedFeed(document, (note,), "application/atom+xml" if is_atom else "application/xml")
    notes = [] if layout.repaired is None else [f"{shown}: {layout.repaired}; it is published repaired"]
    if generation is None:
        notes.append("there is no index, so people, chapters and soundbites are missing; run: playback index")
    channel = next(child for child in layout.root if local_name(child) == "channel")
    if any(local_name(child) == "block" and (child.text or "").strip().lower() == "yes" for child in channel):
        raise FeedUnknown(f"the publisher asks not to list the feed of {feed.show.id} (itunes:block)")
    lessons: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in register_of(home, generation).entries if generation is not None else ():
        lessons[entry.episode_id].append(entry)
    items: dict[int, list[Addition]] = {}
    for number, episode_id in _episodes_of(home, layout, feed).items():
        try:
            items[number] = list(_of_episode(home, generation, episode_id, channel, lessons[episode_id], base))
        except LibraryError as error:
            logger.warning("nothing was added to an episode: %s", error)
    return PublishedFeed(enriched(layout, _of_channel(feed, channel), items), tuple(notes))


def _episodes_of(home: Path, layout: Layout, feed: FeedRecord) -> dict[int, str]:
    """Return the episode of each item by the item's number; an item of no episode is left out."""
    assert feed.url is not None
    parsed = parse_feed(layout.data, feed.url)
    ids = {
        item.guid: record.episode.id
        for record in records(home)
        if record.episode.show.id == feed.show.id
        for item in record.items
    }
    items = with_distinct_guids(parsed.items)
    return {place: ids[item.guid] for item, place in zip(items, parsed.places, strict=True) if item.guid in ids}


def _of_channel(feed: FeedRecord, channel: Element) -> list[Addition]:
    """Return the guid of the show, from the first address that is known: it is assigned once and stays."""
    own = (child.get("href", "") for child in channel if local_name(child) == "link" and child.get("rel") == "self")
    addresses = [*feed.earlier_urls, feed.url or "", *own]
    first = next((address for address in addresses if is_remote(address)), None)
    return [] if first is None else [Addition("guid", text=podcast_guid(first))]


def _of_episode(
    home: Path, generation: Generation | None, episode_id: str, channel: Element, lessons: Sequence[Entry], base: str
) -> Iterator[Addition]:
    """Yield what is added to an episode's item, lazily."""
    opened = open_transcript(home, episode_id)
    if opened is None:
        return
    files = f"{base}/api/episodes/{episode_id}"
    is_timed = bool(timed_turns(opened.transcript))
    for extension, kind in _CAPTIONS if is_timed else ():
        link = (("url", f"{files}/captions.{extension}"), ("type", kind), ("rel", "captions"))
        yield Addition("transcript", link)
    if not is_timed:
        yield Addition("transcript", (("url", f"{files}/transcript.txt"), ("type", "text/plain")))
    if generation is None:
        return
    if chapters_json(opened.transcript, chapters_of(generation, opened.transcript), base) is not None:
        yield Addition("chapters", (("url", f"{files}/chapters.json"), ("type", MEDIA_TYPE)))
    voices = [voice for _, voice in generation.mined.voices(episode_id)]
    for person in people_of(voices, channel, base):
        yield Addition("person", person.attributes, person.name)
    for one in soundbites_of(home, episode_id, lessons) if is_timed else ():
        times = (("startTime", f"{one.start:.2f}"), ("duration", f"{one.duration:.2f}"))
        yield Addition("soundbite", times, one.title)
