"""The connections over which an index is read."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection
from psycopg.pq import TransactionStatus

from index.time_limits import is_unlimited
from ingest.library.postgres.connection import Connections


class IndexConnections(Connections):
    """Connections on which the time limit of searches holds, except for what is `unlimited`."""

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection, as `Connections` does."""
        with super().connection() as connection:
            if not is_unlimited():
                yield connection
                return
            connection.execute("SET statement_timeout = 0")
            try:
                yield connection
            finally:
                if not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE:
                    connection.execute("RESET statement_timeout")  # to what the connection began with
