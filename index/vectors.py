"""Exact inner-product search over unit vectors, and the spread of a query's scores; the only user of faiss."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

# A second OpenMP thread made searches 35 to 50 times slower on busy cores (measured).
faiss.omp_set_num_threads(1)


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and covariance of a field's vectors, which give a query's mean score and deviation without a full search."""

    mean: Floats
    covariance: Floats

    def of(self, query: Floats) -> tuple[float, float]:
        """Return mean and standard deviation of the query's inner product with every vector."""
        return float(self.mean @ query), float(np.sqrt(max(float(query @ self.covariance @ query), 0.0)))


def spread_of(vectors: Floats) -> Spread:
    """Return the spread of vectors of shape (rows, dimension); zeros if there are no rows."""
    if not len(vectors):
        dimension = vectors.shape[1]
        return Spread(np.zeros(dimension, np.float32), np.zeros((dimension, dimension), np.float32))
    mean = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - mean
    return Spread(mean.astype(np.float32), (centred.T @ centred / len(vectors)).astype(np.float32))


def write(path: Path, vectors: Floats) -> None:
    """Write vectors, shape (rows, dimension), as an exact inner-product index; row numbers are their positions."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    # faiss's own writer does not notice if the disk fills up at the end of the file (tested).
    path.write_bytes(faiss.serialize_index(index).data)


def read(path: Path, rows: int, dimension: int) -> Any:
    """Open an index whose checksum was verified; raises IndexBroken if its shape differs from the manifest."""
    try:
        index = faiss.read_index(str(path))
    except RuntimeError as error:
        raise IndexBroken(f"{path} cannot be read by faiss; run: playback index --rebuild") from error
    if index.ntotal != rows or index.d != dimension:
        raise IndexBroken(
            f"{path} holds {index.ntotal} vectors of {index.d}, not {rows} of {dimension}; "
            "run: playback index --rebuild"
        )
    return index


def nearest(index: Any, query: Floats, k: int, allowed: Rows | None) -> tuple[Rows, Floats]:
    """Return the k rows with the highest inner product, best first, and their scores; only `allowed` rows if given."""
    k = min(k, index.ntotal if allowed is None else len(allowed))
    if k == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    parameters = None if allowed is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
    scores, rows = index.search(query[None, :], k, params=parameters)
    return rows[0], scores[0]


def scores_of(index: Any, query: Floats, rows: Rows) -> Floats:
    """Return the query's inner product with the vectors of the given rows, in their order."""
    if not len(rows):
        return np.empty(0, np.float32)
    vectors: Floats = index.reconstruct_batch(rows)
    result: Floats = vectors @ query
    return result
