"""The one door to the documents of a library: what a file system does for them, wherever they are kept."""

import os
import shutil
from contextlib import AbstractContextManager, nullcontext, suppress
from fnmatch import fnmatchcase
from pathlib import Path

from ingest.storage.files import make_folder, sync_folder
from ingest.storage.mounts import Copy, Stamp, is_document, mounted, mounted_document

# What cannot be looked at is passed over in a list, as glob does.
_UNSEEN = (FileNotFoundError, NotADirectoryError, PermissionError)


def exists(path: Path) -> bool:
    """Return whether there is a document."""
    if (there := mounted_document(path)) is not None:
        return there[0].stamp(there[1]) is not None
    return path.exists()


def stamp(path: Path) -> Stamp | None:
    """Return what changes whenever a document does, None if there is none."""
    if (there := mounted_document(path)) is not None:
        return there[0].stamp(there[1])
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
    """Move a folder with its documents and files; the documents move in one step, so that readers see all or none."""
    if (there := mounted(folder)) is not None:
        aim = mounted(target)
        assert aim is not None
        there[0].move_folder(there[1], aim[1])
        _move_files(folder, target)
        return
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(target.parent.parent)
    folder.rename(target)
    sync_folder(target.parent)
    sync_folder(folder.parent)


def remove_folder(folder: Path) -> None:
    """Delete a folder with its documents and files, if there is one."""
    if (there := mounted(folder)) is not None:
        there[0].remove_folder(there[1])
    if folder.is_dir():
        shutil.rmtree(folder)
        sync_folder(folder.parent)


def empty_folder(folder: Path, keep: str) -> None:
    """Delete all that is in a folder but for one document; also what lies on the disk of a library that was copied."""
    is_elsewhere = mounted(folder) is not None
    inner = subfolders(folder)
    for name in entries(folder):
        if name in inner:
            remove_folder(folder / name)
        elif name != keep:
            remove(folder / name)
        if is_elsewhere and not (folder / name).is_dir():
            (folder / name).unlink(missing_ok=True)
    sync_folder(folder)


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
