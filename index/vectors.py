"""Inner-product search over unit vectors in several parts; the only user of faiss."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken
from index.segments import byte_codes
from index.segments.byte_codes import ByteCodes
from index.segments.vector_file import VectorFile

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

# A second OpenMP thread made searches 35 to 50 times slower on busy cores (measured).
faiss.omp_set_num_threads(1)

# A part of at least this many rows also has two files of codes. Coarse ones, 4 bits for every 4 components, are scanned
# and name rows. Fine ones, a byte for each component, compare these. Exact scores of the best of them decide
# (docs/adr/0025-a-quantised-scan-for-large-libraries.md).
CODED_FROM = 20_000
# A vector has at least 96 coarse codes (or as many as components), all of the same number of components, at most 6.
_WIDTHS, _FEWEST_CODES = (6, 5, 4, 3, 2), 96
# Vectors that the coarse codes are fitted to: as many as faiss uses for 16 centres.
_SAMPLE = 4096
# How many rows are compared by their fine codes for each result, if the rows are few (see `_compared`).
_COMPARED = 10
# Vectors that are read from a file at a time: 6 MB of 384 components.
_BLOCK = 4096
# Endings of the files of codes beside the vectors.
CODES = COARSE, FINE = ".coarse", ".fine"
_REBUILD = "run: playback index --rebuild"


@dataclass(frozen=True, slots=True)
class Part:
    """The vectors of one segment: mapped from their file; if they are many, left there, with their codes opened."""

    rows: int
    dimension: int
    mapped: Any = None
    coarse: Any = None
    fine: ByteCodes | None = None
    file: VectorFile | None = None


def write(path: Path, vectors: Floats) -> None:
    """Write vectors, shape (rows, dimension), as an exact inner-product index; row numbers are their positions.

    Many of them (`CODED_FROM`) get codes in two more files. The same vectors give the same bytes on one machine.
    """
    vectors = np.ascontiguousarray(vectors, np.float32)
    rows, dimension = vectors.shape
    _write(path, faiss.IndexFlatIP(dimension), vectors)
    if rows >= CODED_FROM:
        fitting = [width for width in _WIDTHS if dimension % width == 0 and dimension // width >= _FEWEST_CODES]
        width = fitting[0] if fitting else 1
        coarse = faiss.IndexPQFastScan(dimension, dimension // width, 4, faiss.METRIC_INNER_PRODUCT)
        # Evenly spaced rows, so that nothing is left to chance.
        coarse.train(vectors[np.linspace(0, rows - 1, _SAMPLE).astype(int)])
        _write(path.with_suffix(COARSE), coarse, vectors)
        byte_codes.write(path.with_suffix(FINE), vectors)


def _write(path: Path, index: Any, vectors: Floats) -> None:
    index.add(vectors)
    # faiss's own writer does not notice if the disk fills up at the end of the file (tested).
    path.write_bytes(faiss.serialize_index(index).data)


def read(path: Path, rows: int, dimension: int) -> Part:
    """Open a part whose checksum was verified; raises IndexBroken if its shape differs from the manifest.

    The file must not change while it is open.
    """
    exact = _opened(path, faiss.IO_FLAG_MMAP_IFC)
    if not isinstance(exact, faiss.IndexFlatIP) or exact.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise IndexBroken(f"{path} is no exact inner-product index; {_REBUILD}")
    if exact.ntotal != rows or exact.d != dimension:
        raise IndexBroken(f"{path} holds {exact.ntotal} vectors of {exact.d}, not {rows} of {dimension}; {_REBUILD}")
    if not path.with_suffix(COARSE).exists():
        return Part(rows, dimension, exact)
    coarse = _coarse(path.with_suffix(COARSE), rows, dimension)
    fine = byte_codes.read(path.with_suffix(FINE), rows, dimension)
    return Part(rows, dimension, None, coarse, fine, VectorFile(path, rows, dimension))


def _coarse(path: Path, rows: int, dimension: int) -> Any:
    coarse = _opened(path, 0)
    if not isinstance(coarse, faiss.IndexPQFastScan) or coarse.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise IndexBroken(f"{path} holds no codes; {_REBUILD}")
    if coarse.ntotal != rows or coarse.d != dimension:
        raise IndexBroken(f"{path} does not hold the codes of {rows} vectors of {dimension}; {_REBUILD}")
    return coarse


def _opened(path: Path, flags: int) -> Any:
    try:
        return faiss.read_index(str(path), flags)
    except (RuntimeError, MemoryError) as error:
        raise IndexBroken(f"{path} cannot be read by faiss; {_REBUILD}") from error


class Vectors(Protocol):
    """The vectors of one field, of all segments of a generation; row numbers run through them."""

    def nearest(self, query: Floats, k: int, allowed: Rows | Mask | None) -> tuple[Rows, Floats]:
        """Return the k nearest of the allowed rows and their scores, as the function `nearest` does."""

    def scores_of(self, query: Floats, rows: Rows) -> Floats:
        """Return the query's inner product with the vectors of the given rows, in their order."""

    def vectors_of(self, rows: Rows) -> Floats:
        """Return the vectors of the given rows, in their order, shape (rows, dimension)."""


@dataclass(frozen=True, slots=True)
class FileVectors:
    """Vectors in files, one for each segment."""

    parts: tuple[Part, ...]

    def nearest(self, query: Floats, k: int, allowed: Rows | Mask | None) -> tuple[Rows, Floats]:
        """Return the k nearest of the allowed rows and their scores, as the function `nearest` does."""
        return nearest(self.parts, query, k, allowed)

    def scores_of(self, query: Floats, rows: Rows) -> Floats:
        """Return the query's inner product with the vectors of the given rows, in their order."""
        return scores_of(self.parts, query, rows)

    def vectors_of(self, rows: Rows) -> Floats:
        """Return the vectors of the given rows, in their order, shape (rows, dimension)."""
        return vectors_of(self.parts, rows)


def nearest(parts: Sequence[Part], query: Floats, k: int, allowed: Rows | Mask | None) -> tuple[Rows, Floats]:
    """Return the k rows with the highest inner product, best first, and their scores; equal ones by row number.

    Row numbers run through the parts in their order. Only `allowed` rows are returned if given, as row numbers or as a
    mask of shape (rows,); k of them if k are allowed. Scores are exact; of the k best of large parts, about one in a
    thousand may be missing.
    """
    query = np.ascontiguousarray(query, np.float32)
    mask = _mask(parts, allowed)
    chosen, estimated = [], []
    for part, first in _placed(parts):
        mine = None if mask is None or mask[first : first + part.rows].all() else mask[first : first + part.rows]
        if (candidates := _candidates(part, query, k, mine)) is not None:
            estimated.append((part, first, *candidates))
        else:
            chosen.append((part, first, None if mine is None else np.flatnonzero(mine)))
    # The candidates of all parts compete for as many exact scores as those of one.
    least = _highest([estimates for *_, estimates in estimated], _named(k)) if estimated else 0.0
    chosen += [(part, first, rows[estimates >= least]) for part, first, rows, estimates in estimated]
    found = []
    for part, first, rows in chosen:
        scores = _exact(part, query, rows)
        found.append(best_of(first + (np.arange(part.rows) if rows is None else rows), scores, k))
    if len(found) == 1:
        return found[0]
    empty = np.empty(0, np.int64), np.empty(0, np.float32)
    rows, scores = (np.concatenate(arrays) for arrays in zip(empty, *found, strict=True))
    return best_of(rows, scores, k)


def scores_of(parts: Sequence[Part], query: Floats, rows: Rows) -> Floats:
    """Return the query's inner product with the vectors of the given rows, in their order."""
    if not len(rows):
        return np.empty(0, np.float32)
    result: Floats = vectors_of(parts, rows) @ query
    return result


def vectors_of(parts: Sequence[Part], rows: Rows) -> Floats:
    """Return the vectors of the given rows, in their order, shape (rows, dimension)."""
    result = np.empty((len(rows), parts[0].dimension if parts else 0), np.float32)
    for part, first in _placed(parts):
        mine = (rows >= first) & (rows < first + part.rows)
        if mine.any():
            result[mine] = _read(part, rows[mine] - first)
    return result


def _placed(parts: Sequence[Part]) -> Iterator[tuple[Part, int]]:
    """Yield each part with its first row."""
    first = 0
    for part in parts:
        yield part, first
        first += part.rows


def _mask(parts: Sequence[Part], allowed: Rows | Mask | None) -> Mask | None:
    if allowed is None or allowed.dtype == np.bool_:
        return None if allowed is None else allowed.astype(np.bool_, copy=False)
    mask = np.zeros(sum(part.rows for part in parts), np.bool_)
    mask[allowed] = True
    return mask


def _named(k: int) -> int:
    """Return how many rows get exact scores: fine codes confuse only neighbours in the order."""
    return k + k // 8 + 5


def _compared(rows: int, k: int) -> int:
    """Return how many of these rows are compared by fine codes: more than 0.999 of the 10 best are then among them.

    In a larger part more rows are as near as the 10th best: 260 are compared of 100,000 and 1,200 of 1,000,000.
    """
    return max(_COMPARED * k, int(0.12 * rows ** (2 / 3)))


def _candidates(part: Part, query: Floats, k: int, mask: Mask | None) -> tuple[Rows, Floats] | None:
    """Return allowed rows, those with the best codes among them, and their estimated scores; None to score all.

    The scan of coarse codes knows no filter, so it names more rows where fewer of them are allowed: a quarter more than
    if the filter had nothing to do with the query, then twice as many.
    """
    count = part.rows if mask is None else int(np.count_nonzero(mask))
    if part.fine is None or count <= _named(k):
        return None
    compared = _compared(part.rows, k)
    scanned = compared if mask is None else compared * part.rows * 5 // (count * 4)
    # To name a row costs about as much as to compare it.
    while 2 * scanned <= count:
        rows: Rows = part.coarse.search(query[None], scanned)[1][0]
        if mask is not None:
            rows = rows[mask[rows]]
        if len(rows) >= compared:
            break
        scanned *= 2
    else:
        rows = np.arange(part.rows) if mask is None else np.flatnonzero(mask)
    return rows, part.fine.estimates(query, rows)


def _exact(part: Part, query: Floats, rows: Rows | None) -> Floats:
    """Return the scores of the given rows, which ascend, or of all; the same bits whichever rows are asked for."""
    if part.mapped is not None and rows is not None:
        scores = np.empty(len(rows), np.float32)
        faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]
            faiss.swig_ptr(scores),
            faiss.swig_ptr(query),
            part.mapped.get_xb(),
            faiss.swig_ptr(rows),
            part.dimension,
            1,
            len(rows),
        )
        return scores
    if part.mapped is not None:
        return _products(query, part.mapped.get_xb(), part.rows)
    rows = np.arange(part.rows) if rows is None else rows
    scores = np.empty(len(rows), np.float32)
    for first in range(0, len(rows), _BLOCK):
        block = _read(part, rows[first : first + _BLOCK])
        scores[first : first + _BLOCK] = _products(query, faiss.swig_ptr(block), len(block))
    return scores


def _products(query: Floats, vectors: Any, count: int) -> Floats:
    scores = np.empty(count, np.float32)
    faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]
        faiss.swig_ptr(scores), faiss.swig_ptr(query), vectors, len(query), count
    )
    return scores


def _read(part: Part, rows: Rows) -> Floats:
    if part.file is not None:
        return part.file.read(rows)
    vectors: Floats = part.mapped.reconstruct_batch(rows)
    return vectors


def best_of(rows: Rows, scores: Floats, k: int) -> tuple[Rows, Floats]:
    """Return the k rows with the highest scores and these, best first, equal ones by row."""
    if len(rows) > 2 * k:
        kept = scores >= _highest([scores], k)
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def _highest(scores: Sequence[Floats], k: int) -> float:
    """Return the k-th highest score; the lowest if there are fewer, infinity if k is 0."""
    together = np.concatenate(scores)
    place = max(len(together) - k, 0)
    return float(np.partition(together, place)[place]) if k else np.inf
