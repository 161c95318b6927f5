"""Read what is to be checked: pages, drafts, folders of drafts, sitemaps and feeds become documents of blocks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from api.links.blocks import Block, html_blocks, markdown_blocks
from ingest.errors import SourceError
from ingest.fetch.polite import Guest, visit
from ingest.text.encoding import read_text
from ingest.text.urls import is_remote, shown_address

_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".txt"})
_DRAFTS = _MARKDOWN | {".html", ".htm", ".xhtml", ".xml", ".atom", ".rss"}
_MOST_BYTES = 10 * 2**20
# A sitemap may list 50,000 pages, which at one a second take 14 hours.
MOST_PAGES = 2_000
_MOST_DEPTH = 2
_XML = re.compile(
    r"\A\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE\s(?!\s*html).*?)?"
    r"<(?:\w+:)?(urlset|sitemapindex|rss|feed|RDF)\b",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Document:
    """One page, draft or entry of a feed by its name, with its blocks; or the reason why it could not be read."""

    name: str
    blocks: Sequence[Block] = ()
    problem: str | None = None


@dataclass(slots=True)
class _Reading:
    guest: Guest
    seen: set[str]


def documents(sources: Sequence[str], guest: Guest) -> Iterator[Document]:
    """Yield the documents of sources, each once, as they are read; one that cannot be read has a problem."""
    reading = _Reading(guest, set())
    for source in sources:
        if is_remote(source):
            yield from _of_address(source, reading, 0)
        else:
            yield from _of_path(Path(source), reading)


def _of_path(path: Path, reading: _Reading) -> Iterator[Document]:
    try:
        if path.is_dir():
            drafts = sorted(draft for draft in path.rglob("*") if _is_draft(draft, path))
            if not drafts:
                yield Document(str(path), problem="holds no drafts (.md, .html, .txt, .xml)")
            for draft in drafts:
                yield from _of_path(draft, reading)
            return
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise SourceError(f"{path}: is larger than {_MOST_BYTES:,} bytes")
        text = read_text(data, str(path))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no name of a file"
        yield Document(str(path), problem=f"cannot be read: {reason}")
        return
    except SourceError as error:
        yield Document(str(path), problem=_without_name(error, str(path)))
        return
    is_markdown = path.suffix.lower() in _MARKDOWN
    yield from _of_text(str(path), text, is_markdown, reading, 0)


def _is_draft(path: Path, folder: Path) -> bool:
    """Say whether a file in a folder is a draft: not hidden, and no link, which may lead anywhere."""
    hidden = any(part.startswith(".") or part == "node_modules" for part in path.relative_to(folder).parts)
    return path.suffix.lower() in _DRAFTS and not hidden and path.is_file() and not path.is_symlink()


def _of_address(address: str, reading: _Reading, depth: int) -> Iterator[Document]:
    page = address.partition("#")[0]
    if page in reading.seen:
        return
    reading.seen.add(page)
    name = shown_address(address)
    if len(reading.seen) > MOST_PAGES:
        yield Document(name, problem=f"was not read: {MOST_PAGES:,} pages are the most in one run")
        return
    try:
        fetched = visit(reading.guest, page)
        text = read_text(fetched.data, name)
    except SourceError as error:
        yield Document(name, problem=_without_name(error, name))
        return
    kind = (fetched.content_type or "").partition(";")[0].strip().lower()
    is_markdown = kind in ("text/markdown", "text/x-markdown") or (kind == "text/plain" and not text.startswith("<"))
    yield from _of_text(name, text, is_markdown, reading, depth)


def _of_text(name: str, text: str, is_markdown: bool, reading: _Reading, depth: int) -> Iterator[Document]:
    listing = None if is_markdown else _XML.match(text[:5_000])
    if listing is None:
        yield _document(name, text, is_markdown)
        return
    try:
        root = fromstring(text.lstrip().encode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        yield Document(name, problem=f"cannot be read as XML: {' '.join(str(error).split())}")
        return
    if listing[1] in ("urlset", "sitemapindex"):
        for address in [entry.text.strip() for entry in root.iter() if _tag(entry) == "loc" and entry.text]:
            if is_remote(address) and depth < _MOST_DEPTH:
                yield from _of_address(address, reading, depth + 1)
            else:
                yield Document(
                    shown_address(address), problem="was not read: a sitemap lists web pages or sitemaps of them"
                )
        return
    for entry in root.iter():
        if _tag(entry) in ("item", "entry"):
            yield from _of_entry(name, entry, reading, depth)


def _document(name: str, text: str, is_markdown: bool) -> Document:
    try:
        return Document(name, markdown_blocks(text) if is_markdown else html_blocks(text))
    except SourceError as error:
        return Document(name, problem=str(error))


def _of_entry(name: str, entry: Element, reading: _Reading, depth: int) -> Iterator[Document]:
    """Yield an entry's text, or the page it links to if it has none."""
    fields: dict[str, Element] = {}
    for field in entry:
        fields.setdefault(_tag(field), field)
    link = _link(entry)
    for name_of_text in ("encoded", "content", "description", "summary"):
        text = _text(fields.get(name_of_text))
        if text.strip() and (name_of_text in ("encoded", "content") or link is None):
            yield _document(shown_address(link) if link else name, text, is_markdown=False)
            return
    if link is not None:
        yield from _of_address(link, reading, depth + 1)


def _link(entry: Element) -> str | None:
    for field in entry:
        if _tag(field) == "link" and field.get("rel", "alternate") == "alternate":
            address = (field.get("href") or field.text or "").strip()
            if is_remote(address):
                return address
    return None


def _text(field: Element | None) -> str:
    if field is None:
        return ""
    if len(field):  # Atom's XHTML
        for element in field.iter():
            element.tag = _tag(element)
        return "".join(tostring(child, encoding="unicode", method="html") for child in field)
    return field.text or ""


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _without_name(error: SourceError, name: str) -> str:
    return str(error).removeprefix(f"{name}: ")
