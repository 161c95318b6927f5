"""The tables of a segment that is a schema of PostgreSQL."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ingest.library.postgres.connection import Connections


class SchemaTables:
    """The tables of one segment; each query takes a connection and gives it back."""

    def __init__(self, connections: Connections, schema: str) -> None:
        """Take the schema that holds the tables."""
        self._connections = connections
        self._schema = schema

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a query gives; raises StoreError."""
        # No text of PostgreSQL holds U+0000; a question for one finds nothing.
        given = [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values]
        with self._connections.connection() as connection, connection.cursor(binary=True) as cursor:
            return cursor.execute(_in_postgres(query, self._schema), given).fetchall()

    def close(self) -> None:
        """Close nothing: others use the connections."""


@lru_cache(1024)
def _in_postgres(query: str, schema: str) -> Any:
    """Return a query of `index.segments.tables` as PostgreSQL understands it."""
    return query.replace("main.", f"{schema}.").replace("?", "%s").replace("json_each(", "jsonb_array_elements_text(")
