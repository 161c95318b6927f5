"""Insert elements of the podcast namespace into a feed, and leave every other byte as it is; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5
from xml.sax.saxutils import escape

from ingest.errors import SourceError
from ingest.feed.elements import local_name
from ingest.feed.places import Layout
from ingest.text.urls import without_credentials

NAMESPACE = "https://podcastindex.org/namespace/1.0"
# Of all podcast guids, by the rule of the podcast namespace.
_GUIDS = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
# Parsers that know no namespaces look for the first; the others are for a feed that uses that one for something else.
_PREFIXES = ("podcast", "podcast2", "podcast-index")
# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Addition:
    """An element to add: its name in the podcast namespace, its attributes in order, its text."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""


def podcast_guid(address: str) -> str:
    """Return the podcast guid of a feed's address: UUIDv5 of it without scheme and slashes at its end."""
    name = re.sub(r"^[a-z][a-z0-9+.-]*://", "", without_credentials(address), flags=re.IGNORECASE).rstrip("/")
    return str(uuid5(_GUIDS, name))


def is_rss(layout: Layout) -> bool:
    """Return whether a feed is RSS 2.0 or earlier with its items in a channel; the namespace is made for that."""
    return local_name(layout.root) == "rss" and layout.channel_close is not None


def enriched(layout: Layout, channel: Sequence[Addition], items: Mapping[int, Sequence[Addition]]) -> bytes:
    """Return an RSS feed with elements added to its channel and to items by number; without any, the bytes as given.

    Where the publisher has an element of that name, theirs stay and none is added. Raises SourceError if the feed uses
    every prefix that could name the elements for something else.
    """
    prefix = _prefix(layout)
    texts: dict[int, str] = {}
    for number, additions in items.items():
        if (place := layout.items[number]) is not None:
            texts[place.close] = _inserted(layout, place.close, _new(additions, place.podcast), prefix)
    if layout.channel_close is not None:
        new = _new(channel, layout.channel_podcast)
        texts[layout.channel_close] = _inserted(layout, layout.channel_close, new, prefix)
    texts = {place: text for place, text in texts.items() if text}
    if texts and prefix not in layout.on_root:
        texts[layout.name_end] = f' xmlns:{prefix}="{NAMESPACE}"'
    return layout.with_texts(texts)


def _new(additions: Sequence[Addition], there: frozenset[str]) -> list[Addition]:
    return [one for one in additions if one.name not in there]


def _prefix(layout: Layout) -> str:
    """Return the first prefix that no part of the feed declares for anything but the podcast namespace."""
    for prefix in _PREFIXES:
        names = layout.namespaces.get(prefix, frozenset())
        if all("podcastindex" in name.lower() for name in names):
            return prefix
    raise SourceError("the feed uses the prefix podcast for something else; ask the publisher to rename it")


def _inserted(layout: Layout, place: int, additions: Sequence[Addition], prefix: str) -> str:
    """Return elements as text to insert before an end tag, each on a line of its own if the tag is on one."""
    if not additions:
        return ""
    before = layout.data[max(0, place - 200) : place].decode(layout.encoding, errors="replace")
    line = re.search(r"(\r?\n)([ \t]*)\Z", before)
    start, end = ("  ", line[1] + line[2]) if line else ("", "")
    return "".join(f"{start}{_element(one, prefix)}{end}" for one in additions)


def _element(one: Addition, prefix: str) -> str:
    attributes = "".join(f' {name}="{_written(value)}"' for name, value in one.attributes)
    text = _written(one.text)
    return f"<{prefix}:{one.name}{attributes}{f'>{text}</{prefix}:{one.name}>' if text else '/>'}"


def _written(text: str) -> str:
    """Return text as ASCII that is safe between tags and in an attribute."""
    clean = escape(_FORBIDDEN.sub("", text), {'"': "&quot;"})
    return clean.encode("ascii", "xmlcharrefreplace").decode()
