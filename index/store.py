"""Generations on disk (Law 7): immutable folders, published by replacing one small file (see index.generations)."""

import json
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from index.errors import IndexBroken, IndexMissing
from index.generation import Generation
from index.generations.files import open_files
from index.generations.manifests import (
    REBUILD,
    VECTOR_SCHEMAS,
    current_number,
    current_number_or_zero,
    encoded_folder,
    index_folder,
    manifest_of,
    numbers,
    point_to,
    read_live,
)
from index.generations.published import mounted_index
from index.manifest import Manifest
from index.models.encoder import Encoder
from index.segments.files import BASIS, DATABASE, EPISODES, read_episodes
from ingest.storage.files import lock, sha256_of, sync_folder, write_bytes

logger = logging.getLogger(__name__)

KEPT_GENERATIONS = 3
# Device, inode, size and modification time (ns) of a file, which change with its content.
_Identity = tuple[int, int, int, int]
# A file written this recently may be written again with the same time, which some disks keep in steps of 2 s.
_FRESH = 2 * 10**9
# The checksums of files that this process has read, so that a server verifies only what a new generation adds.
_read_before: dict[_Identity, str] = {}


def open_generation(home: Path) -> Generation:
    """Open the live generation, of files after verifying their checksums, or of what is mounted instead of them.

    Raises IndexMissing if nothing was published, IndexBroken if a file differs from what was published. If another
    generation is published meanwhile, opens that one.
    """
    mounted = mounted_index(home)
    generation = mounted.generation() if mounted is not None else _opened_files(home)
    if generation is None:
        raise IndexMissing(f"{home} holds no index yet; run: playback ingest SOURCE")
    return generation


def _opened_files(home: Path) -> Generation | None:
    return read_live(home, lambda number, expected: _opened(home, verified(home, number, expected, _read_before)))


def verified(
    home: Path, number: int, expected: str | None = None, read_before: dict[_Identity, str] | None = None
) -> Manifest:
    """Return a generation's manifest after checking that exactly its files exist and match their checksums.

    Parses no file but the manifest. `expected` is the SHA-256 of the manifest itself, if known. A file in `read_before`
    is not read again; others are added to it. Raises IndexBroken.
    """
    folder = index_folder(home) / str(number)
    manifest = manifest_of(home, number, expected)
    unlisted = sorted(_files(folder) - manifest.files.keys() - {"manifest.json"})
    if unlisted:
        raise IndexBroken(f"{folder / unlisted[0]} does not belong to this generation; {REBUILD}")
    for name, checksum in manifest.files.items():
        check_file(folder / name, checksum, read_before)
    return manifest


def files_of_segment(manifest: Manifest, name: str) -> dict[str, tuple[str, int]]:
    """Return the SHA-256 and size of each file of a segment, by its name relative to the generation's folder."""
    mine = [file for file in manifest.files if file.startswith(f"{name}/")]
    return {file: (manifest.files[file], manifest.sizes[file]) for file in mine}


def check_segment(folder: Path, files: Mapping[str, tuple[str, int]], whole: bool) -> None:
    """Raise IndexBroken unless a segment's files have these sizes, and `episodes.json` has its checksum.

    With `whole`, the checksums of all files are checked.
    """
    for name, (checksum, size) in files.items():
        path = folder.parent / name
        if whole or path.name == EPISODES:
            check_file(path, checksum)
        elif not path.is_file() or path.stat().st_size != size:
            raise IndexBroken(f"{path} has changed since it was published; {REBUILD}")


def link_segment(folder: Path, working: Path, files: Mapping[str, tuple[str, int]]) -> None:
    """Give the files of a segment another name in a generation that is being built; copies them where links fail."""
    (working / folder.name).mkdir()
    for name, (checksum, _) in files.items():
        try:
            os.link(folder.parent / name, working / name)
        except OSError as error:
            logger.info("%s is copied: %s", folder.parent / name, error)
            shutil.copy2(folder.parent / name, working / name)
            check_file(working / name, checksum)
            _sync(working / name)


def verified_live(home: Path) -> Manifest | None:
    """Return the manifest of the live generation, verified as `verified` does; None if nothing was published."""
    return read_live(home, lambda number, expected: verified(home, number, expected))


def known_databases(home: Path, encoder: Encoder, episode_ids: Collection[str]) -> Iterator[Path]:
    """Yield verified databases that hold earlier versions of these episodes, with vectors of this encoder.

    The newest for each episode. Other files of their segments may be damaged: vectors are too expensive to discard with
    them.
    """
    wanted = set(episode_ids)
    seen: set[str] = set()
    live = current_number_or_zero(home)
    for number in dict.fromkeys((live, *reversed(numbers(home)))):
        try:
            manifest = manifest_of(home, number, schemas=VECTOR_SCHEMAS)
        except IndexBroken as error:
            logger.info("no vectors are reused from generation %d: %s", number, error)
            continue
        if (manifest.weights, manifest.form) != (encoder.weights, encoder.form):
            continue
        for entry in manifest.segments:
            folder = index_folder(home) / str(number) / entry.name
            listed = manifest.files[f"{entry.name}/{EPISODES}"]
            if listed in seen:
                continue  # generations share their segments
            try:
                check_file(folder / EPISODES, listed)
                mine = wanted & {one.id for one in read_episodes(folder)}
                for name in (BASIS, DATABASE) if mine else ():
                    check_file(folder / name, manifest.files[f"{entry.name}/{name}"])
            except IndexBroken as error:
                logger.info("no vectors are reused from %s: %s", folder, error)
                continue
            seen.add(listed)
            if not mine:
                continue
            wanted -= mine
            yield folder / DATABASE


def next_folder(home: Path) -> tuple[int, Path]:
    """Return the number and the hidden working folder of the next generation; first cleans up interrupted builds."""
    root = index_folder(home)
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    remove_left_over(home)
    number = max([*numbers(home), current_number_or_zero(home)]) + 1
    working = root / f".building-{number}"
    working.mkdir()
    return number, working


def remove_left_over(home: Path) -> list[Path]:
    """Remove the remains of interrupted builds and return their paths; the caller must hold the index folder's lock.

    A generation above the live one was never published: its build was interrupted before the last rename.
    """
    root = index_folder(home)
    live = current_number_or_zero(home)
    unpublished = [root / str(number) for number in numbers(home) if 0 < live < number]
    left = [*root.glob(".building-*"), *root.glob(".*.part"), *unpublished]
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return left


def publish(home: Path, working: Path, manifest: Manifest) -> Manifest:
    """Write the manifest last, rename the folder to its number and make it live; keeps the last three generations.

    Reads only files that the manifest does not list yet; returns it with all of them.
    """
    files, sizes = dict(manifest.files), dict(manifest.sizes)
    for path in sorted(path for path in working.rglob("*") if path.is_file()):
        name = path.relative_to(working).as_posix()
        if name not in files:
            _sync(path)
            files[name], sizes[name] = sha256_of(path), path.stat().st_size
    whole = replace(manifest, files=files, sizes=sizes)
    write_bytes(working / "manifest.json", json.dumps(asdict(whole), indent=1).encode())
    root = index_folder(home)
    for path in working.rglob("*"):
        if path.is_dir():
            sync_folder(path)
    working.rename(root / str(manifest.generation))
    sync_folder(root)
    point_to(home, manifest.generation)
    for old in numbers(home)[:-KEPT_GENERATIONS]:
        _remove(root / str(old))
    _remove(encoded_folder(home))
    return whole


def remove_others(home: Path) -> None:
    """Remove every generation except the live one, and the remains of interrupted builds.

    The caller must hold the index folder's lock. Raises OSError if something cannot be removed.
    """
    live = current_number(home)
    remove_left_over(home)
    others = [index_folder(home) / str(number) for number in numbers(home) if number != live]
    for path in (*others, encoded_folder(home)):
        if path.exists():
            shutil.rmtree(path)


def drop_index(home: Path) -> None:
    """Remove the pointer to the live generation, then every generation; takes the lock of the index folder.

    Also those of what is mounted. Raises OSError if something cannot be removed, StoreError from the database.
    """
    mounted = mounted_index(home)
    if mounted is not None:
        mounted.drop()
    with lock(index_folder(home)):
        (index_folder(home) / "current").unlink(missing_ok=True)
        sync_folder(index_folder(home))
        remove_left_over(home)
        for path in (*(index_folder(home) / str(number) for number in numbers(home)), encoded_folder(home)):
            if path.exists():
                shutil.rmtree(path)


def _opened(home: Path, manifest: Manifest) -> Generation:
    folder = index_folder(home) / str(manifest.generation)
    try:
        return open_files(folder, manifest)
    except (sqlite3.DatabaseError, TypeError) as error:
        raise IndexBroken(f"{folder / 'passages.sqlite'} cannot be read: {error}; {REBUILD}") from error


def _files(folder: Path) -> set[str]:
    """Return the relative names of everything in a generation except folders."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in found}


def check_file(path: Path, checksum: str, read_before: dict[_Identity, str] | None = None) -> None:
    """Raise IndexBroken unless a file has this checksum; reads no file whose checksum is in `read_before`."""
    try:
        file = path.stat()
        identity = (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns)
        actual = None if read_before is None else read_before.get(identity)
        if actual is None:
            actual = sha256_of(path)
    except OSError as error:
        raise IndexBroken(f"{path} cannot be read: {error.strerror}; {REBUILD}") from error
    if actual != checksum:
        raise IndexBroken(f"{path} has changed since it was published; {REBUILD}")
    if read_before is not None and time.time_ns() - file.st_mtime_ns > _FRESH:
        read_before[identity] = actual


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove(folder: Path) -> None:
    """Remove a folder that is not needed any more; if that fails, the next publication tries again."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        logger.warning("%s: not needed any more, but could not be removed: %s", folder, error)
