"""Keep the documents of a library in PostgreSQL, as `ingest.storage.mounts.Documents` asks."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus

from ingest.errors import StoreError
from ingest.library.postgres.connection import Connections, connect, shown, translated
from ingest.library.postgres.leases import Leases
from ingest.library.postgres.schema import require_current
from ingest.storage.mounts import Copy, Stamp

_LINES = ".jsonl"
# Wait for a lock of the database: until the end of the transaction, or of what follows it.
_WAIT_TO_COMMIT = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_WAIT = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
_CHANGED = "(extract(epoch FROM changed) * 1000000)::bigint * 1000"  # ns since 1970
_BELOW = "name >= %(first)s AND name < %(end)s"

_WRITE = """
    INSERT INTO playback.documents (name, body, sha256) VALUES (%(name)s, %(body)s, %(sha256)s)
    ON CONFLICT (name) DO UPDATE SET body = excluded.body, sha256 = excluded.sha256, changed = clock_timestamp(),
        number = nextval('playback.changes')
"""
_READ_LINES = "SELECT string_agg(line, ''::bytea ORDER BY number) FROM playback.lines WHERE name = %(name)s"
_LAST_LINE = """
    SELECT coalesce(sum(octet_length(line)), 0),
        (SELECT line FROM playback.lines WHERE name = %(name)s ORDER BY number DESC LIMIT 1)
    FROM playback.lines WHERE name = %(name)s
"""
_TOUCH = """
    UPDATE playback.{table}
    SET changed = coalesce(timestamptz 'epoch' + %s * interval '1 microsecond', clock_timestamp()) WHERE name = %s
"""
_MOVE = f"""
    UPDATE playback.documents SET name = %(target)s || substr(name, %(length)s) WHERE {_BELOW}
"""  # noqa: S608 - values are bound
_STAMPS_OF = f"""
    SELECT name, size, {_CHANGED}, number FROM playback.stamps WHERE name = ANY(%(names)s)
"""  # noqa: S608 - values are bound
_STAMPS = f"""
    SELECT split_part(name, '/', %(depth)s), size, {_CHANGED}, number FROM playback.stamps
    WHERE {_BELOW} AND name = %(first)s || split_part(name, '/', %(depth)s) || '/' || %(last)s
"""  # noqa: S608 - values are bound
_ENTRIES = f"""
    SELECT DISTINCT split_part(rest, '/', 1) || CASE WHEN strpos(rest, '/') > 0 THEN '/' ELSE '' END
    FROM (
        SELECT substr(name, %(length)s) AS rest FROM playback.documents WHERE {_BELOW}
        UNION ALL SELECT substr(name, %(length)s) FROM playback.lines WHERE {_BELOW}
    ) AS below
"""  # noqa: S608 - values are bound
_COPIES = f"""
    SELECT name, body, {_CHANGED} FROM playback.documents WHERE {_BELOW}
    UNION ALL
    SELECT name, string_agg(line, ''::bytea ORDER BY number), max({_CHANGED}) FROM playback.lines WHERE {_BELOW}
    GROUP BY name ORDER BY 1
"""  # noqa: S608 - values are bound


class PostgresDocuments:
    """The documents of one database.

    What a thread changes inside `together`, or under a lock that it waited for, is one transaction of its own
    connection; it reads there too. Everything else is a transaction by itself.
    """

    def __init__(self, url: str) -> None:
        """Check that the database can be reached and holds a library of this version; raises StoreError."""
        self.url = url
        self.connections = Connections(url)
        with connect(url) as connection:
            require_current(connection, url)
        self._leases = Leases(self.connections)
        # connection: that of the transaction, stored: what to do when it is committed, afterwards: in any case
        self._mine = threading.local()

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a document, None if there is none."""
        query = _READ_LINES if name.endswith(_LINES) else "SELECT body FROM playback.documents WHERE name = %(name)s"
        rows = self._asked(query, {"name": name})
        return None if not rows or rows[0][0] is None else bytes(rows[0][0])

    def sha256(self, name: str) -> str | None:
        """Return the SHA-256 of a document's bytes as hexadecimal digits, None if there is none."""
        if name.endswith(_LINES):
            data = self.read(name)
            return None if data is None else hashlib.sha256(data).hexdigest()
        rows = self._asked("SELECT sha256 FROM playback.documents WHERE name = %(name)s", {"name": name})
        return bytes(rows[0][0]).hex() if rows else None

    def write(self, name: str, data: bytes) -> None:
        """Write or replace a document."""
        with self._changing(name) as connection:
            if name.endswith(_LINES):
                connection.execute("DELETE FROM playback.lines WHERE name = %s", [name])
                lines = [(name, line) for line in _lines(data)]
                connection.cursor().executemany("INSERT INTO playback.lines (name, line) VALUES (%s, %s)", lines)
            else:
                connection.execute(_WRITE, {"name": name, "body": data, "sha256": hashlib.sha256(data).digest()})

    def append(self, name: str, line: bytes, most: int) -> bool:
        """Append a line; return False if the document would exceed `most` bytes."""
        with self._changing(name) as connection:
            connection.execute(_WAIT_TO_COMMIT, [_key(f"lines {name}")])
            row = connection.execute(_LAST_LINE, {"name": name}, binary=True).fetchone()
            size, last = (0, None) if row is None else row
            if last and not bytes(last).endswith(b"\n"):
                line = b"\n" + line
            if int(size) + len(line) > most:
                return False
            connection.execute("INSERT INTO playback.lines (name, line) VALUES (%s, %s)", [name, line])
            return True

    def touch(self, name: str, changed: int | None) -> None:
        """Set when a document changed; None is now."""
        table = "lines" if name.endswith(_LINES) else "documents"
        micros = None if changed is None else changed // 1000
        with self._changing(name) as connection:
            connection.execute(_TOUCH.format(table=table), [micros, name])

    def remove(self, name: str) -> None:
        """Delete a document; nothing happens if there is none."""
        table = "lines" if name.endswith(_LINES) else "documents"
        with self._changing(name) as connection:
            connection.execute(f"DELETE FROM playback.{table} WHERE name = %s", [name])  # noqa: S608 - a literal

    def remove_folder(self, folder: str) -> None:
        """Delete every document below a folder."""
        with self._changing(f"{folder}/") as connection:
            for table in ("documents", "lines"):
                connection.execute(f"DELETE FROM playback.{table} WHERE {_BELOW}", _range(folder))  # noqa: S608

    def move_folder(self, folder: str, target: str) -> None:
        """Move every document below a folder to another folder, in one step."""
        with self._changing(f"{folder}/", f"{target}/") as connection:
            connection.execute(_MOVE, {**_range(folder), "target": f"{target}/"})

    def stamps_of(self, names: Sequence[str]) -> dict[str, Stamp]:
        """Return the stamps of those of these documents that there are, by name."""
        rows = self._asked(_STAMPS_OF, {"names": [*names]})
        return {name: Stamp(int(size), int(changed), int(number)) for name, size, changed, number in rows}

    def stamps(self, folder: str, last: str) -> dict[str, Stamp]:
        """Return the stamps of the documents called `last` in the subfolders of a folder, by subfolder."""
        rows = self._asked(_STAMPS, {**_range(folder), "depth": folder.count("/") + 2, "last": last})
        return {name: Stamp(int(size), int(changed), int(number)) for name, size, changed, number in rows}

    def entries(self, folder: str) -> list[str]:
        """Return the names of the documents and subfolders in a folder; those of subfolders end with a slash."""
        return sorted(name for (name,) in self._asked(_ENTRIES, _range(folder)))

    def copies(self, folder: str) -> list[Copy]:
        """Return every document below a folder as they are at one moment."""
        return [Copy(name, bytes(data), int(changed)) for name, data, changed in self._asked(_COPIES, _range(folder))]

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the sizes in bytes of every document below a folder, by name."""
        rows = self._asked(f"SELECT name, size FROM playback.stamps WHERE {_BELOW}", _range(folder))  # noqa: S608
        return {name: int(size) for name, size in rows}

    @contextmanager
    def lock(self, folder: str, wait: bool) -> Iterator[bool]:
        """Lock a folder: a lease, or with `wait` a transaction that others wait for, and yield whether it is held.

        A client that loses its connection loses what it waited for with all that it changed under it. Others wait until
        what belongs to the transaction on the disk (`when_stored`) is done too: they may bring back what it removes.
        """
        if not wait:
            with self._leases.taken(folder, self._afterwards) as is_held:
                yield is_held
            return
        with self.together():
            with translated(self.url):
                self._mine.has_locked = True
                self._mine.connection.execute(_WAIT, [_key(f"folder {folder}")])
            yield True

    @contextmanager
    def together(self) -> Iterator[None]:
        """Store what this thread changes meanwhile by one commit, or nothing of it after an exception."""
        if getattr(self._mine, "connection", None) is not None:
            yield
            return
        self._mine.afterwards, self._mine.stored, self._mine.has_locked = [], [], False
        try:
            with self.connections.connection() as connection:
                try:
                    with self._transaction(connection):
                        yield
                    for act in self._mine.stored:
                        act()
                finally:
                    if self._mine.has_locked:
                        _unlock(connection)
        finally:
            for act in self._mine.afterwards:
                act()

    @contextmanager
    def _transaction(self, connection: Connection) -> Iterator[None]:
        """Make what this thread changes meanwhile one transaction of a connection."""
        with connection.transaction():
            self._mine.connection = connection
            try:
                yield
                if connection.info.transaction_status == TransactionStatus.INERROR:
                    # Somebody caught what the server refused; a commit would undo everything and say nothing.
                    raise StoreError(f"{shown(self.url)}: a change was refused; what belongs to it was undone")
            finally:
                self._mine.connection = None

    def when_stored(self, act: Callable[[], None]) -> None:
        """Call `act` when what this thread changes has been committed, now outside of `together`; else never."""
        if getattr(self._mine, "connection", None) is None:
            act()
        else:
            self._mine.stored.append(act)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self.connections.close()

    def _afterwards(self, act: Callable[[], None]) -> None:
        """Run `act` when this thread's transaction has ended, which may hold what `act` waits for; else now."""
        if getattr(self._mine, "connection", None) is None:
            act()
        else:
            self._mine.afterwards.append(act)

    @contextmanager
    def _changing(self, *names: str) -> Iterator[Connection]:
        """Lend the connection of this thread's transaction for a change; checks the leases of what is changed."""
        with self.together(), translated(self.url):
            for name in names:
                self._leases.require(self._mine.connection, name)
            yield self._mine.connection

    def _asked(self, query: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
        mine: Connection | None = getattr(self._mine, "connection", None)
        if mine is not None:
            with translated(self.url):
                return mine.execute(query, values, binary=True).fetchall()
        with self.connections.connection() as connection:
            return connection.execute(query, values, binary=True).fetchall()


def _range(folder: str) -> dict[str, Any]:
    """Return the first name below a folder, the first behind it, and where the rest of such a name begins."""
    return {"first": f"{folder}/", "end": f"{folder}0", "length": len(folder) + 2}


def _lines(data: bytes) -> list[bytes]:
    """Return the lines with their line feeds; an empty document is one empty line, so that there is something of it."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] or not data else [])


def _key(what: str) -> str:
    return f"playback {what}"


def _unlock(connection: Connection) -> None:
    """Free what was waited for; a connection on which that fails is closed, which does it too."""
    try:
        connection.execute("SELECT pg_advisory_unlock_all()")
    except psycopg.Error:
        connection.close()
