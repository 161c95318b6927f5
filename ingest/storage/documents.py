"""The one door to the documents of a library: what a file system does for them, wherever they are kept."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType

from ingest.storage.files import make_folder, sync_folder
from ingest.storage.mounts import Copy, Stamp, is_document, mounted, mounted_document

# What `looking_once` saw.
_seen: ContextVar[Mapping[Path, Stamp | None]] = ContextVar("seen", default=MappingProxyType({}))
# What cannot be looked at is passed over in a list, as glob does.
_UNSEEN = (FileNotFoundError, NotADirectoryError, PermissionError)


def exists(path: Path) -> bool:
    """Return whether there is a document."""
    return path.exists() if mounted_document(path) is None else stamp(path) is not None


def stamp(path: Path) -> Stamp | None:
    """Return what changes whenever a document does, None if there is none."""
    return stamps_of([path]).get(path)


@contextmanager
def looking_once(paths: Sequence[Path]) -> Iterator[None]:
    """Look at these documents of one library now; until the end `stamps_of` takes them to be as they are.

    So a request that reads many of them asks a database once, and sees all of them at one moment.
    """
    found = _look(paths)
    token = _seen.set({**_seen.get(), **{path: found.get(path) for path in paths}})
    try:
        yield
    finally:
        _seen.reset(token)


def stamps_of(paths: Sequence[Path]) -> dict[Path, Stamp]:
    """Return the stamps of those of these documents of one library that there are; a database is asked once."""
    seen = _seen.get()
    rest = [path for path in paths if path not in seen]
    found = _look(rest) if rest else {}
    return {path: one for path in paths if (one := seen.get(path) or found.get(path)) is not None}


def _look(paths: Sequence[Path]) -> dict[Path, Stamp]:
    places = {path: mounted_document(path) for path in paths}
    there = next((place for place in places.values() if place is not None), None)
    kept = {} if there is None else there[0].stamps_of([place[1] for place in places.values() if place is not None])
    found = {path: kept.get(place[1]) if place is not None else _stamp_of_file(path) for path, place in places.items()}
    return {path: one for path, one in found.items() if one is not None}


def _stamp_of_file(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def stamps(folder: Path, last: str) -> dict[str, Stamp]:
    """Return the stamps of the documents called `last` in the subfolders of a folder, by subfolder."""
    if (there := mounted(folder)) is not None:
        return there[0].stamps(there[1], last)
    found = {}
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a path for each of many episodes takes longer than the rest
    except _UNSEEN:
        return {}
    for name in names:
        with suppress(*_UNSEEN):
            file = os.stat(f"{folder}/{name}/{last}")  # noqa: PTH116
            found[name] = Stamp(file.st_size, file.st_mtime_ns, file.st_ino)
    return found


def holding(folder: Path, last: str) -> list[str]:
    """Return the sorted names of the subfolders of a folder that hold a document called `last`."""
    return sorted(stamps(folder, last))


def matching(folder: Path, pattern: str) -> list[Path]:
    """Return the documents in a folder whose names match a pattern such as *.json, sorted."""
    if (there := mounted(folder)) is None:
        return sorted(folder.glob(pattern))
    return sorted(folder / name for name in there[0].entries(there[1]) if fnmatchcase(name, pattern))


def entries(folder: Path) -> list[str]:
    """Return the sorted names of all that is in a folder: documents, recordings, temporary files, subfolders."""
    on_disk = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    there = mounted(folder)
    kept = set() if there is None else {name.rstrip("/") for name in there[0].entries(there[1])}
    return sorted(on_disk | kept)


def subfolders(folder: Path) -> list[str]:
    """Return the sorted names of the folders in a folder."""
    found = set()
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as listed:
        found = {entry.name for entry in listed if entry.is_dir()}
    if (there := mounted(folder)) is not None:
        found |= {name[:-1] for name in there[0].entries(there[1]) if name.endswith("/")}
    return sorted(found)


def is_folder(path: Path) -> bool:
    """Return whether there is a folder: on the disk, or with documents."""
    there = mounted(path)
    return path.is_dir() or (there is not None and bool(there[0].entries(there[1])))


def touch(path: Path, changed: int | None = None) -> None:
    """Set when a document changed, in ns since 1970; without `changed`, now."""
    if (there := mounted_document(path)) is not None:
        there[0].touch(there[1], changed)
    elif changed is None:
        os.utime(path)
    else:
        os.utime(path, ns=(changed, changed))


def remove(path: Path) -> None:
    """Delete a document or another file of the library; nothing happens if there is none."""
    if (there := mounted_document(path)) is not None:
        there[0].remove(there[1])
    else:
        path.unlink(missing_ok=True)


def append_line(path: Path, line: bytes, most: int) -> bool:
    """Append a line, which ends with a line feed, and fsync it; return False if the file would exceed `most` bytes.

    After a write that was cut off the line still begins anew.
    """
    if (there := mounted_document(path)) is not None:
        return there[0].append(there[1], line, most)
    make_folder(path.parent)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        if size + len(line) > most:
            return False
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)
    return True


def move_folder(folder: Path, target: Path) -> None:
    """Move a folder with its documents and files; the documents move in one step, so that readers see all or none.

    Where a database keeps the documents, the files move when that is committed.
    """
    if (there := mounted(folder)) is not None:
        aim = mounted(target)
        assert aim is not None
        there[0].move_folder(there[1], aim[1])
        there[0].when_stored(lambda: _move_files(folder, target))
        return
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(target.parent.parent)
    folder.rename(target)
    sync_folder(target.parent)
    sync_folder(folder.parent)


def remove_folder(folder: Path) -> None:
    """Delete a folder with its documents and files, if there is one; the files when a database has committed it."""
    if (there := mounted(folder)) is None:
        _remove_files(folder)
        return
    there[0].remove_folder(there[1])
    there[0].when_stored(lambda: _remove_files(folder))


def empty_folder(folder: Path, keep: str) -> None:
    """Delete all that is in a folder but for one document; also what lies on the disk of a library that was copied.

    Where a database keeps the documents, the files go when that is committed.
    """
    if (there := mounted(folder)) is None:
        _empty(folder, keep)
        return
    for name in there[0].entries(there[1]):
        if name.endswith("/"):
            there[0].remove_folder(f"{there[1]}/{name[:-1]}")
        elif name != keep:
            there[0].remove(f"{there[1]}/{name}")
    there[0].when_stored(lambda: _empty(folder, None))


def copied_files(folder: Path) -> list[Path]:
    """Return the documents on the disk below a folder whose documents are kept elsewhere: nobody reads them."""
    if mounted(folder) is None:
        return []
    return [path for path in folder.rglob("*") if is_document(path) and path.is_file()]


def tree(folder: Path) -> list[Path]:
    """Return every document below a folder, sorted; on the disk without recordings and temporary files."""
    there = mounted(folder)
    if there is not None:
        return [folder / name[len(there[1]) + 1 :] for name in sorted(there[0].sizes(there[1]))]
    found = (path for path in folder.rglob("*") if is_document(path) and path.is_file())
    return sorted(found, key=lambda path: path.as_posix())


def copies(folder: Path) -> list[Copy]:
    """Return the documents below a folder that are kept elsewhere than on the disk, as they are at one moment."""
    there = mounted(folder)
    return [] if there is None else there[0].copies(there[1])


def sizes(folder: Path) -> dict[str, int]:
    """Return the sizes in bytes of the documents below a folder that are kept elsewhere, by name."""
    there = mounted(folder)
    return {} if there is None else there[0].sizes(there[1])


def together(folder: Path) -> AbstractContextManager[None]:
    """Store by one commit what this thread changes meanwhile, where a database keeps the documents.

    On the disk, each document is stored by itself.
    """
    there = mounted(folder)
    return nullcontext() if there is None else there[0].together()


def _empty(folder: Path, keep: str | None) -> None:
    """Delete all that is on the disk in a folder but for one file."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != keep:
            path.unlink(missing_ok=True)
    sync_folder(folder)


def _remove_files(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
        sync_folder(folder.parent)


def _move_files(folder: Path, target: Path) -> None:
    """Move what is on the disk of a folder whose documents are not; completes a move that was interrupted."""
    if not folder.is_dir():
        return
    make_folder(target)
    for path in folder.iterdir():
        path.replace(target / path.name)
    sync_folder(target)
    folder.rmdir()
    sync_folder(folder.parent)
