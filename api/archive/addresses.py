"""Which addresses of the app an archive holds, and in which files."""

import hashlib
import re
from collections.abc import Callable
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

# Pages, pages of one thing, and files, by their paths; everything else needs a server.
_LISTS = re.compile(r"/(?:start|topics|episodes|lessons(?:/report)?|people|terms|search)?")
_ENTRIES = re.compile(r"/(?:topics|episodes|lessons|people|terms|quotes|embed)/[^/]+|/episodes/[^/]+/about")
_NO_ENTRIES = ("/lessons/report", "/lessons/review")
_FILES = re.compile(r"/assets/[\w./-]+|/lessons\.(?:md|csv|json|atom)|/api/episodes/[^/]+/transcript\.\w+")
_JSON = re.compile(
    r"/api/(?:episodes|people|terms|topics|start)|/api/(?:people|terms|topics)/[^/]+|/api/episodes/[^/]+/about"
)
_AUDIO = re.compile(r"/api/episodes/([^/]+)/audio")
# What of a list's query chooses a page of its own; lists with any other query need a server.
_CHOOSES = {
    "/episodes": ("show", "person", "topic", "page"),
    "/lessons": ("theme", "page"),
    "/people": ("letter", "page"),
    "/terms": ("letter", "page"),
}
# Windows keeps the first names for devices.
_PLAIN = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)*")
_MOST_LETTERS = 100
_HASH_LETTERS = 8


class Held(NamedTuple):
    """What to ask the app for, and the file that holds its response, relative to the archive."""

    request: str
    file: str


def held_at(address: str, person_of: Callable[[str], str | None]) -> Held | None:
    """Return what an archive holds for an address without a fragment, None if it needs a server.

    `person_of` returns the id of the person with an id or a name, because pages link to people by their names.
    Recordings are not among them.
    """
    path, _, query = address.partition("?")
    if path.startswith("/people/"):
        identifier = person_of(unquote(path.removeprefix("/people/")))
        if identifier is None:
            return None
        path = f"/people/{quote(identifier, safe='')}"
    if _ENTRIES.fullmatch(path) and path not in _NO_ENTRIES:
        return Held(path, f"{_file_path(path)}/index.html")
    if path == "/search":  # a script of the page reads what is searched for
        return Held(path, "search/index.html") if query in ("", *_only("q", query)) else None
    if _LISTS.fullmatch(path):
        return _list_at(path, query)
    if query:
        return None
    if _FILES.fullmatch(path):
        return Held(path, _file_path(path))
    return Held(path, f"{_file_path(path)}.json") if _JSON.fullmatch(path) else None


def recorded_at(address: str) -> str | None:
    """Return the id of the episode whose recording is at an address, None for any other address."""
    found = _AUDIO.fullmatch(address.partition("#")[0])
    return unquote(found[1]) if found else None


def relative(source: str, target: str) -> str:
    """Return the link from one file of the archive to another."""
    return quote(relpath(target, dirname(source) or "."))


def _only(name: str, query: str) -> tuple[str, ...]:
    return (query,) if [field for field, _ in parse_qsl(query)] == [name] else ()


def _list_at(path: str, query: str) -> Held | None:
    asked = [(name, value) for name, value in parse_qsl(query) if (name, value) != ("page", "1")]
    if any(name not in _CHOOSES.get(path, ()) for name, _ in asked) or len(dict(asked)) != len(asked):
        return None
    parts = [_file_path(path), *(part for name, value in asked for part in (name, _name_of(value)))]
    return Held(
        f"{path}?{urlencode(asked)}" if asked else path, "/".join([*(part for part in parts if part), "index.html"])
    )


def _file_path(path: str) -> str:
    return "/".join(_name_of(unquote(part)) for part in path.split("/") if part)


def _name_of(text: str) -> str:
    """Return a text as the name of a file on any system: itself if it is plain, else its letters and a hash of it."""
    if _PLAIN.fullmatch(text) and len(text) <= _MOST_LETTERS:
        return text
    plain = "-".join(re.findall(r"[a-z0-9]+", text.lower()))[: _MOST_LETTERS // 2]
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_HASH_LETTERS]
    return f"{plain}-{digest}" if plain else digest
