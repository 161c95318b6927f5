"""Atomic file writes for the library (Law 6): JSON with a checksum, folders, locks and hashes.

Documents of a library may be kept elsewhere than on the disk (`ingest.storage.mounts`).
"""

import contextlib
import errno
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
from ingest.storage.mounts import mounted, mounted_document

SCHEMA = 1
# Start of a checksummed file. Then follow 64 hexadecimal digits, `",` and the JSON without its opening brace. The
# digits are the SHA-256 of the JSON with that brace.
_SEAL = b'{"sha256":"'
_SEALED = len(_SEAL) + 64


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of this library.

    Raises LibraryError if it cannot be read, fails its checksum or has an unknown schema.
    """
    return object_in(read_body(path), path)


def read_body(path: Path) -> bytes:
    """Return the JSON of a file of this library; raises LibraryError if it cannot be read or fails its checksum."""
    try:
        return _body(read_bytes(path))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def object_in(body: bytes, path: Path) -> dict[str, Any]:
    """Parse the JSON object of a file; raises LibraryError if it is none or has an unknown schema."""
    try:
        data = json.loads(body)
    except ValueError as error:
        raise _unreadable(path, error) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise LibraryError(f"{path} has schema {found!r}; this version reads schema {SCHEMA}")
    return {key: value for key, value in data.items() if key != "sha256"}


def _unreadable(path: Path, error: Exception) -> LibraryError:
    return LibraryError(
        f"{path} cannot be read: {error}; restore it from a backup, or delete it and ingest its source again"
    )


def read_if_whole(path: Path) -> dict[str, Any] | None:
    """Read a JSON object; None if the file is missing or damaged.

    Raises LibraryError for an unknown schema, so that a newer version's file is not overwritten.
    """
    try:
        json.loads(_body(read_bytes(path)))
    except (FileNotFoundError, ValueError):
        return None
    return read_json(path)


def refuse_damaged(path: Path) -> None:
    """Raise LibraryError if an unreadable file exists, so that its contents are not silently lost."""
    there = mounted_document(path)
    if path.exists() if there is None else there[0].stamps_of([there[1]]):
        raise LibraryError(
            f"{path} is damaged; restore it from a backup, or delete it to continue without its contents"
        )


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a JSON object atomically, starting with the SHA-256 of the rest so that damage is detected."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    write_bytes(path, _SEAL + hashlib.sha256(body).hexdigest().encode() + b'",' + body[1:])


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file; raises FileNotFoundError if there is none."""
    if (there := mounted_document(path)) is None:
        return path.read_bytes()
    data = there[0].read(there[1])
    if data is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return data


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically: temporary name, fsync, rename, fsync of the folder."""
    if (there := mounted_document(path)) is not None:
        there[0].write(there[1], data)
        return
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
    """Make a folder and its missing parents with mode 0700; existing folders keep their mode."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Fsync a folder, so that its names survive a power cut."""
    if mounted(folder) is not None and not folder.is_dir():  # no file is kept there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def lock(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Lock a folder and yield whether this process holds it; the kernel releases it when the process dies.

    With `wait` False, a folder that another process holds yields False at once. Where a database keeps the documents,
    the two kinds do not exclude each other: what is changed under a lock that was waited for is one transaction, and
    the other kind is a lease, which a dead process keeps for a minute (`ingest.library.postgres.leases`).
    """
    if (there := mounted(folder)) is not None:
        with there[0].lock(there[1], wait) as is_held:
            yield is_held
        return
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
    """Return the SHA-256 of a JSON value's canonical form as hexadecimal digits."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=asdict_of)
    return hashlib.sha256(canonical.encode()).hexdigest()


def asdict_of(value: Any) -> dict[str, Any]:
    """Return a dataclass as a dictionary, for JSON."""
    return asdict(value)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits, reading it in blocks; raises OSError if there is none."""
    if (there := mounted_document(path)) is not None:
        found = there[0].sha256(there[1])
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return found
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _body(raw: bytes) -> bytes:
    """Return the JSON of a file's bytes; raises ValueError if it fails its checksum."""
    if not raw.startswith(_SEAL):
        return raw
    body = b"".join((b"{", memoryview(raw)[_SEALED + 2 :]))
    if hashlib.sha256(body).hexdigest().encode() + b'",' != raw[len(_SEAL) : _SEALED + 2]:
        raise ValueError("its checksum does not match")
    return body
