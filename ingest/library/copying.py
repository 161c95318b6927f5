"""Copy the documents of a library from one store to another; what is there and equal is skipped."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import LibraryError, SourceError
from ingest.library.records import FEEDBACK, episodes_folder
from ingest.storage.documents import exists, stamp, touch, tree
from ingest.storage.files import lock, read_bytes, sha256_of, write_bytes
from ingest.text.urls import printable


@dataclass(frozen=True, slots=True)
class Copied:
    """How many documents and episodes the target holds now, and how many documents this run wrote."""

    documents: int
    episodes: int
    written: int


def copy_documents(source: Path, target: Path) -> Copied:
    """Copy every document of a library to another data folder, either of which may be mounted, and verify each.

    Bytes and times stay, so quote ids, checksums and the order of earlier transcripts do. What was copied is lasting,
    so an interrupted copy goes on where it ended. Locks the source against the registering of episodes and their
    removal. Raises SourceError if the target holds what the source does not: another library, or one that went on.
    """
    with lock(episodes_folder(source)):
        names = _names(source)
        strangers = sorted(set(_names(target)) - set(names))
        if strangers:
            raise SourceError(
                f"the target holds {strangers[0]}, which the source does not: it is another library, or one that went "
                "on by itself; copy into an empty store"
            )
        if nameless := next((name for name in names if not _is_text(name)), None):
            raise SourceError(f"{printable(nameless)} has a name that is not UTF-8; rename it, or move it elsewhere")
        written = sum(_copied(source / name, target / name) for name in names)
    episodes = sum(name.startswith("library/episodes/") and name.endswith("/episode.json") for name in names)
    return Copied(len(names), episodes, written)


def _names(home: Path) -> list[str]:
    names = [path.relative_to(home).as_posix() for path in tree(home / "library")]
    return [*names, FEEDBACK] if exists(home / FEEDBACK) else names


def _is_text(name: str) -> bool:
    """Return whether a database can keep a name: those of files may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _copied(source: Path, target: Path) -> bool:
    """Copy a document unless the target has it, and compare what is stored then; return whether it was written."""
    data, written = read_bytes(source), stamp(source)
    checksum = hashlib.sha256(data).hexdigest()
    there = stamp(target)
    is_there = there is not None and sha256_of(target) == checksum
    if not is_there:
        write_bytes(target, data)
    # Databases keep microseconds.
    if written is not None and (there is None or not is_there or there.changed // 1000 != written.changed // 1000):
        touch(target, written.changed)
    if is_there:
        return False
    if hashlib.sha256(read_bytes(target)).hexdigest() != checksum:
        raise LibraryError(f"{target}: what was stored differs from what was written; check that disk or database")
    return True
