"""Parse the bytes of a feed into items; pure, nothing is fetched and no file is opened.

feedparser reads the common fields (RSS 0.9x, 1.0, 2.0, Atom, iTunes). But it keeps only the last of several `podcast:`
elements with one name, drops a description if there is an iTunes summary, and resolves guids. So these are read, item
by item, from the tree that defusedxml checked. Its dates may be guesses, so only their text is used.
"""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import feedparser

from ingest.errors import SourceError
from ingest.feed.decode import looks_like_feed
from ingest.feed.document import read_document
from ingest.feed.elements import (
    item_elements,
    language_of,
    local_name,
    own_text,
)
from ingest.feed.entry import Channel, item_of, licence_of, people_of
from ingest.feed.facts import number_doubt, numbered_by_titles
from ingest.feed.fields import address_of, plain_text, remote_address
from ingest.item import Item
from ingest.text.urls import is_remote, shown_address, without_credentials

__all__ = ["Feed", "looks_like_feed", "parse_feed"]

_MOST_NAME = 100
_MOST_PROBLEMS = 200
_MOST_OF_A_KIND = 5


@dataclass(frozen=True, slots=True)
class Feed:
    """A show's feed; `problems` has a line for each unusable part, `new_url` is the address it says it has moved to.

    `places` are the numbers of the items among all items of the document, from 0.
    """

    title: str
    link: str | None
    items: tuple[Item, ...]
    problems: tuple[str, ...]
    new_url: str | None
    licence: str | None
    places: tuple[int, ...] = ()


def parse_feed(data: bytes, base: str, origin: str | None = None) -> Feed:
    """Read an RSS or Atom feed; unusable parts are left out and reported in `problems`, one line each.

    `base` is the feed's URL or the path of its file. Relative addresses are resolved against it; those of a local feed
    become paths of files beside it. `origin` names the feed in messages. Raises SourceError if the data are not a
    feed, declare a DTD or exceed 50 MiB, 100,000 items or 100 levels.
    """
    # A password in the feed's address would be copied into every relative address, and from there into pages.
    base = without_credentials(base)
    origin = without_credentials(origin or base)
    shown = shown_address(origin)
    document = read_document(data, shown)
    elements = list(item_elements(document.root))
    parsed = _parsed(document.text, shown)
    if len(parsed.entries) != len(elements):
        raise SourceError(f"{shown}: mixes elements of several feed formats; give the address of a plain RSS feed")
    top = next((child for child in document.root if local_name(child) == "channel"), document.root)
    channel = _channel(parsed.feed, top, base, origin)
    read = [item_of(entry, element, channel) for entry, element in zip(parsed.entries, elements, strict=True)]
    numbered = numbered_by_titles([item for item, _, _ in read], [may_number for _, may_number, _ in read])
    remarks: list[tuple[str, str]] = []
    items: list[Item] = []
    places: list[int] = []
    seen: set[str] = set()
    for place, (item, (_, _, found)) in enumerate(zip(numbered, read, strict=True), 1):
        name = f"item {place} ({item.title or 'no title'})"
        doubts = tuple(doubt for doubt in (*found, number_doubt(item)) if doubt)
        remarks += [(name, doubt) for doubt in doubts]
        if not (item.notes or item.enclosure or item.transcripts):
            remarks.append((name, "has no notes, recording or transcript; it was left out"))
            continue
        if item.guid in seen:
            remarks.append((name, f"has the guid of an earlier item: {plain_text(item.guid, _MOST_NAME)}"))
        seen.add(item.guid)
        items.append(replace(item, doubts=doubts))
        places.append(place - 1)
    problems = [*document.problems, *_in_few(remarks)]
    if not elements:
        problems.append("the feed has no items")
    if len(problems) > _MOST_PROBLEMS:
        problems[_MOST_PROBLEMS:] = [f"and {len(problems) - _MOST_PROBLEMS:,} more problems"]
    new_url = remote_address(parsed.feed.get("itunes_new-feed-url"), base)
    # A feed that needs a password often gives its own address without it; that is not a move.
    is_same = new_url in (base, origin)
    return Feed(
        channel.title,
        channel.link,
        tuple(items),
        tuple(problems),
        None if is_same else new_url,
        channel.licence,
        tuple(places),
    )


def _in_few(remarks: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for each remark on an item; of those of one kind, the first few and the number of the others."""
    counts: Counter[str] = Counter()
    for name, remark in remarks:
        kind = remark.partition(":")[0]
        counts[kind] += 1
        if counts[kind] <= _MOST_OF_A_KIND:
            yield f"{name}: {remark}"
    more = {kind: count - _MOST_OF_A_KIND for kind, count in counts.items() if count > _MOST_OF_A_KIND}
    yield from (f"the same for {n:,} more item{'s' * (n > 1)}: {kind}" for kind, n in more.items())


def _parsed(text: str, origin: str) -> Any:
    """Run feedparser on well-formed text; notes keep their markup, which `shownotes` and the pages clean."""
    data = b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()
    try:
        return feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise SourceError(f"{origin}: the feed cannot be read: {error}; ask the publisher to fix it") from error


def _channel(feed: Any, element: Element, base: str, origin: str) -> Channel:
    # Prefer the requested address: a redirect may lead to a different one each time.
    own = next((address for address in (origin, base) if is_remote(address)), None)
    links = [link.get("href") for link in feed.get("links", ()) if link.get("rel") == "self"]
    host = urlsplit(base).hostname if is_remote(base) else PurePath(base).stem
    return Channel(
        base=base,
        origin=origin,
        # feedparser's values come last: elements deeper in the channel (podcast:liveItem) may have overwritten them.
        title=plain_text(own_text(element, "title") or feed.get("title")) or host or origin,
        link=address_of(own_text(element, "link") or feed.get("link"), base),
        url=own or next((url for link in links if (url := address_of(link, base))), None),
        licence=licence_of(feed, element),
        people=people_of(element),
        language=language_of(element),
    )
