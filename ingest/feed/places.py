"""Find where a feed's items and its channel stand in its bytes, so that additions leave all other bytes alone; pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import DefusedXMLParser

from ingest.errors import SourceError
from ingest.feed.document import read_document
from ingest.feed.elements import is_podcast, item_elements, local_name, namespace_of

# How the bytes of XML begin in UTF-16; in every other encoding that expat reads, markup is ASCII.
_WIDE = {b"\xff\xfe": "utf-16-le", b"<\0": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\0<": "utf-16-be"}
_REPAIRED_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """The bytes [start, end) of an item, and the one where its end tag begins.

    `podcast` are the names of the elements that it has in the podcast namespace.
    """

    start: int
    close: int
    end: int
    podcast: frozenset[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """A well-formed feed and the places in it; `root` is the tree that the same bytes give.

    `items` has a place for each item, None for one that is an empty tag. `name_end` is where the name of the root's tag
    ends. `channel_close` is where the channel's end tag begins, None if it has none. `namespaces` are those that each
    prefix is declared for anywhere, `on_root` is what the root declares. `repaired` says what was wrong with the bytes
    as published, None if they are unchanged.
    """

    data: bytes
    encoding: str
    root: Element
    items: tuple[ItemPlace | None, ...]
    name_end: int
    channel_close: int | None
    channel_podcast: frozenset[str]
    namespaces: Mapping[str, frozenset[str]]
    on_root: Mapping[str, str]
    repaired: str | None

    def with_texts(self, texts: Mapping[int, str]) -> bytes:
        """Return the bytes with ASCII texts inserted, each before the byte it is given for."""
        parts, done = [], 0
        for place in sorted(texts):
            parts += [self.data[done:place], texts[place].encode(self.encoding)]
            done = place
        return b"".join((*parts, self.data[done:]))


def layout_of(data: bytes, origin: str) -> Layout:
    """Return the places in a feed; one that is not well-formed is repaired as `read_document` does.

    Raises SourceError as `read_document` does.
    """
    document = read_document(data, origin)
    count = sum(1 for _ in item_elements(document.root))
    try:
        found = _places(data)
        if len(found.items) == count:
            return _layout(data, found, document.root, None)
        problem = "it is nested too deep"
    except (ParseError, ValueError, LookupError) as error:
        problem = f"it is not well-formed: {error}"
    repaired = _REPAIRED_HEAD + document.text.encode()
    try:
        return _layout(repaired, _places(repaired), document.root, problem)
    except (ParseError, ValueError) as error:
        raise SourceError(f"{origin}: cannot be read ({error}); ask the publisher to fix the feed") from error


def without_items(data: bytes, numbers: Collection[int], origin: str) -> bytes:
    """Return a feed without the items with these numbers, counted from 0; raises SourceError as `layout_of` does."""
    layout = layout_of(data, origin)
    kept, done = [], 0
    for number in sorted(numbers):
        place = layout.items[number]
        if place is not None and place.start >= done:  # else it stands in one that is left out
            kept.append(layout.data[done : place.start])
            done = place.end
    return b"".join((*kept, layout.data[done:]))


def _layout(data: bytes, found: "_Places", root: Element, problem: str | None) -> Layout:
    return Layout(
        data=data,
        encoding=found.encoding,
        root=root,
        items=tuple(found.items),
        name_end=found.name_end,
        channel_close=found.channel_close,
        channel_podcast=frozenset(found.channel_podcast),
        namespaces={prefix: frozenset(names) for prefix, names in found.namespaces.items()},
        on_root=found.on_root,
        repaired=problem,
    )


@dataclass(slots=True)
class _Open:
    """An open item: the byte where it begins, its depth, its namespace, its place among all of them."""

    start: int
    depth: int
    number: int
    podcast: set[str] = field(default_factory=set)


class _Places:
    """The target of a parser that notes at which byte elements begin and end."""

    def __init__(self, data: bytes) -> None:
        self.items: list[ItemPlace | None] = []
        self.encoding = _WIDE.get(data[:2], "ascii")
        self.name_end = 0
        self.channel_close: int | None = None
        self.channel_podcast: set[str] = set()
        self.namespaces: dict[str, set[str]] = {}
        self.on_root: dict[str, str] = {}
        self.homes = {""}
        self._data = data
        self._parser: Any = None
        self._depth = 0
        self._open: list[_Open] = []
        self._namespaces_of: list[str] = []
        self._in_channel: bool | None = None  # None before it

    def read(self, parser: Any) -> None:
        """Parse the data with this target's parser, which knows the byte that it has come to."""
        self._parser = parser.parser
        parser.feed(self._data)
        parser.close()
        self.items = [place for place, name in zip(self.items, self._namespaces_of, strict=True) if name in self.homes]

    def start_ns(self, prefix: str, name: str) -> None:
        """Note the declaration of a prefix, which comes before the start of its element."""
        self.namespaces.setdefault(prefix or "", set()).add(name)
        if self._depth == 0:
            self.on_root[prefix or ""] = name

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Note where the root, the channel or an item begins, and which podcast elements they have."""
        del attributes
        element = Element(tag)
        name = local_name(element)
        self._depth += 1
        if self._depth == 1:
            self.name_end = self._end_of_name(self._parser.CurrentByteIndex)
        if self._depth <= 2 and (self._depth == 1 or name in ("channel", "item", "entry")):
            self.homes.add(namespace_of(element))
        if self._depth == 2 and name == "channel" and self._in_channel is None:
            self._in_channel = True
        if is_podcast(element):
            if self._open and self._depth == self._open[-1].depth + 1:
                self._open[-1].podcast.add(name)
            elif self._in_channel and self._depth == 3:
                self.channel_podcast.add(name)
        if name in ("item", "entry"):
            self._open.append(_Open(self._parser.CurrentByteIndex, self._depth, len(self.items)))
            self.items.append(None)
            self._namespaces_of.append(namespace_of(element))

    def end(self, tag: str) -> None:
        """Note where an item or the channel ends."""
        here = self._parser.CurrentByteIndex
        has_tag = self._data.startswith("</".encode(self.encoding), here)
        if self._open and self._open[-1].depth == self._depth:
            opened = self._open.pop()
            if has_tag:
                after = self._after(">", here)
                self.items[opened.number] = ItemPlace(opened.start, here, after, frozenset(opened.podcast))
        elif self._depth == 2 and self._in_channel and local_name(Element(tag)) == "channel":
            self.channel_close = here if has_tag else None
            self._in_channel = False
        self._depth -= 1

    def close(self) -> None:
        """Return nothing: what was found stays in the attributes."""

    def _after(self, text: str, start: int) -> int:
        wanted = text.encode(self.encoding)
        return self._data.index(wanted, start) + len(wanted)

    def _end_of_name(self, start: int) -> int:
        width = len("<".encode(self.encoding))
        here = start + width
        ends = {one.encode(self.encoding) for one in " \t\r\n/>"}
        while here < len(self._data) and self._data[here : here + width] not in ends:
            here += width
        return here


def _places(data: bytes) -> _Places:
    """Return the places in a well-formed document; raises ParseError or ValueError for anything else."""
    found = _Places(data)
    found.read(DefusedXMLParser(target=found, forbid_dtd=True))
    return found
