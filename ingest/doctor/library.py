"""Check every file of the library, repair what is derived from others, and name what is not.

Nothing here asks the network. What a lease or the list of episodes protects is only touched while that is held.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from ingest.doctor.episode import Finding, examine_episode, left_over
from ingest.errors import LibraryError, one_line
from ingest.library.records import FEEDBACK, episodes_folder, feeds
from ingest.library.removal import removal_of, removed_folder
from ingest.storage.disk_space import RESERVE, free_space, megabytes
from ingest.storage.files import lock, read_json

__all__ = ["FEEDBACK", "Finding", "examine_library"]


def examine_library(home: Path) -> Iterator[Finding]:
    """Yield what is wrong in the library, file by file, repairing what can be made again; lazily.

    Takes the list of episodes and each episode's lease for as long as it looks at them; an episode that another process
    is ingesting is named and left alone.
    """
    root = home / "library"
    if not root.is_dir():
        yield Finding("library", "holds nothing yet; run: playback ingest SOURCE", "note")
        return
    yield from _room(home)
    yield from _open_to_others(root)
    for folder in (episodes_folder(home), root / "feeds", removed_folder(home)):
        if folder.is_dir():
            yield from _strangers(home, folder)
    yield from _feeds(home)
    if episodes_folder(home).is_dir():
        for path in sorted(episodes_folder(home).iterdir()):
            if path.is_dir():
                yield from examine_episode(home, path.name)
    for path in sorted(removed_folder(home).iterdir()) if removed_folder(home).is_dir() else []:
        if path.is_dir():
            yield from _removed(home, path)
    yield from _feedback(home)


def _feeds(home: Path) -> Iterator[Finding]:
    """Check the shows' files one by one, then their fields all together."""
    whole = True
    for path in sorted((home / "library" / "feeds").glob("*.json")):
        try:
            read_json(path)
        except LibraryError as error:
            whole = False
            yield Finding(path.relative_to(home).as_posix(), one_line(error), "person")
    if whole:
        try:
            feeds(home)
        except LibraryError as error:
            yield Finding("library/feeds", one_line(error), "person")


def _removed(home: Path, folder: Path) -> Iterator[Finding]:
    name = folder.relative_to(home).as_posix()
    with lock(episodes_folder(home)):
        yield from left_over(home, folder)
    try:
        removal = removal_of(home, folder.name)
    except LibraryError as error:
        yield Finding(f"{name}/removed.json", one_line(error), "person")
        return
    if removal is None:
        problem = f"lies among removed episodes and is not noted as one; run: playback remove {folder.name}"
        yield Finding(name, problem, "person")
    elif removal.purged and [path.name for path in folder.iterdir()] != ["removed.json"]:
        yield Finding(name, f"its purge did not end; run: playback remove {folder.name} --purge", "person")


def _feedback(home: Path) -> Iterator[Finding]:
    path = home / FEEDBACK
    if not path.exists():
        return
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            json.loads(line)
        except ValueError:
            yield Finding(FEEDBACK, f"line {number} cannot be read; a write was cut off there", "note")


def _room(home: Path) -> Iterator[Finding]:
    free = free_space(home)
    if free < RESERVE:
        yield Finding("library", f"{megabytes(free)} are free on its disk; free some space", "person")
    for folder in (home / "library", episodes_folder(home), home / "library" / "feeds"):
        if folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            name = folder.relative_to(home).as_posix()
            yield Finding(name, "may not be written by this user; give it the right to", "person")


def _open_to_others(root: Path) -> Iterator[Finding]:
    """Close a library that other users of the machine may look into: a copy of one, or one of an earlier version."""
    if not root.stat().st_mode & 0o077:
        return
    try:
        root.chmod(0o700)
    except OSError as error:
        problem = f"others may look into it, and addresses may hold passwords ({error.strerror}); run: chmod 700 {root}"
        yield Finding("library", problem, "person")
    else:
        yield Finding("library", "others could look into it, and addresses may hold passwords; closed", "repaired")


def _strangers(home: Path, folder: Path) -> Iterator[Finding]:
    """Remove temporary files of interrupted runs from a folder of folders, and name files that are nobody's."""
    with lock(episodes_folder(home)):
        yield from left_over(home, folder)
    for path in sorted(folder.iterdir()):
        if not path.is_dir() and not (folder.name == "feeds" and path.suffix == ".json"):
            yield Finding(path.relative_to(home).as_posix(), "is no file of the library; take it away", "person")
