"""The tables of the index in PostgreSQL, their version, and what the server must have.

playback.generations          one row for each generation that is kept: its manifest and its overview
playback.segments             one row for each segment, with the schema that holds its tables
playback.generation_segments  which generation has which segment; several share one
segment_<hash>                the tables of a segment (see `index.postgres.segments`); never changed, dropped whole
"""

import logging

from psycopg import Connection, errors

from ingest.errors import StoreError
from ingest.library.postgres import schema
from ingest.library.postgres.connection import connect, shown, translated

logger = logging.getLogger(__name__)

_PART = "index"
# Filtered searches need the iterative scans of 0.8.0. Earlier versions than 0.8.6 have known faults.
_LEAST_PGVECTOR, _GOOD_PGVECTOR = (0, 8, 0), (0, 8, 6)
# Whoever publishes or migrates holds this lock of the database until the end of the transaction.
PUBLISHING = 0x706C6179  # "play"
_STEPS = (
    """
CREATE TABLE playback.segments (
  name text PRIMARY KEY, held text NOT NULL, basis bytea NOT NULL, width integer NOT NULL, tested text NOT NULL);
CREATE TABLE playback.generations (
  number integer PRIMARY KEY, content text NOT NULL, manifest text NOT NULL, overview text NOT NULL,
  published timestamptz NOT NULL DEFAULT now());
CREATE TABLE playback.generation_segments (
  generation integer NOT NULL REFERENCES playback.generations ON DELETE CASCADE, position integer NOT NULL,
  segment text NOT NULL REFERENCES playback.segments, PRIMARY KEY (generation, position));
""",
)
VERSION = len(_STEPS)


def prepare(url: str) -> tuple[int, int]:
    """Make or upgrade the tables of the index in a database; see `migrate`. Raises StoreError."""
    with connect(url) as connection:
        return migrate(connection)


def migrate(connection: Connection) -> tuple[int, int]:
    """Make or upgrade the tables of the index, in one transaction; return the versions before and after.

    Raises StoreError if the server has no pgvector, or the tables are of a newer version of Playback.
    """
    with translated(_address(connection)), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISHING,))
        _make_extension(connection)
        check_extension(connection)
        return schema.migrate(connection, _PART, _STEPS)


def check_schema(connection: Connection) -> None:
    """Raise StoreError unless the tables of the index are there and of this version, and pgvector is."""
    schema.require_current(connection, _address(connection), _PART, VERSION)
    with translated(_address(connection)):
        check_extension(connection)


def check_extension(connection: Connection) -> None:
    """Raise StoreError unless pgvector is installed in the database, in a version that can be used."""
    installed = _pgvector(connection)
    if installed is None:
        raise StoreError(
            f"{shown(_address(connection))}: has no pgvector; an administrator must run: CREATE EXTENSION vector"
        )
    if _numbers(installed) < _LEAST_PGVECTOR:
        raise StoreError(
            f"{shown(_address(connection))}: has pgvector {installed}; Playback needs {_said(_LEAST_PGVECTOR)} or "
            "later; an administrator must update it and run: ALTER EXTENSION vector UPDATE"
        )


def warn_of_extension(url: str) -> None:
    """Log a warning if the pgvector of a database has known faults; raises StoreError."""
    with connect(url) as connection, translated(url):
        installed = _pgvector(connection)
    if installed is not None and _numbers(installed) < _GOOD_PGVECTOR:
        better = _said(_GOOD_PGVECTOR)
        logger.warning("%s: has pgvector %s; use %s or later in production", shown(url), installed, better)


def _pgvector(connection: Connection) -> str | None:
    found = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    return None if found is None else str(found[0])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _make_extension(connection: Connection) -> None:
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except (errors.UndefinedFile, errors.FeatureNotSupported, errors.InsufficientPrivilege) as error:
        logger.debug("pgvector was not made: %s", error)  # `check_extension` says whether it is missing


def _address(connection: Connection) -> str:
    return str(connection.info.dsn)


def _said(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
