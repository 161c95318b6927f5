"""Back up a data folder (library, feedback and live generation) to one file, and restore it."""

import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import IndexBroken
from index.generations.manifests import current_number_or_zero, index_folder
from index.maintenance.archive import Kept, Writer, held, unpacked, writing
from index.manifest import Manifest
from index.models.compiled_files import folder_of
from index.models.encoders import compiled_problem
from index.store import verified_live
from ingest.errors import LibraryError, SourceError
from ingest.library.decisions import decision_files
from ingest.library.records import FEEDBACK, episode_folder, episode_ids, episodes_folder
from ingest.library.removal import removed_folder
from ingest.storage.disk_space import require_space
from ingest.storage.documents import exists, is_folder, sizes, stamp, subfolders
from ingest.storage.files import lock, read_bytes, read_json, sha256_of, sync_folder
from ingest.storage.mounts import is_mounted

_PARTS = ("library", FEEDBACK, "index")
# Restored files are written to the first folder, which is renamed to the second when all are complete and verified.
_RESTORING, _RESTORED = ".restoring", ".restored"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup or a restore copied; `problems` are lines about what was already damaged or left out."""

    files: int
    episodes: int
    generation: int | None
    problems: tuple[str, ...] = ()


def backup(home: Path, target: Path) -> Copied:
    """Write library, feedback and live generation to one verified file, even while the data folder is in use.

    Copies a consistent snapshot of each episode without locking any. Leaves out a damaged index, because it can be
    rebuilt; copies a damaged file of the library unchanged and names it. Raises SourceError if there is no library or
    the file cannot be written there, LibraryError and OSError from the disk.
    """
    if not episode_ids(home):
        raise SourceError(f"{home} holds no episodes; there is nothing to back up")
    problems: list[str] = []
    generation = None
    require_space(target.parent, _bytes_of(home), f"a backup of {home}")
    with writing(target) as writer:
        # Feeds first: if a feed listed an episode as seen that is not in the backup, it would never be ingested again.
        _add(writer, home / "library" / "feeds", home)
        for folder in _episodes(home):
            _add(writer, folder, home)
        for lines in (home / FEEDBACK, *decision_files(home)):
            if exists(lines):
                writer.add(_whole_lines(lines, home))
        try:
            generation = _add_index(writer, home)
        except IndexBroken as error:
            problems.append(f"the index was left out: {error}")
    for name in writer.checksums:
        if name.startswith("library/") and name.endswith(".json") and exists(home / name):
            problems += _damage_in(home / name)
    return Copied(len(writer.checksums), _count(writer.checksums), generation, tuple(problems))


def restore(source: Path, home: Path) -> Copied:
    """Restore a backup into an empty data folder, putting files in place only after all of it was verified.

    If it is killed at any point, it can be run again; a folder that already holds the backup's files counts as
    restored. Raises SourceError if the folder holds anything else, or if the file is not a complete backup;
    LibraryError and OSError from the disk.
    """
    if is_mounted(home):
        raise SourceError(
            "PLAYBACK_STORE keeps the library, and a backup is restored into a folder: run playback --home FOLDER "
            f"restore {source} without it, then playback store copy FOLDER ADDRESS"
        )
    home.mkdir(parents=True, exist_ok=True)
    with lock(home):
        if (home / _RESTORED).is_dir():  # an earlier restore was killed at its very end
            _move_into_place(home)
        there = next((home / name for name in _PARTS if _holds_files(home / name)), None)
        if there is not None:
            return _restored_before(source, home, there)
        staged = home / _RESTORING
        shutil.rmtree(staged, ignore_errors=True)
        try:
            found = unpacked(source, staged)
            strangers = [name for name in found if name.split("/")[0] not in _PARTS]
            if strangers or not _count(found):
                raise SourceError(f"{source}: is not a backup of Playback")
            problems, generation = _usable_index(staged)
            for folder in (staged, *(path for path in staged.rglob("*") if path.is_dir())):
                sync_folder(folder)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        staged.rename(home / _RESTORED)
        sync_folder(home)
        _move_into_place(home)
        return Copied(len(found), _count(found), generation, problems)


def end_restore(home: Path) -> bool:
    """Complete a restore that was killed after verification, and remove the remains of one killed earlier.

    Returns whether there was anything to do; does not touch a restore that is running.
    """
    if not any((home / name).is_dir() for name in (_RESTORING, _RESTORED)):
        return False
    with lock(home, wait=False) as held_now:
        if not held_now:
            return False
        shutil.rmtree(home / _RESTORING, ignore_errors=True)
        if (home / _RESTORED).is_dir():
            _move_into_place(home)
        return True


def _episodes(home: Path) -> Iterator[Path]:
    """Yield every episode's folder once, including removed episodes and those added or moved meanwhile."""
    done: set[str] = set()
    while True:
        folders = [root / name for root in (episodes_folder(home), removed_folder(home)) for name in subfolders(root)]
        fresh = [path for path in folders if path.name not in done]
        if not fresh:
            return
        for path in fresh:
            if is_folder(path):
                done.add(path.name)
                yield path


def _add(writer: Writer, folder: Path, home: Path) -> None:
    try:
        with held(folder, home) as files:
            for kept in files:
                writer.add(kept)
    except FileNotFoundError:
        if is_folder(folder):
            raise
        # The episode was removed or restored a moment ago: add it from its new place.
        for place in (removed_folder(home) / folder.name, episode_folder(home, folder.name)):
            if place != folder and is_folder(place):
                _add(writer, place, home)
                return


def _add_index(writer: Writer, home: Path) -> int | None:
    """Add the live generation and the file that names it; raises IndexBroken if it is damaged."""
    while (manifest := verified_live(home)) is not None:
        try:
            with held(index_folder(home) / str(manifest.generation), home) as files:
                for kept in files:
                    writer.add(kept)
        except FileNotFoundError:
            continue  # newer generations were published and this one was removed
        _add_encoder(writer, home, manifest)
        checksum = writer.checksums[f"index/{manifest.generation}/manifest.json"]
        pointer = f"{manifest.generation} {checksum}\n".encode()
        writer.add(Kept("index/current", io.BytesIO(pointer), len(pointer), files[0].written))
        return manifest.generation
    return None


def _add_encoder(writer: Writer, home: Path, manifest: Manifest) -> None:
    """Add the compiled encoder that the generation's vectors are from; a damaged one is left to doctor."""
    folder = folder_of(home, manifest.weights)
    if folder.is_dir() and compiled_problem(home, manifest.weights) is None:
        with held(folder, home) as files:
            for kept in files:
                writer.add(kept)


def _whole_lines(path: Path, home: Path) -> Kept:
    """Return the complete lines of a file that only grows, because the last one may be half written."""
    data, written = read_bytes(path), stamp(path)
    data = data[: data.rfind(b"\n") + 1]
    changed = 0.0 if written is None else written.changed / 1e9
    return Kept(path.relative_to(home).as_posix(), io.BytesIO(data), len(data), changed)


def _damage_in(path: Path) -> list[str]:
    try:
        read_json(path)
    except LibraryError as error:
        return [f"{error}; it was backed up unchanged"] if exists(path) else []
    return []


def _count(names: dict[str, str]) -> int:
    return sum(name.startswith("library/episodes/") and name.endswith("/episode.json") for name in names)


def _bytes_of(home: Path) -> int:
    """Return the maximum size of a backup in bytes: recordings do not compress, and text is the smaller part."""
    live = _index_bytes(home) + sum(sizes(home / "library").values())
    return live + sum(path.stat().st_size for path in (home / "library").rglob("*") if path.is_file())


def _index_bytes(home: Path) -> int:
    """Return the size of the live generation in bytes, 0 if it is missing or damaged."""
    try:
        manifest = verified_live(home)
    except IndexBroken:
        return 0
    if manifest is None:
        return 0
    folders = (index_folder(home) / str(manifest.generation), folder_of(home, manifest.weights))
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def _holds_files(path: Path) -> bool:
    return path.is_file() or path.is_symlink() or any(not found.is_dir() for found in path.rglob("*"))


def _restored_before(source: Path, home: Path, there: Path) -> Copied:
    """Return the result of an earlier restore that was killed at its end; raises SourceError if the files differ.

    Compares only library and feedback, because the index may have been left out or rebuilt.
    """
    found = unpacked(source)
    kept = {name: checksum for name, checksum in found.items() if name.split("/")[0] != "index"}
    paths = [path for path in ((home / FEEDBACK), *(home / "library").rglob("*")) if path.is_file()]
    if {path.relative_to(home).as_posix(): sha256_of(path) for path in paths} != kept:
        raise SourceError(f"{there} already exists; restore into an empty folder (--home DIR)")
    return Copied(len(found), _count(found), current_number_or_zero(home) or None)


def _usable_index(staged: Path) -> tuple[tuple[str, ...], int | None]:
    """Remove a restored index that this version cannot read; it can be rebuilt. Returns (problems, generation)."""
    try:
        manifest = verified_live(staged)
    except IndexBroken as error:
        shutil.rmtree(index_folder(staged))
        return (f"the index was left out: {error}",), None
    if manifest is None:
        return (), None
    index_folder(staged).chmod(0o700)
    return (), manifest.generation


def _move_into_place(home: Path) -> None:
    """Move the verified files into place, the library first, so that there is never an index without it."""
    staged = home / _RESTORED
    for name in _PARTS:
        if (staged / name).exists():
            _without_empty_folders(home / name)
            (staged / name).rename(home / name)
            sync_folder(home)
    staged.rmdir()
    sync_folder(home)


def _without_empty_folders(path: Path) -> None:
    """Remove folders that a lock created; if one holds a file by now, rmdir raises OSError."""
    if path.is_dir():
        for folder, _, _ in os.walk(path, topdown=False):
            Path(folder).rmdir()
