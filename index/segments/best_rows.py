"""The rows with the highest scores."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

# Groups from whose maxima a lower bound of the k-th best score is taken.
_GROUP = 64


def best(scores: Floats, k: int, allowed: Rows | None = None, order: Rows | None = None) -> Rows:
    """Return the k rows with the highest scores above 0, best first; only `allowed` ones, ascending, if given.

    Equal ones come by their number in `order`, shape (rows,), else by row.
    """
    if not k:
        return np.empty(0, np.int64)
    chosen = scores if allowed is None else scores[allowed]
    least = _lower_bound(chosen, k)
    rows = np.flatnonzero(chosen >= least if least > 0 else chosen > 0)
    rows = rows if allowed is None else allowed[rows]
    return rows[np.lexsort((rows if order is None else order[rows], -scores[rows]))[:k]]


def _lower_bound(scores: Floats, k: int) -> float:
    """Return a score that at least k rows reach and few more; 0 if there are no k rows.

    The k-th highest of the maxima of disjoint groups is such a score, and found much sooner than the k-th highest.
    """
    groups = len(scores) // _GROUP
    values = scores if groups <= k else scores[: groups * _GROUP].reshape(_GROUP, groups).max(axis=0)
    return float(np.partition(values, len(values) - k)[len(values) - k]) if 0 < k < len(values) else 0.0
