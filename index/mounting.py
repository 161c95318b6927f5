"""Answer from the database that PLAYBACK_STORE names; without one nothing of it is loaded."""

from pathlib import Path

from ingest.errors import StoreError


def mount_published(home: Path, address: str | None) -> None:
    """Answer for a data folder from the index in the database at an address; None leaves it to the files.

    Raises StoreError if the database cannot be reached, or is not ready: no tables, no pgvector, too old.
    """
    if address is None:
        return
    try:
        from index.postgres.opening import mount_database
    except ImportError as error:
        raise StoreError(
            f"PLAYBACK_STORE needs packages that are not installed ({error.name}); run: "
            "pip install 'gds-playback[postgres]', or unset PLAYBACK_STORE"
        ) from error
    mount_database(home, address)
