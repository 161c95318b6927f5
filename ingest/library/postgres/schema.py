"""The tables of the library in PostgreSQL, made and upgraded by numbered steps that are never edited."""

from collections.abc import Sequence

from psycopg import Connection

from ingest.errors import StoreError
from ingest.library.postgres.connection import connect, shown, translated

PART = "library"
# Documents are the very bytes of the files, under their names relative to the data folder, so that a library means the
# same in either store and is compared by checksums (ADR 40). `number` grows with every change. A line includes its line
# feed. A lease belongs to its holder until it expires by the database's clock.
STEPS = (
    """
    CREATE SEQUENCE playback.changes;
    CREATE TABLE playback.documents (
        name text COLLATE "C" PRIMARY KEY,
        body bytea NOT NULL,
        sha256 bytea NOT NULL,
        changed timestamptz NOT NULL DEFAULT clock_timestamp(),
        number bigint NOT NULL DEFAULT nextval('playback.changes')
    );
    CREATE TABLE playback.lines (
        name text COLLATE "C" NOT NULL,
        number bigint NOT NULL DEFAULT nextval('playback.changes'),
        line bytea NOT NULL,
        changed timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (name, number)
    );
    CREATE VIEW playback.stamps AS
        SELECT name, octet_length(body)::bigint AS size, changed, number FROM playback.documents
        UNION ALL
        SELECT name, sum(octet_length(line))::bigint, max(changed), max(number) FROM playback.lines GROUP BY name;
    CREATE TABLE playback.leases (
        name text COLLATE "C" PRIMARY KEY,
        holder text NOT NULL,
        expires timestamptz NOT NULL
    );
    """,
)
VERSION = len(STEPS)


def prepare(url: str, is_upgrade: bool) -> tuple[int, int]:
    """Make or upgrade the tables of the library in a database; see `migrate`. Raises StoreError."""
    with connect(url) as connection, translated(url):
        if is_upgrade and found_version(connection, PART) == 0:
            raise StoreError(f"{shown(url)}: holds no library of Playback; run: playback store init")
        return migrate(connection)


def found_version(connection: Connection, part: str) -> int:
    """Return the version of the tables of a part, `library` or `index`, in a database; 0 if it has none."""
    found = connection.execute("SELECT to_regclass('playback.meta') IS NOT NULL").fetchone()
    return _version(connection, part) if found is not None and found[0] else 0


def migrate(connection: Connection, part: str = PART, steps: Sequence[str] = STEPS) -> tuple[int, int]:
    """Make or upgrade the tables of a part, in one transaction; return the versions before and after.

    A version is the number of steps that were made. Raises StoreError if they are of a newer version of Playback.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('playback schema', 0))")
        connection.execute("CREATE SCHEMA IF NOT EXISTS playback")
        connection.execute("CREATE TABLE IF NOT EXISTS playback.meta (part text PRIMARY KEY, version integer NOT NULL)")
        before, version = _version(connection, part), len(steps)
        if before > version:
            raise StoreError(_newer(before, version))
        for step in steps[before:]:
            connection.execute(step.encode())
        connection.execute(
            "INSERT INTO playback.meta VALUES (%s, %s) ON CONFLICT (part) DO UPDATE SET version = excluded.version",
            [part, version],
        )
    return before, version


def require_current(connection: Connection, url: str, part: str = PART, version: int = VERSION) -> None:
    """Raise StoreError unless the tables of a part are those of this version."""
    with translated(url):
        found = found_version(connection, part)
    if found == 0:
        raise StoreError(f"{shown(url)}: holds no {part} of Playback; run: playback store init")
    if found > version:
        raise StoreError(f"{shown(url)}: {_newer(found, version)}")
    if found < version:
        raise StoreError(f"{shown(url)}: is of an earlier version of Playback; run: playback store migrate")


def _newer(found: int, version: int) -> str:
    return f"is of a newer version of Playback (schema {found}; this one knows {version}); install that version"


def _version(connection: Connection, part: str) -> int:
    found = connection.execute("SELECT version FROM playback.meta WHERE part = %s", [part]).fetchone()
    return 0 if found is None else int(found[0])
