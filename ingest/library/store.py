"""Mount the store that PLAYBACK_STORE names; without one nothing is loaded and the library is kept in files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import StoreError
from ingest.storage.mounts import mount, mounted


def mount_store(home: Path, address: str | None) -> None:
    """Keep the documents of a data folder in the database at an address, in this process; None leaves them in files.

    Does nothing where it is mounted already. Raises StoreError if the database cannot be used.
    """
    if address is None:
        return
    there = mounted(home / "library")
    if there is not None and getattr(there[0], "url", None) == address:
        return
    with needing_packages():
        from ingest.library.postgres.documents import PostgresDocuments
    mount(home, PostgresDocuments(address))


def prepare_store(address: str, is_upgrade: bool) -> tuple[int, int]:
    """Make the tables of the library in a database, or upgrade them; return their versions before and after.

    Raises StoreError if the database cannot be used, or with `is_upgrade` if it holds no tables.
    """
    with needing_packages():
        from ingest.library.postgres.schema import prepare
    return prepare(address, is_upgrade)


@contextmanager
def needing_packages() -> Iterator[None]:
    """Raise StoreError, with what to install, if an import fails meanwhile."""
    try:
        yield
    except ImportError as error:
        raise StoreError(
            f"PLAYBACK_STORE needs packages that are not installed ({error.name}); run: "
            "pip install 'gds-playback[postgres]', or unset PLAYBACK_STORE"
        ) from error
