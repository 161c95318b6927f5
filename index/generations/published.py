"""What is published for a data folder: in its own files, or in a database that stands in for them."""

from collections.abc import Hashable
from pathlib import Path
from typing import Protocol

from index.errors import IndexBroken
from index.generation import Generation
from index.generations.manifests import has_index, index_folder, live_manifest
from index.manifest import Manifest


class PublishedIndex(Protocol):
    """A place where generations are published; each method raises StoreError if it cannot be asked."""

    def stamp(self) -> Hashable | None:
        """Return what changes with each publication, None if nothing was published; costs next to nothing."""

    def manifest(self) -> Manifest | None:
        """Return the manifest of the published generation; None if nothing was published."""

    def generation(self) -> Generation | None:
        """Open the published generation; None if nothing was published. Raises IndexBroken."""

    def publish(self, keep: int) -> Manifest:
        """Publish the live generation of the files, and keep the newest `keep`; return the manifest that is seen."""

    def drop(self) -> None:
        """Remove every generation."""

    def close(self) -> None:
        """Close what is open; generations that are open answer on."""


# By data folder. A process mounts at most one, when it starts.
_mounted: dict[Path, PublishedIndex] = {}


def mount_index(home: Path, index: PublishedIndex | None) -> None:
    """Answer from another place than the files of this data folder from now on; None goes back to the files."""
    before = _mounted.pop(home.absolute(), None)
    if before is not None:
        before.close()
    if index is not None:
        _mounted[home.absolute()] = index


def mounted_index(home: Path) -> PublishedIndex | None:
    """Return what stands in for the files of a data folder, None if nothing does."""
    return _mounted.get(home.absolute())


def published_manifest(home: Path) -> Manifest | None:
    """Return the manifest of the generation that servers answer from, None if there is none.

    Raises IndexBroken if it cannot be read, StoreError if the database cannot be asked.
    """
    mounted = mounted_index(home)
    return live_manifest(home) if mounted is None else mounted.manifest()


def holds_index(home: Path) -> bool:
    """Say whether there is any generation, in files or in what is mounted instead; raises StoreError."""
    mounted = mounted_index(home)
    return has_index(home) or (mounted is not None and mounted.stamp() is not None)


def published_stamp(home: Path) -> Hashable | None:
    """Return what changes with each publication, None if nothing was published; one stat call for files.

    Raises IndexBroken if the folder may not be read, StoreError if the database cannot be asked.
    """
    mounted = mounted_index(home)
    if mounted is not None:
        return mounted.stamp()
    path = index_folder(home) / "current"
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:  # such as a mounted folder that belongs to another user
        raise IndexBroken(f"{path} cannot be read: {error.strerror}; give this user access to it") from None
    return found.st_ino, found.st_mtime_ns, found.st_size
