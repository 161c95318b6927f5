"""Parse the bytes of a feed into items; pure, nothing is fetched and no file is opened.

feedparser reads the common fields (RSS 0.9x, 1.0, 2.0, Atom, iTunes). But it keeps only the last of several `podcast:`
elements with one name, drops a description if there is an iTunes summary, and resolves guids. So these are read, item
by item, from the tree that defusedxml checked. Its dates may be guesses, so only their text is used.
"""

import hashlib
import io
import re
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
    inner_markup,
    is_podcast,
    item_elements,
    language_of,
    local_name,
    own_text,
    podcast_elements,
)
from ingest.feed.facts import facts_in, number_doubt, numbered_by_titles
from ingest.feed.fields import plain_text, resolved
from ingest.item import Item, Link
from ingest.text.urls import is_remote, shown_address, without_credentials

__all__ = ["Feed", "looks_like_feed", "parse_feed"]

_MOST_GUID = 2_000
_MOST_LINKS = 50
_MOST_PEOPLE = 50
_MOST_NAME = 100
_MOST_PROBLEMS = 200
_MOST_OF_A_KIND = 5
# Texts with nearly the same number of words are copies; the one with the publisher's own markup wins.
_AS_LONG = 0.95
# A name at the start of a paragraph, in bold or not, before a colon.
_LABEL = re.compile(r"(?:^|[>\n])[ \t]*([^\W\d_a-z][^<>:：\n]{0,40})(?:</\w{1,8}>){0,2}[:：]")
_FEWEST_LABELS = 4
_LEAST_SPOKEN = 0.25  # of the longest text's words: links of two hosts ("Website: …") are fewer than a transcript's
_MOST_SEARCHED = 200_000
_OTHER_FILES = re.compile(
    r"image/|text/|font/|application/(pdf|json|zip|epub|msword|x-bittorrent|(\w+\+)?xml)", re.IGNORECASE
)
_LICENCE = re.compile(r"licen[cs]e|creative commons|\bcc[ -](by|0)\b|public domain", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class _Source:
    """The values shared by all items of one feed."""

    base: str
    origin: str
    title: str
    link: str | None
    url: str | None
    licence: str | None
    people: tuple[str, ...]
    language: str | None


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
    channel = next((child for child in document.root if local_name(child) == "channel"), document.root)
    source = _source(parsed.feed, channel, base, origin)
    read = [_item(entry, element, source) for entry, element in zip(parsed.entries, elements, strict=True)]
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
    new_url = _remote(parsed.feed.get("itunes_new-feed-url"), base)
    # A feed that needs a password often gives its own address without it; that is not a move.
    is_same = new_url in (base, origin)
    return Feed(
        source.title,
        source.link,
        tuple(items),
        tuple(problems),
        None if is_same else new_url,
        source.licence,
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


def _source(feed: Any, channel: Element, base: str, origin: str) -> _Source:
    # Prefer the requested address: a redirect may lead to a different one each time.
    own = next((address for address in (origin, base) if is_remote(address)), None)
    links = [link.get("href") for link in feed.get("links", ()) if link.get("rel") == "self"]
    host = urlsplit(base).hostname if is_remote(base) else PurePath(base).stem
    return _Source(
        base=base,
        origin=origin,
        # feedparser's values come last: elements deeper in the channel (podcast:liveItem) may have overwritten them.
        title=plain_text(own_text(channel, "title") or feed.get("title")) or host or origin,
        link=_address(own_text(channel, "link") or feed.get("link"), base),
        url=own or next((url for link in links if (url := _address(link, base))), None),
        licence=_licence(feed, channel),
        people=_people(channel),
        language=language_of(channel),
    )


def _item(entry: Any, element: Element, source: _Source) -> tuple[Item, bool, list[str]]:
    """Return an item, whether its title may number it, and a line for each doubt."""
    remarks: list[str] = []
    title = plain_text(entry.get("title")) or plain_text(entry.get("itunes_title"))
    enclosure = _enclosure(entry, source.base, remarks)
    facts = facts_in(entry, element, _size(entry))
    item = Item(
        guid=_guid(entry, element),
        origin=source.origin,
        show_title=source.title,
        show_link=source.link,
        feed_url=source.url,
        title=title,
        number=facts.number,
        season=facts.season,
        published=facts.published,
        duration=facts.duration,
        page_url=_page(entry, source.base),
        notes=_notes(entry, element),
        licence=_licence(entry, element) or source.licence,
        enclosure=enclosure,
        transcripts=_transcripts(element, source.base, remarks),
        people=_people(element) or source.people,
        language=language_of(element) or source.language,
    )
    return item, facts.may_number, [*remarks, *facts.doubts]


def _guid(entry: Any, element: Element) -> str:
    """Return the publisher's guid, else a hash of the item's recording, page, or title and date, as printed."""
    guid = own_text(element, "guid") or own_text(element, "id") or str(entry.get("id", "")).strip()
    if guid and len(guid) <= _MOST_GUID:
        return guid
    recordings = [link["href"] for link in _enclosures(entry)]
    about = next(iter(recordings), None) or entry.get("link")
    about = about or f"{entry.get('title', '')}\n{entry.get('published') or _notes(entry, element)}"
    return f"file:{hashlib.sha256(about.encode()).hexdigest()}"


def _notes(entry: Any, element: Element) -> str | None:
    """Return the text with the most words; among copies, the first in the order content, description, summary.

    A text in which names before colons come back, as in a transcript, is taken before a longer one without any.
    """
    texts = [inner_markup(child) for child in element if local_name(child) == "encoded"]
    texts += [content.get("value", "") for content in entry.get("content", ())]
    texts += [inner_markup(child) for child in element if local_name(child) == "description"]
    texts += [entry.get("summary") or ""]
    texts += [inner_markup(child) for child in element if local_name(child) in ("summary", "subtitle")]
    words = [len(re.sub(r"<[^<>]*>", " ", text).replace("&nbsp;", " ").split()) for text in texts]
    spoken = [text if count else "" for text, count in zip(texts, map(_labels_in, texts), strict=True)]
    most = max(words)
    if not spoken[words.index(most)]:
        labelled = [count if text else 0 for text, count in zip(spoken, words, strict=True)]
        words = labelled if max(labelled) > _LEAST_SPOKEN * most else words
        most = max(words)
    return next(text for text, count in zip(texts, words, strict=True) if count >= _AS_LONG * most) if most else None


def _labels_in(text: str) -> int:
    """Return how many names before a colon come back in a text, 0 for fewer than four of two names."""
    counts = Counter(name for name in _LABEL.findall(text[:_MOST_SEARCHED]))
    back = {name: count for name, count in counts.items() if count > 1}
    return sum(back.values()) if len(back) > 1 and sum(back.values()) >= _FEWEST_LABELS else 0


def _enclosures(entry: Any) -> Iterator[Any]:
    """Yield the links that may be recordings: audio, then video, then those without a type; lazily after sorting."""
    links = [link for link in entry.get("links", ()) if link.get("rel") == "enclosure" and link.get("href")]
    links += [{"href": media.get("url"), **media} for media in entry.get("media_content", ()) if media.get("url")]
    kinds = ("audio/", "video/")
    usable = [link for link in links if not _OTHER_FILES.match(link.get("type") or link.get("medium", "") + "/")]
    yield from sorted(
        usable,
        key=lambda link: next((n for n, kind in enumerate(kinds) if (link.get("type") or "").startswith(kind)), 2),
    )


def _enclosure(entry: Any, base: str, remarks: list[str]) -> Link | None:
    for link in _enclosures(entry):
        url = _usable(link["href"], base, "recording", remarks)
        if url is not None:
            return Link(url, type=_token(link.get("type")))
    return None


def _size(entry: Any) -> int | None:
    """Return the bytes that the feed states for the recording; many state nonsense."""
    printed = str(next((link.get("length") or link.get("filesize") for link in _enclosures(entry)), None) or "")
    return int(printed) if re.fullmatch(r"[0-9]{1,12}", printed) else None


def _transcripts(element: Element, base: str, remarks: list[str]) -> tuple[Link, ...]:
    links = []
    for child in podcast_elements(element, "transcript")[:_MOST_LINKS]:
        url = _usable(child.get("url", ""), base, "transcript", remarks)
        if url is not None:
            kind, language, rel = (_token(child.get(name)) for name in ("type", "language", "rel"))
            links.append(Link(url, kind, language, rel))
    return tuple(dict.fromkeys(links))


def _usable(reference: str, base: str, what: str, remarks: list[str]) -> str | None:
    if not reference.strip():
        return None
    try:
        return resolved(reference, base)
    except ValueError as error:
        shown = plain_text(shown_address(reference), _MOST_NAME) or "its address"
        remarks.append(f"its {what} was not used: {shown} {error}")
        return None


def _page(entry: Any, base: str) -> str | None:
    """Return the page's address; feedparser also takes a guid that is not an address for a permanent link."""
    if entry.get("guidislink") and not is_remote(entry.get("link", "")):
        return None
    return _address(entry.get("link"), base)


def _address(reference: str | None, base: str) -> str | None:
    """Return an http(s) URL without credentials, None for anything else: a page beside a local feed has no address."""
    url = _remote(reference, base)
    return None if url is None else without_credentials(url)


def _remote(reference: str | None, base: str) -> str | None:
    """Return an http(s) URL to request, with its name and password if it has them; None for anything else."""
    try:
        url = resolved(reference or "", base) if reference else ""
    except ValueError:
        return None
    return url if is_remote(url) else None


def _licence(facts: Any, element: Element) -> str | None:
    """Return podcast:license, else a licence's address, else a rights statement that names a licence."""
    stated = [plain_text(child.text or child.get("url")) for child in podcast_elements(element, "license")]
    stated += [plain_text(child.text) for child in element if local_name(child) == "license" and not is_podcast(child)]
    stated += [link.get("href") for link in facts.get("links", ()) if link.get("rel") == "license"]
    rights = plain_text(facts.get("rights"))
    stated += [rights] if rights and _LICENCE.search(rights) else []
    return next((without_credentials(text) for text in stated if text), None)


def _people(element: Element) -> tuple[str, ...]:
    names = (plain_text(child.text, _MOST_NAME) for child in podcast_elements(element, "person"))
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_PEOPLE]


def _token(value: str | None) -> str | None:
    return plain_text((value or "").lower(), _MOST_NAME)
