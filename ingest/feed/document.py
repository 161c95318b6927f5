"""Parse a feed's text into one well-formed tree within limits; broken XML loses its item, not the feed; pure."""

import html
import html.entities
import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ingest.errors import SourceError
from ingest.feed.decode import feed_text, root_tag
from ingest.feed.fields import plain_text

MOST_BYTES = 50 * 2**20
MOST_ITEMS = 100_000
# Feeds are five levels deep, XHTML notes add about twenty; a parser's cost grows with depth.
MOST_DEPTH = 100
# Ten fields for each item.
_MOST_ELEMENTS = 10 * MOST_ITEMS
_MOST_PREFIXES = 50
# Limits for the whole feed: Python's parsers take time for each of these, for some with the square of their number.
_MOST_REFERENCES = 5_000_000
_MOST_NAMESPACES = 1_000
# Limits for one element: expat parses a tag again for each block it spans, and feedparser's time per attribute grows
# with the number of attributes before it.
_MOST_ATTRIBUTES = 100
_MOST_TAG = 2**16  # characters of a name and of attributes
# Bytes in memory of the feed and of its elements' texts: one emoji makes every character of its text four bytes long.
_MOST_MEMORY = 160 * 2**20
_MOST_TEXT = 96 * 2**20
_BLOCK = 2**18  # characters that are parsed at a time
# A broken item's title is looked for in this many characters.
_MOST_NAMED = 2_000

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
# Characters not allowed in XML 1.0: control characters and halves of surrogate pairs.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# If its end is missing, each pattern below stops at \Z or before the next "<", so that its cost stays linear.
_PROTECTED = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
_INSTRUCTION = r"<\?.*?(?:\?>|\Z)"
_REFERENCE = re.compile(rf"{_PROTECTED}|{_INSTRUCTION}|&(#\d{{1,7}};|#[xX][0-9a-fA-F]{{1,6}};|\w{{1,32}};)?", re.DOTALL)
_ITEM = re.compile(rf"{_PROTECTED}|<(/?)(item|entry)(?=[\s>])[^<>]*>", re.DOTALL)
_TEXT_ELEMENT = re.compile(
    r"(<(title|link|guid|id|description|summary|content|content:encoded|itunes:(?:summary|subtitle|title))"
    r"(?:\s[^<>]*)?(?<!/)>)"
    r"([^<]*+(?:<(?!/?\2[\s>])[^<]*+)*+)(</\2\s*>)"
)
_CHANNEL = re.compile(r"<channel(?=[\s>])[^<>]*>")
_PREFIX = re.compile(r"[<\s/]([A-Za-z][\w.-]{0,40}):[A-Za-z]")
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>(?:<!\[CDATA\[)?([^<>\]]{1,500})")


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed feed: its text, the root of its tree, and a line for each thing that was dropped or guessed."""

    text: str
    root: Element
    problems: tuple[str, ...] = ()


def read_document(data: bytes, origin: str) -> Document:
    """Return the feed as a well-formed document; broken items are left out and named in `problems`.

    Raises SourceError, one line that begins with `origin`, if the data are not a feed, declare a DTD or exceed a limit.
    """
    if len(data) > MOST_BYTES:
        raise SourceError(f"{origin}: {len(data):,} bytes are too many for a feed; the limit is {MOST_BYTES:,}")
    text, odd = feed_text(data, origin)
    problems = [odd] if odd else []
    _bounded(text.count("&"), _MOST_REFERENCES, "character references", origin)
    _bounded(sys.getsizeof(text), _MOST_MEMORY, "bytes of text", origin)
    text = _REFERENCE.sub(_repaired_reference, _FORBIDDEN.sub("", text))
    try:
        return Document(text, _tree(text, origin), tuple(problems))
    except ParseError as error:
        problems.append(f"the XML is broken ({error}); only complete items were read")
    text, lost = _rebuilt(text, origin)
    try:
        return Document(text, _tree(text, origin), (*problems, *lost))
    except ParseError as error:
        raise SourceError(f"{origin}: is not well-formed XML ({error}); ask the publisher to fix the feed") from error


def _repaired_reference(found: re.Match[str]) -> str:
    """Replace an HTML-only reference by its characters, escape a lone "&", drop comments and instructions.

    Comments and instructions hold no data, and expat would parse a long one again for each block it spans.
    """
    reference = found.group(1)
    if found.group().startswith(("<!--", "<?")):
        return ""
    if not found.group().startswith("&") or reference in ("amp;", "lt;", "gt;", "quot;", "apos;"):
        return found.group()
    if reference is None:
        return "&amp;"
    if reference.startswith("#"):
        code = int(reference[2:-1], 16) if reference[1] in "xX" else int(reference[1:-1])
        return "" if code > 0x10FFFF or _FORBIDDEN.match(chr(code)) else f"&#{code};"
    characters = html.entities.html5.get(reference)
    return "".join(f"&#{ord(one)};" for one in characters) if characters else f"&amp;{reference}"


def _tree(text: str, origin: str) -> Element:
    """Parse a document within the limits; raises ParseError if it is broken, SourceError if it is too large."""
    depth = elements = items = size = 0
    namespaces: set[tuple[str, str]] = set()
    root: Element | None = None
    try:
        for event, element in iterparse(_Blocks(text), ("start", "end", "start-ns"), forbid_dtd=True):
            if event == "start-ns":
                namespaces.add(element)
                _bounded(len(namespaces), _MOST_NAMESPACES, "XML namespaces", origin)
                continue
            if event == "end":
                depth -= 1
                if element.text or element.tail:
                    size += _size(element)
                    _bounded(size, _MOST_TEXT, "bytes of text", origin)
                continue
            root = element if root is None else root
            depth, elements = depth + 1, elements + 1
            items += element.tag.rpartition("}")[2] in ("item", "entry")
            if depth > MOST_DEPTH:
                # The usual cause is unescaped markup that is never closed (<br>), which can be repaired.
                raise ParseError(f"elements nested more than {MOST_DEPTH} deep")
            if items > MOST_ITEMS or elements > _MOST_ELEMENTS:
                raise SourceError(f"{origin}: holds more than {MOST_ITEMS:,} items; give a shorter feed")
            if element.attrib or len(element.tag) > _MOST_TAG:
                _bounded(len(element.attrib), _MOST_ATTRIBUTES, "attributes of one element", origin)
                _bounded(_tag_size(element), _MOST_TAG, "characters in one tag", origin)
    except DefusedXmlException as error:
        raise SourceError(f"{origin}: declares a document type (DTD), which is refused; give the plain feed") from error
    assert root is not None
    return root


class _Blocks:
    """A text as a UTF-8 file whose reads return more than requested, so that few tags span two blocks."""

    def __init__(self, text: str) -> None:
        self._blocks = (text[start : start + _BLOCK].encode() for start in range(0, len(text), _BLOCK))

    def read(self, _: int = -1) -> bytes:
        return next(self._blocks, b"")


def _bounded(count: int, most: int, what: str, origin: str) -> None:
    if count > most:
        raise SourceError(f"{origin}: holds more than {most:,} {what}; give a shorter feed")


def _tag_size(element: Element) -> int:
    return len(element.tag) + sum(len(name) + len(value) for name, value in element.attrib.items())


def _size(element: Element) -> int:
    """Return the bytes of an element's texts in memory."""
    return sum(sys.getsizeof(text) for text in (element.text, element.tail) if text)


def _rebuilt(text: str, origin: str) -> tuple[str, list[str]]:
    """Return a document of the head and the items that are well-formed on their own, and a line for each lost item."""
    root = root_tag(text)
    opening, closing = _with_prefixes(root.group(), text), f"</{root.group(1)}>"
    places = list(itertools.islice(_items(text), MOST_ITEMS + 1))
    _bounded(len(places), MOST_ITEMS, "items", origin)
    head = text[root.end() : places[0][0] if places else len(text)]
    parts, end = _repaired_head(head, opening, closing, origin)
    lost = []
    for number, (start, stop) in enumerate(places, 1):
        repaired = _repaired(text[start:stop], opening, closing, origin) if stop is not None else None
        if repaired is None:
            name = plain_text(_title_of(text[start : start + _MOST_NAMED]), 100) or "no title"
            lost.append(f"item {number} ({name}) is {'broken' if stop is not None else 'cut off'}; it was left out")
        else:
            parts.append(repaired)
    return opening + "".join(parts) + end + closing, lost


def _with_prefixes(tag: str, text: str) -> str:
    """Return the root's tag with declarations added for the prefixes that the text uses without declaring them."""
    declared = {*re.findall(r"xmlns:([\w.-]+)\s*=", tag), "xml", "xmlns"}
    used = set(_PREFIX.findall(re.sub(_PROTECTED, "", text, flags=re.DOTALL)))
    known = sorted(used - declared, key=lambda prefix: (prefix not in _NAMESPACES, prefix))[:_MOST_PREFIXES]
    names = "".join(f' xmlns:{prefix}="{_NAMESPACES.get(prefix, "urn:unknown:" + prefix)}"' for prefix in known)
    return f"{tag.removesuffix('>').removesuffix('/')}{names}>"


def _repaired_head(head: str, opening: str, closing: str, origin: str) -> tuple[list[str], str]:
    """Return the markup before the items and the tag that closes it after them; if beyond repair, only its title."""
    channel = _CHANNEL.search(head)
    end = "</channel>" if channel and "</channel" not in head else ""
    repaired = _repaired(head + end, opening, closing, origin)
    if repaired is not None:
        return [repaired.removesuffix(end)], end
    title = _title_of(head)
    return [channel.group() if channel and end else "", f"<title>{title}</title>" if title else ""], end


def _items(text: str) -> Iterator[tuple[int, int | None]]:
    """Yield the characters [start, end) of each item, lazily; the end is None if the item is not closed."""
    start: int | None = None
    for found in _ITEM.finditer(text):
        if found.group(2) is None or found.group().endswith("/>"):
            continue
        if found.group(1) and start is not None:
            yield start, found.end()
            start = None
        elif not found.group(1):
            if start is not None:
                yield start, None
            start = found.start()
    if start is not None:
        yield start, None


def _repaired(part: str, opening: str, closing: str, origin: str) -> str | None:
    """Return the part if it is well-formed, or becomes so when the markup in its texts is escaped; else None."""
    for candidate in dict.fromkeys((part, _TEXT_ELEMENT.sub(_as_character_data, part))):
        try:
            _tree(opening + candidate + closing, origin)
        except ParseError:
            continue
        return candidate
    return None


def _as_character_data(found: re.Match[str]) -> str:
    """Wrap a text with markup (an unclosed <br>) in CDATA, as its publisher should have done."""
    opening, text, closing = found.group(1), found.group(3), found.group(4)
    if "<" not in text or "<![CDATA[" in text:
        return found.group()
    protected = html.unescape(text).replace("]]>", "]]]]><![CDATA[>")
    return f"{opening}<![CDATA[{protected}]]>{closing}"


def _title_of(part: str) -> str:
    found = _TITLE.search(part)
    return " ".join(found.group(1).split())[:100] if found else ""
