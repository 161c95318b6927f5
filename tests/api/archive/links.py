"""A link checker over a folder of pages, which knows nothing of how an archive is made."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser loads by itself, by tag and attribute; other links are followed by readers.
LOADED = {("script", "src"), ("img", "src"), ("audio", "src"), ("video", "src"), ("iframe", "src"), ("source", "src")}
FOLLOWED = {("a", "href"), ("area", "href"), ("link", "href"), ("form", "action")}


@dataclass
class Page:
    """What the tags of a page say: ids, and links as (tag, attributes, address)."""

    ids: set[str] = field(default_factory=set)
    links: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.page.tags.append((tag, given))
        if "id" in given:
            self.page.ids.add(given["id"])
        self.page.links += [
            (tag, given, given[name]) for one, name in LOADED | FOLLOWED if one == tag and name in given
        ]

    handle_startendtag = handle_starttag


@cache
def read(path: Path) -> Page:
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    return reader.page


def pages_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def broken(folder: Path) -> Iterator[str]:
    """Yield each link of a folder's pages that leads to no file of it, or to no place in that file."""
    for page in pages_of(folder):
        for tag, given, address in read(page).links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                # Readers may leave; browsers may not.
                if tag not in ("a",) and given.get("rel") != "canonical":
                    yield f"{page}: {tag} loads {address}"
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.is_relative_to(folder.resolve()) or not target.is_file():
                yield f"{page}: {address}"
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in read(target).ids:
                yield f"{page}: {address}: no such place"
