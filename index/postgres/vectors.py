"""Search over vectors in PostgreSQL: half precision, with an HNSW index of pgvector where a segment is large."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.vectors import best_of
from ingest.library.postgres.connection import Connections

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

# A segment of at least this many rows has an HNSW index; fewer are compared one by one
# (docs/adr/0039-the-index-in-postgresql.md has the measurements).
INDEXED_FROM = 5_000
# So many candidates the index looks at for each search, and goes on from there as long as more are asked for. A server
# takes these with the connection, so that a search is one statement. A statement ends before a server gives up the
# request (`api.server.time_limit`).
_CANDIDATES = 400
SEARCH_OPTIONS = (
    f"-c jit=off -c hnsw.ef_search={_CANDIDATES} -c hnsw.iterative_scan=relaxed_order -c hnsw.max_scan_tuples=200000 "
    "-c statement_timeout=40s"
)
# A filter that leaves at most so many rows, or this share of them, is narrow: the rows it leaves are compared one by
# one.
_NARROW, _NARROW_SHARE = 5_000, 0.1
# Rows are sent in arrays of so many.
_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class SchemaPart:
    """The vectors of one segment: a table of rows with vectors of half precision; `is_indexed` if it has an index."""

    table: str
    rows: int
    is_indexed: bool


class SchemaVectors:
    """The vectors of one field, in a table for each segment; row numbers run through them."""

    def __init__(self, connections: Connections, parts: Sequence[SchemaPart], dimension: int) -> None:
        """Take the tables in the order of the segments."""
        self._connections = connections
        self._parts = parts
        self._dimension = dimension
        self._firsts = np.cumsum([0, *(part.rows for part in parts)]).tolist()

    def nearest(self, query: Floats, k: int, allowed: Rows | Mask | None) -> tuple[Rows, Floats]:
        """Return the k nearest of the allowed rows, as `index.vectors.nearest` does; raises StoreError."""
        found = [(np.empty(0, np.int64), np.empty(0, np.float32))]
        for part, first in zip(self._parts, self._firsts, strict=False):
            if part.rows and k:
                rows, scores = self._of_part(part, query, k, _mask(allowed, first, part.rows))
                found.append((first + rows, scores))
        rows, scores = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return best_of(rows, scores, k)

    def scores_of(self, query: Floats, rows: Rows) -> Floats:
        """Return the query's inner product with the vectors of the given rows, in their order; raises StoreError."""
        scores = np.empty(len(rows), np.float32)
        for part, places, mine in self._split(rows):
            sent, values = self._rows(_SCORES.format(part.table), (_text(query), mine.tolist()))
            scores[places] = values[np.searchsorted(sent, mine)]
        return scores

    def vectors_of(self, rows: Rows) -> Floats:
        """Return the vectors of the given rows, in their order, shape (rows, dimension); raises StoreError."""
        vectors = np.empty((len(rows), self._dimension), np.float32)
        for part, places, mine in self._split(rows):
            found = self._fetched(_VECTORS.format(part.table), (mine.tolist(),))
            sent = np.array([row for row, _ in found], np.int64)
            # pgvector sends two numbers of 16 bits, then the components, all in network byte order.
            halves = np.frombuffer(b"".join(data[4:] for _, data in found), ">f2").reshape(-1, self._dimension)
            vectors[places] = halves[np.searchsorted(sent, mine)]
        return vectors

    def _of_part(self, part: SchemaPart, query: Floats, k: int, mask: Mask | None) -> tuple[Rows, Floats]:
        """Return the k nearest rows of a segment; of the index only if it is sure to find as many."""
        allowed = part.rows if mask is None else int(np.count_nonzero(mask))
        wanted = k + k // 8 + 5
        if mask is None and not part.is_indexed:
            return self._rows(_ALL.format(part.table, k), (_text(query),))
        if part.is_indexed and allowed > max(_NARROW, _NARROW_SHARE * part.rows):
            asked = wanted * part.rows // allowed
            while 4 * asked <= part.rows:
                rows, scores = self._rows(_NEAR.format(part.table, asked), (_text(query), _text(query)))
                if mask is not None:
                    kept = mask[rows]
                    rows, scores = rows[kept], scores[kept]
                if len(rows) >= k:
                    return best_of(rows, scores, k)
                asked *= 2
        chosen = range(part.rows) if mask is None else np.flatnonzero(mask).tolist()
        return best_of(*self._rows(_SCORES.format(part.table), (_text(query), [*chosen])), k)

    def _split(self, rows: Rows) -> list[tuple[SchemaPart, Rows, Rows]]:
        """Return which of the rows are in each segment: their places in `rows`, and their numbers there."""
        found = []
        for part, first in zip(self._parts, self._firsts, strict=False):
            inside = np.flatnonzero((rows >= first) & (rows < first + part.rows))
            places = [inside[begin : begin + _BLOCK] for begin in range(0, len(inside), _BLOCK)]
            found += [(part, chosen, rows[chosen] - first) for chosen in places]
        return found

    def _rows(self, query: str, values: Sequence[object]) -> tuple[Rows, Floats]:
        found = self._fetched(query, values)
        rows, scores = zip(*found, strict=True) if found else ((), ())
        return np.array(rows, np.int64), np.array(scores, np.float32)

    def _fetched(self, query: Any, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._connections.connection() as connection, connection.cursor(binary=True) as cursor:
            return cursor.execute(query, values).fetchall()


# `<#>` is the negative inner product. Scores are of the stored vectors and the whole query, so that they are the same
# whichever way a row was found.
_SCORES = "SELECT row, -(vector::vector <#> %s::vector) FROM {} WHERE row = ANY(%s) ORDER BY row"
_ALL = "SELECT row, -(vector::vector <#> %s::vector) FROM {} ORDER BY 2 DESC, row LIMIT {}"
_NEAR = (
    "SELECT row, -(vector::vector <#> %s::vector) "
    "FROM (SELECT row, vector FROM {} ORDER BY vector <#> %s::halfvec LIMIT {}) near"
)
_VECTORS = "SELECT row, halfvec_send(vector) FROM {} WHERE row = ANY(%s) ORDER BY row"


def _text(query: Floats) -> str:
    return f"[{','.join(map(repr, np.asarray(query, np.float32).tolist()))}]"


def _mask(allowed: Rows | Mask | None, first: int, rows: int) -> Mask | None:
    """Return which rows of a segment are allowed; None if all are."""
    if allowed is None:
        return None
    if allowed.dtype == np.bool_:
        mask: Mask = allowed[first : first + rows].astype(np.bool_, copy=False)
    else:
        mask = np.zeros(rows, np.bool_)
        mask[allowed[(allowed >= first) & (allowed < first + rows)] - first] = True
    return None if mask.all() else mask
