"""Leases on folders: a process holds one for a minute at a time, by the database's clock, and renews it in a thread.

On one machine the lease of a process that is dead can be taken at once.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

from psycopg import Connection

from ingest.errors import StoreError
from ingest.library.postgres.connection import Connections, connect

logger = logging.getLogger(__name__)

# Seconds. A lease outlasts two renewals that fail.
LASTS = 60
RENEWED = 20.0
_TRIED_AGAIN = 2.0

_TAKE = """
    INSERT INTO playback.leases (name, holder, expires)
    VALUES (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(lasts)s))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires
    WHERE leases.expires < clock_timestamp()
    RETURNING holder
"""
# A lease that expired and that nobody else took is still the holder's.
_RENEW = """
    UPDATE playback.leases SET expires = clock_timestamp() + make_interval(secs => %(lasts)s)
    WHERE name = %(name)s AND holder = %(holder)s
"""
_HOLDER = "SELECT holder FROM playback.leases WHERE name = %(name)s"
_RELEASE = "DELETE FROM playback.leases WHERE name = %(name)s AND holder = %(holder)s"
# The row stays as it is until the end of the transaction, so that nobody takes the lease meanwhile.
_REQUIRE = "SELECT 1 FROM playback.leases WHERE name = %(name)s AND holder = %(holder)s FOR SHARE"


class Leases:
    """The leases that the threads of this process hold."""

    def __init__(self, connections: Connections) -> None:
        """Hold no lease yet."""
        self._connections = connections
        self._mine = threading.local()  # held: the leases of a thread

    @contextmanager
    def taken(self, name: str, afterwards: Callable[[Callable[[], None]], None]) -> Iterator[bool]:
        """Take a lease and yield whether this caller has it; `afterwards` runs what gives it back, perhaps later."""
        lease = {"name": name, "holder": f"{_place()} {os.getpid()} {uuid4().hex}", "lasts": LASTS}
        with self._connections.connection() as connection:
            is_taken = connection.execute(_TAKE, lease).fetchone() is not None
            if not is_taken:
                row = connection.execute(_HOLDER, lease).fetchone()
                if row is None or _is_dead(row[0]):
                    connection.execute(_RELEASE, {"name": name, "holder": "" if row is None else row[0]})
                    is_taken = connection.execute(_TAKE, lease).fetchone() is not None
        if not is_taken:
            yield False
            return
        ended = threading.Event()
        held = self._held()
        held.append(lease)
        try:
            threading.Thread(target=self._renew, args=(lease, ended), name=f"lease {name}", daemon=True).start()
            yield True
        finally:
            ended.set()
            held.remove(lease)
            afterwards(lambda: self._release(lease))

    def require(self, connection: Connection, name: str) -> None:
        """Raise StoreError if this thread has lost its lease of a folder that a document lies in."""
        for lease in self._held():
            folder = lease["name"]
            if name.startswith(f"{folder}/") and connection.execute(_REQUIRE, lease).fetchone() is None:
                raise StoreError(
                    f"{folder}: this process did not answer for over {LASTS} seconds and another one took over; "
                    "nothing of it was stored"
                )

    def _held(self) -> list[dict[str, object]]:
        if not hasattr(self._mine, "held"):
            self._mine.held = []
        held: list[dict[str, object]] = self._mine.held
        return held

    def _renew(self, lease: dict[str, object], ended: threading.Event) -> None:
        """Renew a lease until it is given back, on a connection of its own, so that it never waits for another."""
        wait = RENEWED
        while not ended.wait(wait):
            try:
                with connect(self._connections.url) as connection:
                    connection.execute(_RENEW, lease)
                wait = RENEWED
            except Exception as error:  # noqa: BLE001 - whatever it is, the lease is tried again until it is given back
                logger.info("a lease could not be renewed: %s", error)
                wait = _TRIED_AGAIN

    def _release(self, lease: dict[str, object]) -> None:
        with suppress(StoreError), self._connections.connection() as connection:  # otherwise it expires
            connection.execute(_RELEASE, lease)


@cache
def _place() -> str:
    """Return what the processes that this one can see have in common: since when the machine runs, and their numbers'
    namespace; where a system does not say, a value that no other process has.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return uuid4().hex


def _is_dead(holder: str) -> bool:
    """Return whether a lease's holder was a process of this machine that is no more.

    If its number is another process's by now, that is not noticed.
    """
    place, number, _ = holder.split(" ") if holder.count(" ") == 2 else ("", "", "")
    if place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
