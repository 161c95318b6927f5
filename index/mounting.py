"""Keep library and index in the database that PLAYBACK_STORE names; without one nothing of it is loaded."""

from pathlib import Path

from ingest.library.store import mount_store, needing_packages, prepare_store


def mount(home: Path, address: str | None) -> None:
    """Keep the library of a data folder in the database at an address, and answer from the index there.

    Without an address both stay in files. Raises StoreError if the database cannot be reached, or is not ready: no
    tables, no pgvector, too old.
    """
    if address is None:
        return
    mount_store(home, address)
    with needing_packages():
        from index.postgres.opening import mount_database
    mount_database(home, address)


def warn(address: str | None) -> None:
    """Log what an operator should know of the database at an address; for commands of operators. Raises StoreError."""
    if address is None:
        return
    with needing_packages():
        from index.postgres.schema import warn_of_extension
    warn_of_extension(address)


def prepare(address: str, is_upgrade: bool) -> dict[str, tuple[int, int]]:
    """Make the tables of library and index in a database, or upgrade them; return their versions before and after.

    Raises StoreError if the database cannot be used, or with `is_upgrade` if it holds no tables.
    """
    library = prepare_store(address, is_upgrade)
    with needing_packages():
        from index.postgres.schema import prepare as prepare_index
    return {"library": library, "index": prepare_index(address)}
