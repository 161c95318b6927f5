"""Where the documents of a library are kept: on the disk, or elsewhere, as a file system is mounted elsewhere.

Documents are `<home>/feedback.jsonl` and every JSON, JSON Lines and XML file below `<home>/library`. Recordings, what
is made of them, and temporary files are always on the disk.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

_KINDS = (".json", ".jsonl", ".xml")
_FOLDER, _LINES = "library", "feedback.jsonl"


class Stamp(NamedTuple):
    """What changes whenever a document does: its size in bytes, when it changed (ns since 1970), and a number.

    The number is that of the file's inode, or grows with every change.
    """

    size: int
    changed: int
    number: int


class Copy(NamedTuple):
    """A document's name relative to the data folder, its bytes, and when it changed (ns since 1970)."""

    name: str
    data: bytes
    changed: int


class Documents(Protocol):
    """Keeps documents by their names relative to the data folder; a change is lasting when the call returns.

    Every method may raise StoreError. Names of folders have no slash at the end; "" is the whole library.
    """

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a document, None if there is none."""

    def sha256(self, name: str) -> str | None:
        """Return the SHA-256 of a document's bytes as hexadecimal digits, None if there is none."""

    def write(self, name: str, data: bytes) -> None:
        """Write or replace a document."""

    def append(self, name: str, line: bytes, most: int) -> bool:
        """Append a line, which ends with a line feed; return False if the document would exceed `most` bytes."""

    def touch(self, name: str, changed: int | None) -> None:
        """Set when a document changed; None is now."""

    def remove(self, name: str) -> None:
        """Delete a document; nothing happens if there is none."""

    def remove_folder(self, folder: str) -> None:
        """Delete every document below a folder."""

    def move_folder(self, folder: str, target: str) -> None:
        """Move every document below a folder to another folder, in one step."""

    def stamps_of(self, names: Sequence[str]) -> dict[str, Stamp]:
        """Return the stamps of those of these documents that there are, by name."""

    def stamps(self, folder: str, last: str) -> dict[str, Stamp]:
        """Return the stamps of the documents called `last` in the subfolders of a folder, by subfolder."""

    def entries(self, folder: str) -> list[str]:
        """Return the names of the documents and subfolders in a folder; those of subfolders end with a slash."""

    def copies(self, folder: str) -> list[Copy]:
        """Return every document below a folder as they are at one moment."""

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the sizes in bytes of every document below a folder, by name."""

    def lock(self, folder: str, wait: bool) -> AbstractContextManager[bool]:
        """Lock a folder and yield whether it is held; see `ingest.storage.files.lock`."""

    def together(self) -> AbstractContextManager[None]:
        """Store what this thread changes meanwhile by one commit, or nothing of it after an exception."""

    def when_stored(self, act: Callable[[], None]) -> None:
        """Call `act` when what this thread changes has been committed, now outside of `together`; else never."""

    def close(self) -> None:
        """Give back what is held for reading and writing; what is kept stays."""


_mounts: dict[str, tuple[str, Documents]] = {}


def mount(home: Path, documents: Documents) -> None:
    """Keep the documents of a data folder by `documents` instead of the disk, in this process."""
    for folder in (home, home.absolute(), home.resolve()):
        _mounts[str(folder / _FOLDER)] = (_FOLDER, documents)
        _mounts[str(folder / _LINES)] = (_LINES, documents)


def unmount(home: Path) -> None:
    """Keep the documents of a data folder on the disk again."""
    if (there := mounted(home / _FOLDER)) is not None:
        there[0].close()
    for folder in (home, home.absolute(), home.resolve()):
        for name in (_FOLDER, _LINES):
            _mounts.pop(str(folder / name), None)


def is_mounted(home: Path) -> bool:
    """Return whether the documents of a data folder are kept elsewhere than on the disk."""
    return str(home / _FOLDER) in _mounts


def mounted(path: Path) -> tuple[Documents, str] | None:
    """Return who keeps what is at a path, and its name there; None for the disk."""
    if not _mounts:
        return None
    text = str(path)
    for prefix, (name, documents) in _mounts.items():
        if text == prefix or text.startswith(f"{prefix}/"):
            return documents, name + text[len(prefix) :]
    return None


def mounted_document(path: Path) -> tuple[Documents, str] | None:
    """Return who keeps the document at a path, and its name there; None for the disk, and for other files."""
    return mounted(path) if is_document(path) else None


def is_document(path: Path) -> bool:
    """Return whether a file of a library is a document, by its name."""
    return path.suffix in _KINDS and not path.name.startswith(".")
