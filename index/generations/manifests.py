"""Which generations are on disk, which one is live, and what their manifests say; parses nothing else.

<home>/index/current            the number of the live generation and the SHA-256 of its manifest
<home>/index/<n>/manifest.json  schema, encoder and its weights' SHA-256, dimension, counts, SHA-256 of every file
<home>/index/<n>/overview.json  people, terms, topics and where to begin (see index.mined.overview)
<home>/index/<n>/<segment>/     episodes.json passages.sqlite vectors.faiss turns.faiss and postings (index.segments)

A segment that did not change is in several generations: its files have a name in each folder (hard links).
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

from index.errors import IndexBroken, IndexOutdated
from index.manifest import SCHEMA, Manifest
from index.mined.overview import OVERVIEW
from index.segments.files import BASIS, DATABASE, EPISODES, FILES, KEYWORDS, QUESTIONS, SegmentEntry
from index.vectors import CODES
from ingest.storage.files import sha256_of, write_bytes

T = TypeVar("T")

# The schemas whose segments hold the vectors of sentences as this version writes them.
VECTOR_SCHEMAS = (5, SCHEMA)
REBUILD = "run: playback index --rebuild"
_POINTER = re.compile(rb"(?P<number>[1-9][0-9]{0,17})( (?P<checksum>[0-9a-f]{64}))?\n?")
# The files of a segment, and those that only large ones have.
_VECTORS = (*FILES.values(), QUESTIONS)
_PARTS = frozenset((EPISODES, DATABASE, BASIS, *_VECTORS, *KEYWORDS.values()))
_CODES = frozenset(str(Path(name).with_suffix(ending)) for name in _VECTORS for ending in CODES)


def index_folder(home: Path) -> Path:
    """Return the folder that holds the generations."""
    return home / "index"


def encoded_folder(home: Path) -> Path:
    """Return the folder of what is encoded but not published yet (see `index.building.ahead`)."""
    return index_folder(home) / "encoded"


def numbers(home: Path) -> list[int]:
    """Return the numbers of the generations on disk, ascending."""
    root = index_folder(home)
    return sorted(int(path.name) for path in root.iterdir() if path.name.isdecimal()) if root.is_dir() else []


def has_index(home: Path) -> bool:
    """Say whether there is any generation, published or not."""
    return (index_folder(home) / "current").exists() or bool(numbers(home))


def current_number(home: Path) -> int | None:
    """Return the number of the live generation, None if nothing was published; raises IndexBroken if it is damaged."""
    return _pointer(home)[0]


def current_number_or_zero(home: Path) -> int:
    """Return the live generation's number, 0 if nothing was published or the pointer file is broken."""
    try:
        return current_number(home) or 0
    except IndexBroken:
        return 0


def point_to(home: Path, number: int) -> None:
    """Make a generation live with one rename; the manifest's checksum covers all of its files."""
    checksum = sha256_of(index_folder(home) / str(number) / "manifest.json")
    write_bytes(index_folder(home) / "current", f"{number} {checksum}\n".encode())


def live_manifest(home: Path) -> Manifest | None:
    """Return the manifest of the live generation, whose files are not looked at; None if nothing was published.

    Raises IndexBroken if it cannot be read.
    """
    return read_live(home, lambda number, expected: manifest_of(home, number, expected))


def live_form(home: Path) -> str | None:
    """Return the form of the live generation's vectors, also if its schema is an earlier one; None if unknown."""
    try:
        path = index_folder(home) / str(current_number_or_zero(home)) / "manifest.json"
        return str(json.loads(path.read_bytes()).get("form", "sentence-transformers"))
    except (OSError, ValueError, AttributeError):
        return None


def read_live(home: Path, read: Callable[[int, str | None], T]) -> T | None:
    """Read the live generation, given its number and its manifest's checksum; None if nothing was published.

    If later publications remove that generation during the read, reads the newest one instead.
    """
    while True:
        number, expected = _pointer(home)
        if number is None:
            return None
        try:
            return read(number, expected)
        except IndexBroken:
            if _pointer(home)[0] == number:
                raise


def manifest_of(home: Path, number: int, expected: str | None = None, schemas: Collection[int] = (SCHEMA,)) -> Manifest:
    """Read a generation's manifest; raises IndexBroken if it is missing, broken, or of another schema or generation.

    `expected` is its SHA-256, if known.
    """
    path = index_folder(home) / str(number) / "manifest.json"
    try:
        raw = path.read_bytes()
        if expected is not None and hashlib.sha256(raw).hexdigest() != expected:
            raise IndexBroken(f"{path} has changed since it was published; {REBUILD}")
        data = json.loads(raw)
        if data["schema"] not in schemas:
            raise _other_schema(path.parent, data["schema"])
        manifest = manifest_from(data)
    except OSError as error:
        raise IndexBroken(f"{path} cannot be read: {error.strerror}; {REBUILD}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise IndexBroken(f"{path} cannot be read; {REBUILD}") from error
    if manifest.generation != number:
        raise IndexBroken(f"{path.parent} holds generation {manifest.generation}, not {number}; {REBUILD}")
    # A file without a checksum would be parsed unverified.
    listed = {entry.name: set[str]() for entry in manifest.segments}
    whole = {name for name in manifest.files if "/" not in name}
    for name in manifest.files.keys() - whole:
        listed.setdefault(name.partition("/")[0], set()).add(name.partition("/")[2])
    is_whole = whole == {OVERVIEW} or (not whole and manifest.schema < SCHEMA)
    if (
        not is_whole
        or len(listed) > len(manifest.segments)
        or not all(_PARTS <= files <= _PARTS | _CODES for files in listed.values())
    ):
        raise IndexBroken(f"{path} does not list every file; {REBUILD}")
    return manifest


def manifest_from(data: dict[str, Any]) -> Manifest:
    """Return a manifest from its JSON; raises TypeError or KeyError."""
    segments = tuple(SegmentEntry(**{**entry, "dropped": tuple(entry["dropped"])}) for entry in data["segments"])
    stamps = {name: tuple(stamp) for name, stamp in data["stamps"].items()}
    return Manifest(**{**data, "files": dict(data["files"]), "segments": segments, "stamps": stamps})


def _other_schema(folder: Path, schema: object) -> IndexBroken:
    if isinstance(schema, int) and schema < SCHEMA:
        advice = "run: playback index"
        return IndexOutdated(f"{folder} was published by an earlier version (schema {schema}, not {SCHEMA}); {advice}")
    return IndexBroken(f"{folder} has schema {schema}; this version reads {SCHEMA}; {REBUILD}")


def _pointer(home: Path) -> tuple[int | None, str | None]:
    """Return the live generation's number and its manifest's SHA-256 (None if an earlier version wrote the pointer)."""
    path = index_folder(home) / "current"
    try:
        found = _POINTER.fullmatch(path.read_bytes())
    except FileNotFoundError:
        return None, None
    except OSError as error:
        raise IndexBroken(f"{path} cannot be read: {error.strerror}; {REBUILD}") from error
    if found is None:
        raise IndexBroken(f"{path} cannot be read; {REBUILD}")
    checksum = found["checksum"]
    return int(found["number"]), None if checksum is None else checksum.decode()
