"""Connect to PostgreSQL, and say in one line what is wrong with it; no message holds a password."""

import errno
import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection, errors
from psycopg.abc import RV, PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from ingest.errors import StoreError, one_line
from ingest.text.urls import printable

LEAST_SERVER = 16
# Seconds.
_CONNECTING = 5
# A server that says nothing for so many seconds is asked on a new connection whether it can still be reached.
_SILENCE = 5.0
# A machine that is gone is noticed within about 15 seconds, on either side: a lock of a dead client must not outlast
# it, and a request must not wait for a dead server.
_CLIENT: dict[str, str | int] = {
    "connect_timeout": _CONNECTING,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "playback",
}
_SERVER = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=15000 "
    "-c client_connection_check_interval=5000"
)
# Connections of a process, for the library and for the index each: a server usually takes 100 from all that use it.
# Each is used for milliseconds, so who finds none free waits, at most so many seconds.
MOST = 10
_PATIENCE = 10.0
# While the server cannot be reached, one caller tries to; another one waits so many seconds for what it finds.
_MOMENT = 0.5
_UNREADABLE = "postgresql://…"
_FULL = "the server's disk is full; free some space there, then run the same command again"
_ADVICE = "correct PLAYBACK_STORE, or start the server"


def connect(url: str) -> Connection:
    """Open a connection that commits each statement, and check the server's version; raises StoreError."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        given = {}
    if not given or shown(url) == _UNREADABLE:  # psycopg's message may repeat the password
        raise StoreError(
            "PLAYBACK_STORE is no address of PostgreSQL; write it as postgresql://user:password@host:5432/database "
            "(signs such as / and @ in a password as %2F and %40)"
        )
    options = " ".join(filter(None, (_SERVER, str(given.get("options") or ""))))
    whole = make_conninfo(url, **_CLIENT, options=options)
    try:
        connection = _Watched.connect(whole, autocommit=True)
    except psycopg.Error as error:
        raise StoreError(_why_unreachable(url, one_line(error))) from error
    connection.address = whole
    version = connection.info.server_version // 10_000
    if version < LEAST_SERVER:
        connection.close()
        raise StoreError(f"{shown(url)}: is PostgreSQL {version}; Playback needs {LEAST_SERVER} or later")
    return connection


class _Watched(Connection):
    """A connection on which nobody waits for a server that cannot be reached any more.

    The operating system notices packets that vanish (`_CLIENT`), but not a proxy on the way that takes them and passes
    nothing on.
    """

    address: str

    def wait(self, gen: PQGen[RV], *given: Any, **named: Any) -> RV:
        """Wait as psycopg does; raises OperationalError if the server is silent and a new connection fails too."""
        return super().wait(self._heard(gen), *given, **named)

    def _heard(self, gen: PQGen[RV]) -> PQGen[RV]:
        """Yield what `gen` yields. Silence alone says nothing: waiting for a lock and making an index take minutes."""
        until = monotonic() + _SILENCE
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and monotonic() > until and not _can_be_reached(self.address):
                    self.close()
                    raise psycopg.OperationalError("the server does not answer")
                if ready or monotonic() > until:
                    until = monotonic() + _SILENCE
                wanted = gen.send(ready)
        except StopIteration as ended:
            found: RV = ended.value
            return found


def _can_be_reached(address: str) -> bool:
    """Return whether a server answers a new connection, if only by refusing it."""
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError as error:
        return "FATAL" in str(error)
    return True


class Connections:
    """At most MOST connections of this process to one database, each used by one thread at a time.

    psycopg_pool connects in the background: what the server refuses is a timeout there that does not say why
    (`findings/psycopg_pool_waits_without_saying_why.sh`). Here a caller connects itself and has the reason at once.
    """

    def __init__(self, url: str) -> None:
        """Keep the address; nothing is opened yet."""
        self.url = url
        self._idle: list[Connection] = []
        self._free = threading.BoundedSemaphore(MOST)
        self._guard = threading.Lock()
        self._process = os.getpid()
        # Why the server could not be reached, until it can; who holds the lock finds out whether it can again.
        self._away: StoreError | None = None
        self._trying = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection; raises StoreError for whatever the server refuses, if it is lost, and if none is free."""
        free = self._of_this_process()
        if not free.acquire(timeout=_PATIENCE):
            raise StoreError(f"{shown(self.url)}: does not answer: all {MOST} connections to it wait; try again later")
        try:
            connection = self._taken()
            try:
                with translated(self.url):
                    yield connection
            except StoreError as error:
                if connection.closed:  # so the others are lost too, or cost little to open again
                    self._away = StoreError(*error.args)
                    self.close()
                raise
            finally:
                self._put_back(connection)
        finally:
            free.release()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _of_this_process(self) -> threading.BoundedSemaphore:
        with self._guard:
            if os.getpid() != self._process:  # a connection must not be shared with a forked process
                self._idle, self._free, self._process = [], threading.BoundedSemaphore(MOST), os.getpid()
                self._away, self._trying = None, threading.Lock()
            return self._free

    def _taken(self) -> Connection:
        while True:
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._connected()
            if _is_open(connection):
                return connection
            connection.close()

    def _connected(self) -> Connection:
        away = self._away
        if away is None:
            return self._tried()
        # Each try may take seconds, and whoever waits holds a thread that other requests need.
        if not self._trying.acquire(timeout=_MOMENT):
            raise StoreError(*away.args)
        try:
            if self._away is not None:
                return self._tried()
        finally:
            self._trying.release()
        return self._tried()  # it was reached meanwhile, so nobody has to wait for this try

    def _tried(self) -> Connection:
        try:
            opened = connect(self.url)
        except StoreError as error:
            self._away = StoreError(*error.args)
            raise
        self._away = None
        return opened

    def _put_back(self, connection: Connection) -> None:
        if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
            return
        with self._guard:
            self._idle.append(connection)


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn what psycopg raises into a StoreError of one line."""
    try:
        yield
    except psycopg.Error as error:
        raise StoreError(f"{shown(url)}: {_why_refused(error)}") from error


def shown(url: str) -> str:
    """Return a database's address for messages: host, port and name, without user and password."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        return _UNREADABLE
    host, port = given.get("host") or "localhost", given.get("port")
    name = given.get("dbname") or ""
    # libpq ends a password at its first @ or /, so the rest of one that holds such a sign would be shown.
    if (port and not str(port).isdecimal()) or "@" in f"{host}{name}":
        return _UNREADABLE
    return printable(f"postgresql://{'' if str(host).startswith('/') else host}{f':{port}' if port else ''}/{name}")


def _is_open(connection: Connection) -> bool:
    """Return whether the server has not closed an idle connection; asks the operating system, not the server.

    A server that says something unasked says farewell.
    """
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


def _why_unreachable(url: str, reason: str) -> str:
    if "password" in reason.lower() or "authentication" in reason.lower():
        return f"{shown(url)}: the server refuses this user or password; correct PLAYBACK_STORE"
    if "does not exist" in reason and "database" in reason:
        return f"{shown(url)}: the server has no such database; create it, or correct PLAYBACK_STORE"
    if os.strerror(errno.ENOSPC) in reason:  # a new connection may write a file
        return f"{shown(url)}: {_FULL}"
    said = printable((reason.rpartition("failed: ")[2] or reason).partition(" Is the server running")[0])
    return f"{shown(url)}: the server cannot be reached: {said}; {_ADVICE}"


def _why_refused(error: psycopg.Error) -> str:
    said = printable(error.diag.message_primary or one_line(error))
    if isinstance(error, errors.DiskFull):
        return _FULL
    if isinstance(error, errors.InsufficientPrivilege | errors.ReadOnlySqlTransaction):
        return f"this user may not do that: {said}; name a user who may write in PLAYBACK_STORE"
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName) and "segment_" in said:
        return "this generation of the index is gone; run: playback index, unless another one was published meanwhile"
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName | errors.UndefinedColumn):
        return "holds no library of this version; run: playback store init"
    if isinstance(error, errors.QueryCanceled):
        return f"the server stopped what it was asked: {said}; try again when less is asked of it"
    is_lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if is_lost and (error.sqlstate is None or error.sqlstate[:2] in ("08", "57")):
        return "the connection was lost; when the server runs again, run the same command again"
    return f"the server refused: {said}"
