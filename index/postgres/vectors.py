"""Search over vectors in PostgreSQL: half precision, with an HNSW index of pgvector where a segment is large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

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
        masks = {
            number: _mask(allowed, first, part.rows)
            for number, (part, first) in enumerate(zip(self._parts, self._firsts, strict=False))
            if part.rows and k
        }
        widening = 1
        while masks:
            searches = {number: _search(self._parts[number], k, mask, widening) for number, mask in masks.items()}
            for number, (rows, scores) in self._found(query, searches).items():
                if (mask := masks[number]) is not None:
                    rows, scores = rows[mask[rows]], scores[mask[rows]]
                if len(rows) >= k or searches[number].is_exact:
                    found.append((self._firsts[number] + rows, scores))
                    del masks[number]
            widening *= 2
        rows, scores = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return best_of(rows, scores, k)

    def scores_of(self, query: Floats, rows: Rows) -> Floats:
        """Return the query's inner product with the vectors of the given rows, in their order; raises StoreError."""
        scores = np.empty(len(rows), np.float32)
        split = self._split(rows)
        searches = {n: _Search(_SCORES + _THESE, part.table, mine.tolist()) for n, (part, _, mine) in enumerate(split)}
        for number, (sent, values) in self._found(query, searches).items():
            _, places, mine = split[number]
            order = np.argsort(sent)
            scores[places] = values[order[np.searchsorted(sent[order], mine)]]
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

    def _split(self, rows: Rows) -> list[tuple[SchemaPart, Rows, Rows]]:
        """Return which of the rows are in each segment: their places in `rows`, and their numbers there."""
        found = []
        for part, first in zip(self._parts, self._firsts, strict=False):
            inside = np.flatnonzero((rows >= first) & (rows < first + part.rows))
            places = [inside[begin : begin + _BLOCK] for begin in range(0, len(inside), _BLOCK)]
            found += [(part, chosen, rows[chosen] - first) for chosen in places]
        return found

    def _found(self, query: Floats, searches: Mapping[int, "_Search"]) -> dict[int, tuple[Rows, Floats]]:
        """Return the rows that each search finds and their scores; all are one statement."""
        if not searches:
            return {}
        texts = [f"({one.query.format(number, one.table, one.limit)})" for number, one in searches.items()]
        values: dict[str, object] = {f"rows{number}": one.rows for number, one in searches.items()}
        sent = self._fetched(" UNION ALL ".join(texts), {"query": _text(query), "half": _text(query), **values})
        columns = zip(*sent, strict=True) if sent else ((), (), ())
        numbers, rows, scores = map(np.array, columns, (np.int64, np.int64, np.float32))
        return {number: (rows[numbers == number], scores[numbers == number]) for number in searches}

    def _fetched(self, query: Any, values: Mapping[str, object] | Sequence[object]) -> list[tuple[Any, ...]]:
        with self._connections.connection() as connection, connection.cursor(binary=True) as cursor:
            return cursor.execute(query, values).fetchall()


# `<#>` is the negative inner product. Scores are of the stored vectors and the whole query, so that they are the same
# whichever way a row was found. Braces stand for the number of the search, its table, and how many rows it finds.
_SCORES = "SELECT {0}, row, -(vector::vector <#> %(query)s::vector) FROM {1}"
_THESE = " WHERE row = ANY(%(rows{0})s)"
_BEST = " ORDER BY 3 DESC, row LIMIT {2}"
_NEAR = (
    "SELECT {0}, row, -(vector::vector <#> %(query)s::vector) "
    "FROM (SELECT row, vector FROM {1} ORDER BY vector <#> %(half)s::halfvec LIMIT {2}) near"
)
_VECTORS = "SELECT row, halfvec_send(vector) FROM {} WHERE row = ANY(%s) ORDER BY row"


class _Search(NamedTuple):
    """A query that finds rows in a table, among these `rows` or all, at most `limit`; `is_exact` if it misses none."""

    query: str
    table: str
    rows: list[int] | None = None
    limit: int = 0
    is_exact: bool = True


def _search(part: SchemaPart, k: int, mask: Mask | None, widening: int) -> _Search:
    """Return the search for the k nearest rows of a segment; of the index only if it may well find as many.

    `widening` is how many times as many rows the index is asked for as at first.
    """
    if mask is None and not part.is_indexed:
        return _Search(_SCORES + _BEST, part.table, limit=k)
    allowed = part.rows if mask is None else int(np.count_nonzero(mask))
    if part.is_indexed and allowed > max(_NARROW, _NARROW_SHARE * part.rows):
        asked = widening * (k + k // 8 + 5) * part.rows // allowed
        if 4 * asked <= part.rows:
            return _Search(_NEAR, part.table, limit=asked, is_exact=False)
    rows = [*range(part.rows)] if mask is None else np.flatnonzero(mask).tolist()
    return _Search(_SCORES + _THESE + _BEST, part.table, rows, k)


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
