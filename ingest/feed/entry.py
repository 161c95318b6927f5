"""One item of a feed: its texts, its recording and transcripts, and what else it says of itself; pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from ingest.feed.elements import inner_markup, is_podcast, language_of, local_name, own_text, podcast_elements
from ingest.feed.facts import facts_in
from ingest.feed.fields import address_of, plain_text, resolved
from ingest.item import Item, Link
from ingest.text.urls import is_remote, shown_address, without_credentials

_MOST_GUID = 2_000
_MOST_LINKS = 50
_MOST_PEOPLE = 50
_MOST_NAME = 100
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
class Channel:
    """The values shared by all items of one feed."""

    base: str
    origin: str
    title: str
    link: str | None
    url: str | None
    licence: str | None
    people: tuple[str, ...]
    language: str | None


def item_of(entry: Any, element: Element, channel: Channel) -> tuple[Item, bool, list[str]]:
    """Return an item, whether its title may number it, and a line for each doubt."""
    remarks: list[str] = []
    title = plain_text(entry.get("title")) or plain_text(entry.get("itunes_title"))
    enclosure = _enclosure(entry, channel.base, remarks)
    facts = facts_in(entry, element, _size(entry))
    item = Item(
        guid=_guid(entry, element),
        origin=channel.origin,
        show_title=channel.title,
        show_link=channel.link,
        feed_url=channel.url,
        title=title,
        number=facts.number,
        season=facts.season,
        published=facts.published,
        duration=facts.duration,
        page_url=_page(entry, channel.base),
        notes=_notes(entry, element),
        licence=licence_of(entry, element) or channel.licence,
        enclosure=enclosure,
        transcripts=_transcripts(element, channel.base, remarks),
        people=people_of(element) or channel.people,
        language=language_of(element) or channel.language,
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
    return address_of(entry.get("link"), base)


def licence_of(facts: Any, element: Element) -> str | None:
    """Return podcast:license, else a licence's address, else a rights statement that names a licence."""
    stated = [plain_text(child.text or child.get("url")) for child in podcast_elements(element, "license")]
    stated += [plain_text(child.text) for child in element if local_name(child) == "license" and not is_podcast(child)]
    stated += [link.get("href") for link in facts.get("links", ()) if link.get("rel") == "license"]
    rights = plain_text(facts.get("rights"))
    stated += [rights] if rights and _LICENCE.search(rights) else []
    return next((without_credentials(text) for text in stated if text), None)


def people_of(element: Element) -> tuple[str, ...]:
    """Return the names in podcast:person, each once."""
    names = (plain_text(child.text, _MOST_NAME) for child in podcast_elements(element, "person"))
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_PEOPLE]


def _token(value: str | None) -> str | None:
    return plain_text((value or "").lower(), _MOST_NAME)
