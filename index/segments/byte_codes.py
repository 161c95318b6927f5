"""Vectors with a byte for each component, mapped from a file: a quarter of their size, with nearly exact scores."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

# Rows that are converted at a time: 0.4 MB of 384 components as float32, which fits into a cache of its core.
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class ByteCodes:
    """Codes of shape (rows, dimension); a component is `lowest` plus its code times `step`, both (dimension,)."""

    lowest: Floats
    step: Floats
    codes: NDArray[np.uint8]

    def estimates(self, query: Floats, rows: Rows) -> Floats:
        """Return the query's inner product with the coded vectors of these rows."""
        weights, result = self.step * query, np.empty(len(rows), np.float32)
        for first in range(0, len(rows), _BLOCK):
            # With `clip`, numpy copies each row as it goes, instead of looking at all numbers of rows before.
            codes = np.take(self.codes, rows[first : first + _BLOCK], axis=0, mode="clip")
            np.matmul(codes.astype(np.float32), weights, out=result[first : first + _BLOCK])
        result += self.lowest @ query
        return result


def write(path: Path, vectors: Floats) -> None:
    """Write the codes of vectors of shape (rows, dimension)."""
    lowest = vectors.min(axis=0)
    step = np.maximum((vectors.max(axis=0) - lowest) / 255, np.float32(1e-12))
    with path.open("wb") as file:
        file.write(np.concatenate([lowest, step]).astype("<f4").tobytes())
        for first in range(0, len(vectors), _BLOCK):
            codes = np.rint((vectors[first : first + _BLOCK] - lowest) / step)
            file.write(np.clip(codes, 0, 255).astype(np.uint8).tobytes())


def read(path: Path, rows: int, dimension: int) -> ByteCodes:
    """Open what `write` wrote for vectors of this shape; raises IndexBroken for a file of another size."""
    size = dimension * (rows + 8)
    if not path.exists() or path.stat().st_size != size:
        raise IndexBroken(
            f"{path} does not hold the codes of {rows} vectors of {dimension}; run: playback index --rebuild"
        )
    data = np.memmap(path, np.uint8, mode="r")
    ranges = data[: 8 * dimension].view("<f4").astype(np.float32)
    # As a plain array: each selection from a memmap is made a memmap again, which takes longer than the selection.
    codes = np.asarray(data)[8 * dimension :].reshape(rows, dimension)
    return ByteCodes(ranges[:dimension], ranges[dimension:], codes)
