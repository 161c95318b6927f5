"""Files of a library, written whole or not at all (Law 6): sealed JSON, folders, locks and hashes."""

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.errors import LibraryError

SCHEMA = 1
# How a file of ours begins: then come 64 digits and `",`, and what they are the SHA-256 of, without its first brace.
_SEAL = b'{"sha256":"'
_SEALED = len(_SEAL) + 64


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of this library.

    Raises LibraryError if it cannot be read, is not what was written, or has a schema we do not know.
    """
    try:
        data = _parsed(path.read_bytes())
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"{path} cannot be read: {error}; restore it from a backup, or delete it and ingest its source again"
        ) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise LibraryError(f"{path} has schema {found!r}; this version reads schema {SCHEMA}")
    return {key: value for key, value in data.items() if key != "sha256"}


def read_if_whole(path: Path) -> dict[str, Any] | None:
    """Read a JSON object, None if there is none or it is damaged; one of another schema raises, lest it be replaced."""
    try:
        _parsed(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return read_json(path)


def refuse_damaged(path: Path) -> None:
    """Raise LibraryError if a file is there that could not be read: what it held is not to be taken for nothing."""
    if path.exists():
        raise LibraryError(f"{path} is damaged; restore it from a backup, or delete it to go on without what it held")


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a JSON object whole or not at all; it begins with the SHA-256 of the rest, so that damage is found."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    write_bytes(path, _SEAL + hashlib.sha256(body).hexdigest().encode() + b'",' + body[1:])


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: temporary name, fsync, rename, fsync of the folder."""
    make_folder(path.parent)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each its owner's alone; one that is there stays as it is."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def lock(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Hold a folder for this process and say whether it is held; the kernel lets go when the process dies.

    With `wait` False a folder that another process holds yields False at once.
    """
    make_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def hash_of(value: object) -> str:
    """Return the SHA-256 of a JSON value in its canonical form, as hexadecimal digits."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=asdict_of)
    return hashlib.sha256(canonical.encode()).hexdigest()


def asdict_of(value: Any) -> dict[str, Any]:
    """Return a dataclass as a dictionary, for JSON."""
    return asdict(value)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parsed(raw: bytes) -> Any:
    """Parse a file; raises ValueError if it is no JSON, or sealed and not what was written."""
    if raw.startswith(_SEAL):
        body = b"{" + raw[_SEALED + 2 :]
        if hashlib.sha256(body).hexdigest().encode() != raw[len(_SEAL) : _SEALED]:
            raise ValueError("it is not what was written")
    return json.loads(raw)
