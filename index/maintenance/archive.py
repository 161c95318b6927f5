"""An archive of many files with a checksum of each, written atomically and verified before use.

A gzipped tar file. Its last member lists the SHA-256 of all others, so truncation anywhere is detected.
"""

import errno
import fcntl
import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ingest.errors import LibraryError, SourceError
from ingest.storage.disk_space import require_space
from ingest.storage.documents import copies, is_folder
from ingest.storage.files import make_folder, sync_folder

SCHEMA = 1
CHECKSUMS = "checksums.json"
# Recordings do not compress further, and level 1 gives most of the compression of text.
_LEVEL = 1
_BLOCK = 2**20
_MOST_CHECKSUMS = 64 * 2**20
_LONGEST_NAME = 1_000
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A file to archive: its name in the archive, its open file, its size in bytes and its modification time."""

    name: str
    file: IO[bytes]
    size: int
    written: float


@contextmanager
def held(folder: Path, root: Path) -> Iterator[list[Kept]]:
    """Open a consistent snapshot of every file of a folder, named relative to `root`; needs no lease.

    Files of a library are replaced and never written in place, so an open file does not change. If no file was replaced
    between opening the last one and checking them all again, they form a snapshot. Temporary files are left out. Raises
    LibraryError if the folder keeps changing, FileNotFoundError if it disappears.
    """
    for _ in range(_TRIES):
        if not is_folder(folder):
            raise FileNotFoundError(errno.ENOENT, "no such folder", str(folder))
        with ExitStack() as opened:
            try:
                files = {path: opened.enter_context(path.open("rb")) for path in _files(folder)}
                documents = copies(folder)
                now = {path: path.stat() for path in _files(folder)}
            except FileNotFoundError:
                continue
            facts = {path: os.fstat(file.fileno()) for path, file in files.items()}
            if {path: fact.st_ino for path, fact in facts.items()} == {path: fact.st_ino for path, fact in now.items()}:
                kept = [
                    Kept(path.relative_to(root).as_posix(), file, facts[path].st_size, facts[path].st_mtime)
                    for path, file in files.items()
                ]
                kept += [Kept(one.name, io.BytesIO(one.data), len(one.data), one.changed / 1e9) for one in documents]
                yield kept
                return
    raise LibraryError(f"{folder} keeps changing; run the same command again later")


class Writer:
    """An archive being written: add files one after the other, each with its checksum."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.checksums: dict[str, str] = {}

    def add(self, kept: Kept) -> None:
        """Add a file."""
        reader = _Hashing(kept.file)
        self._tar.addfile(_header(kept.name, kept.size, kept.written), reader)
        self.checksums[kept.name] = reader.hash.hexdigest()

    def finish(self) -> None:
        """Add the list of checksums, without which the archive counts as incomplete."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        data = json.dumps({"schema": SCHEMA, "made": made, "files": self.checksums}).encode()
        self._tar.addfile(_header(CHECKSUMS, len(data), 0.0), io.BytesIO(data))


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Write an archive under a temporary name, verify it, then rename it to `target`.

    Raises SourceError if `target` cannot be a file or another process is writing it; OSError from the disk.
    """
    if target.exists() and not target.is_file():
        raise SourceError(f"{target} exists and is not a file; name another file")
    if not target.parent.is_dir():
        raise SourceError(f"{target.parent} is not a folder; create it, or name another file")
    # A fixed name per target, so that the next run overwrites what a killed run left.
    temporary = target.with_name(f".{target.name}.part")
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SourceError(f"{target} is being written by another process") from None
        try:
            file.truncate()
            with (
                gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
            ):
                writer = Writer(tar)
                yield writer
                writer.finish()
            file.flush()
            os.fsync(file.fileno())
            if unpacked(temporary) != writer.checksums:
                raise LibraryError(f"{target}: the written file does not match its checksums; check the disk")
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    sync_folder(target.parent)


def unpacked(source: Path, folder: Path | None = None) -> dict[str, str]:
    """Verify an archive and return the checksums of its files; with `folder`, also write the files there.

    Raises SourceError for names that lead out of the folder, for anything but regular files, for a truncated archive,
    and if the files differ from its list; the content of `folder` is then unusable.
    """
    if not source.is_file():
        raise SourceError(f"{source} is not a file; name one that playback backup wrote")
    found: dict[str, str] = {}
    listed: dict[str, str] | None = None
    try:
        with gzip.open(source) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                for member in tar:
                    name = _safe_name(member, source)
                    file = tar.extractfile(member)
                    if file is None or name in found or listed is not None:
                        raise SourceError(f"{source}: {name!r} must not be there; this is not a backup of Playback")
                    if name == CHECKSUMS:
                        listed = _read_checksums(file, source)
                    else:
                        found[name] = _read_member(member, file, None if folder is None else folder / name)
            # Read to the end, so that gzip verifies its own checksum, which also covers names and modification times.
            while packed.read(_BLOCK):
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, UnicodeError) as error:
        raise SourceError(f"{source}: is damaged, truncated or not a backup: {error or 'it ends too early'}") from error
    if listed is None:
        raise SourceError(f"{source}: is truncated; its list of checksums is missing")
    wrong = sorted(name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name))
    if wrong:
        raise SourceError(f"{source}: {wrong[0]} does not match its checksum; use another backup")
    return found


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder except temporary ones, sorted so that an archive's order is always the same."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if ".part" not in path.suffixes)


def _header(name: str, size: int, written: float) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mtime, header.mode = size, written, 0o600
    return header


def _safe_name(member: tarfile.TarInfo, source: Path) -> str:
    name = member.name
    parts = name.split("/")
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise SourceError(f"{source}: {name!r} is not a regular file; this is not a backup of Playback")
    if len(name) > _LONGEST_NAME or not name.isprintable() or "\\" in name or {"", ".", ".."} & set(parts):
        raise SourceError(f"{source}: the name {name[:80]!r} is not allowed; this is not a backup of Playback")
    return name


def _read_checksums(file: IO[bytes], source: Path) -> dict[str, str]:
    try:
        data = json.loads(file.read(_MOST_CHECKSUMS))
        if data["schema"] != SCHEMA:
            raise SourceError(f"{source}: has schema {data['schema']!r}; this version reads schema {SCHEMA}")
        return dict(data["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{source}: its list of checksums cannot be read") from error


def _read_member(member: tarfile.TarInfo, file: IO[bytes], target: Path | None) -> str:
    """Return a file's SHA-256; if there is a target, also write the file there and fsync it."""
    reader = _Hashing(file)
    if target is None:
        while reader.read(_BLOCK):
            pass
        return reader.hash.hexdigest()
    make_folder(target.parent)
    require_space(target.parent, member.size, f"restoring {member.name}")
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        while block := reader.read(_BLOCK):
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    os.utime(target, (member.mtime, member.mtime))
    return reader.hash.hexdigest()


class _Hashing(io.RawIOBase):
    """A file wrapper that hashes the bytes read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.hash.update(data)
        return data
