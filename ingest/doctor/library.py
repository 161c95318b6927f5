"""Check every file of the library, repair derived files, and report the damaged ones that are not derived.

Nothing here uses the network. Files that a lock protects are only changed while it is held.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from ingest.doctor.episode import Finding, examine_episode, left_over
from ingest.errors import LibraryError, one_line
from ingest.library.decisions import broken_lines, decision_files, decisions_folder, holding_words
from ingest.library.feed_document import document_path, kept_document
from ingest.library.player import PLAYER_COPY
from ingest.library.records import FEEDBACK, episodes_folder, feeds, has_episode
from ingest.library.removal import removal_of, removals, removed_folder
from ingest.storage.disk_space import RESERVE, free_space, megabytes
from ingest.storage.documents import copied_files, entries, exists, is_folder, matching, remove, subfolders
from ingest.storage.files import lock, read_bytes, read_json

__all__ = ["FEEDBACK", "Finding", "examine_library"]


def examine_library(home: Path) -> Iterator[Finding]:
    """Yield the problems of the library, file by file, repairing what can be made again; lazily.

    Holds the lock of the episodes folder and each episode's lease while it checks them. An episode that another process
    is ingesting is reported and not changed.
    """
    root = home / "library"
    if not is_folder(root):
        yield Finding("library", "is empty; run: playback ingest SOURCE", "note")
        return
    yield from _space_and_access(home)
    yield from _open_to_others(root)
    yield from _copied_files(root)
    for folder in (episodes_folder(home), root / "feeds", removed_folder(home)):
        if is_folder(folder):
            yield from _unknown_files(home, folder)
    yield from _feeds(home)
    for name in subfolders(episodes_folder(home)):
        yield from examine_episode(home, name)
    yield from _player_copies(home)
    for name in subfolders(removed_folder(home)):
        yield from _removed(home, removed_folder(home) / name)
    yield from _decisions(home)
    yield from _feedback(home)


def _player_copies(home: Path) -> Iterator[Finding]:
    """Count the copies that are played instead of recordings in which browsers miss the second."""
    sizes = [path.stat().st_size for path in episodes_folder(home).glob(f"*/{PLAYER_COPY}")]
    if sizes:
        count = f"{len(sizes):,} {'copy' if len(sizes) == 1 else 'copies'}"
        yield Finding("library/episodes", f"{count} of recordings for players, {megabytes(sum(sizes))}", "note")


def _copied_files(root: Path) -> Iterator[Finding]:
    """Count what is left on the disk of a library that a database keeps, because its words outlast a purge."""
    if left := len(copied_files(root)):
        count = f"{left:,} {'document' if left == 1 else 'documents'}"
        problem = f"{count} on the disk, copied into the database and not read any more; delete them: a purge may not"
        yield Finding("library", problem, "note")


def _feeds(home: Path) -> Iterator[Finding]:
    """Check the shows' files one by one; if all are readable, check their fields."""
    is_readable = True
    for path in matching(home / "library" / "feeds", "*.json"):
        try:
            read_json(path)
        except LibraryError as error:
            is_readable = False
            yield Finding(path.relative_to(home).as_posix(), one_line(error), "person")
    if not is_readable:
        return
    with lock(episodes_folder(home)):  # the bytes of a feed are written before its record
        try:
            kept = {document_path(home, feed.show.id) for feed in feeds(home) if kept_document(home, feed) is not None}
        except LibraryError as error:
            yield Finding("library/feeds", one_line(error), "person")
            return
        for path in sorted(set(matching(home / "library" / "feeds", "*.xml")) - kept):
            remove(path)
            problem = "was not the feed as last read; it was deleted, and playback refresh reads it again"
            yield Finding(path.relative_to(home).as_posix(), problem, "repaired")


def _removed(home: Path, folder: Path) -> Iterator[Finding]:
    name = folder.relative_to(home).as_posix()
    with lock(episodes_folder(home)):
        yield from left_over(home, folder)
    try:
        removal = removal_of(home, folder.name)
    except LibraryError as error:
        yield Finding(f"{name}/removed.json", one_line(error), "person")
        return
    if has_episode(home, folder.name):
        yield Finding(name, "its episode is in the library too; delete this folder", "person")
    elif removal is None:
        problem = f"is among removed episodes without a valid note; run: playback remove {folder.name}"
        yield Finding(name, problem, "person")
    elif removal.purged and entries(folder) != ["removed.json"]:
        yield Finding(name, f"its purge was interrupted; run: playback remove {folder.name} --purge", "person")


def _decisions(home: Path) -> Iterator[Finding]:
    """Name lines that cannot be read, and purged episodes of which words are left."""
    folder = decisions_folder(home)
    if not is_folder(folder):
        return
    with lock(folder):
        yield from left_over(home, folder)
    try:
        purged = frozenset(removal.id for removal in removals(home) if removal.purged)
    except LibraryError:
        purged = frozenset()  # the broken note is reported with its folder
    files = decision_files(home)
    for path in files:
        name = path.relative_to(home).as_posix()
        for number in broken_lines(path):
            problem = f"line {number} cannot be read and does not count; restore it from a backup, or delete it"
            yield Finding(name, problem, "person")
        for episode in holding_words(path, purged):
            yield Finding(name, f"holds words of {episode}; run: playback remove {episode} --purge", "person")
    for path in (folder / name for name in entries(folder)):
        if path not in files:
            problem = "is not a file of the library; move it elsewhere"
            yield Finding(path.relative_to(home).as_posix(), problem, "person")


def _feedback(home: Path) -> Iterator[Finding]:
    path = home / FEEDBACK
    if not exists(path):
        return
    for number, line in enumerate(read_bytes(path).splitlines(), 1):
        try:
            json.loads(line)
        except ValueError:
            yield Finding(FEEDBACK, f"line {number} cannot be read; a write was cut off there", "note")


def _space_and_access(home: Path) -> Iterator[Finding]:
    free = free_space(home)
    if free < RESERVE:
        yield Finding("library", f"only {megabytes(free)} are free on its disk; free some space", "person")
    for folder in (home / "library", episodes_folder(home), home / "library" / "feeds"):
        if folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            name = folder.relative_to(home).as_posix()
            yield Finding(name, "is not readable and writable for this user; give it access", "person")


def _open_to_others(root: Path) -> Iterator[Finding]:
    """Make a library private that other users can read: a copy, or one made by an earlier version."""
    if not root.is_dir() or not root.stat().st_mode & 0o077:
        return
    try:
        root.chmod(0o700)
    except OSError as error:
        problem = f"other users can read it, and addresses may hold passwords ({error.strerror}); run: chmod 700 {root}"
        yield Finding("library", problem, "person")
    else:
        problem = "other users could read it, and addresses may hold passwords; it is now private"
        yield Finding("library", problem, "repaired")


def _unknown_files(home: Path, folder: Path) -> Iterator[Finding]:
    """Delete temporary files of interrupted runs from a folder of folders, and report files that do not belong."""
    with lock(episodes_folder(home)):
        yield from left_over(home, folder)
        names = sorted({*entries(folder)} - {*subfolders(folder)})  # an episode that comes in between is no such file
    for path in (folder / name for name in names):
        if not (folder.name == "feeds" and path.suffix in (".json", ".xml")):
            yield Finding(
                path.relative_to(home).as_posix(), "is not a file of the library; move it elsewhere", "person"
            )
