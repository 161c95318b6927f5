"""Inner-product search over unit vectors in several parts; the only user of faiss."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

# A second OpenMP thread made searches 35 to 50 times slower on busy cores (measured).
faiss.omp_set_num_threads(1)


@dataclass(frozen=True, slots=True)
class Part:
    """The vectors of one segment, mapped from their file: pages are read when they are used and may be dropped."""

    exact: Any

    @property
    def rows(self) -> int:
        """Return the number of vectors."""
        return int(self.exact.ntotal)


def write(path: Path, vectors: Floats) -> None:
    """Write vectors, shape (rows, dimension), as an exact inner-product index; row numbers are their positions."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    # faiss's own writer does not notice if the disk fills up at the end of the file (tested).
    path.write_bytes(faiss.serialize_index(index).data)


def read(path: Path, rows: int, dimension: int) -> Part:
    """Open a part whose checksum was verified; raises IndexBroken if its shape differs from the manifest.

    The file must not change while it is open.
    """
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise IndexBroken(f"{path} cannot be read by faiss; run: playback index --rebuild") from error
    if not isinstance(index, faiss.IndexFlatIP) or index.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise IndexBroken(f"{path} is no exact inner-product index; run: playback index --rebuild")
    if index.ntotal != rows or index.d != dimension:
        raise IndexBroken(
            f"{path} holds {index.ntotal} vectors of {index.d}, not {rows} of {dimension}; "
            "run: playback index --rebuild"
        )
    return Part(index)


def nearest(parts: Sequence[Part], query: Floats, k: int, allowed: Rows | Mask | None) -> tuple[Rows, Floats]:
    """Return the k rows with the highest inner product, best first, and their scores; equal ones by row number.

    Row numbers run through the parts in their order. Only `allowed` rows are returned if given, as row numbers or as a
    mask of shape (rows,); k of them if k are allowed.
    """
    query = np.ascontiguousarray(query, np.float32)
    mask = _mask(parts, allowed)
    found = [
        _first(first + rows, scores, k)
        for part, first in zip(parts, _starts(parts), strict=True)
        for rows, scores in [_scored(part, query, None if mask is None else mask[first : first + part.rows])]
    ]
    rows = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in found)])
    scores = np.concatenate([np.empty(0, np.float32), *(scores for _, scores in found)])
    return _first(rows, scores, k)


def scores_of(parts: Sequence[Part], query: Floats, rows: Rows) -> Floats:
    """Return the query's inner product with the vectors of the given rows, in their order."""
    if not len(rows):
        return np.empty(0, np.float32)
    result: Floats = vectors_of(parts, rows) @ query
    return result


def vectors_of(parts: Sequence[Part], rows: Rows) -> Floats:
    """Return the vectors of the given rows, in their order, shape (rows, dimension)."""
    result = np.empty((len(rows), parts[0].exact.d if parts else 0), np.float32)
    for part, first in zip(parts, _starts(parts), strict=True):
        mine = (rows >= first) & (rows < first + part.rows)
        if mine.any():
            result[mine] = part.exact.reconstruct_batch(rows[mine] - first)
    return result


def _starts(parts: Sequence[Part]) -> list[int]:
    return list(accumulate((part.rows for part in parts[:-1]), initial=0)) if parts else []


def _mask(parts: Sequence[Part], allowed: Rows | Mask | None) -> Mask | None:
    if allowed is None or allowed.dtype == np.bool_:
        return None if allowed is None else allowed.astype(np.bool_, copy=False)
    mask = np.zeros(sum(part.rows for part in parts), np.bool_)
    mask[allowed] = True
    return mask


def _scored(part: Part, query: Floats, mask: Mask | None) -> tuple[Rows, Floats]:
    """Return the rows that the mask allows and their scores, in the order of the rows."""
    if mask is not None and not mask.all():
        rows = np.flatnonzero(mask)
        return rows, _exact(part, query, rows)
    scores = np.empty(part.rows, np.float32)
    faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]
        faiss.swig_ptr(scores), faiss.swig_ptr(query), part.exact.get_xb(), part.exact.d, part.rows
    )
    return np.arange(part.rows), scores


def _exact(part: Part, query: Floats, rows: Rows) -> Floats:
    """Return the scores of the given rows, each with the same bits as in a scan of all rows."""
    scores = np.empty(len(rows), np.float32)
    faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]
        faiss.swig_ptr(scores),
        faiss.swig_ptr(query),
        part.exact.get_xb(),
        faiss.swig_ptr(rows),
        part.exact.d,
        1,
        len(rows),
    )
    return scores


def _first(rows: Rows, scores: Floats, k: int) -> tuple[Rows, Floats]:
    """Return the k rows with the highest scores, best first, equal ones by row; rows ascend among equal scores."""
    if k < len(rows):
        least = np.partition(scores, len(rows) - k)[len(rows) - k] if k else np.inf
        kept = np.flatnonzero(scores >= least)
        rows, scores = rows[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:k]
    return rows[order], scores[order]
