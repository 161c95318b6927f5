"""Chosen vectors from a file of many: only these are read, and none of them stay in memory."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


class VectorFile:
    """An open file that ends with float32 vectors, row after row; many threads may read it.

    A mapping would count as memory of the process, with the 64 KiB around every row that was ever read.
    """

    def __init__(self, path: Path, rows: int, dimension: int) -> None:
        """Open a file whose last bytes are vectors of shape (rows, dimension)."""
        self.dimension = dimension
        self._path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._start = os.fstat(self._descriptor).st_size - rows * dimension * 4

    def __del__(self) -> None:
        """Close the file with the last reader."""
        if hasattr(self, "_descriptor"):  # missing if opening failed
            os.close(self._descriptor)

    def read(self, rows: Rows) -> Floats:
        """Return the vectors of these rows, shape (rows, dimension); raises IndexBroken if the file ends before them.

        Rows that follow each other are read together.
        """
        result = np.empty((len(rows), self.dimension), np.float32)
        memory, size = result.reshape(-1).view(np.uint8).data, 4 * self.dimension
        wanted = rows.tolist()
        first = 0
        # A plain loop: after other work, numpy's functions would take longer to come into the cache than this takes.
        for end in range(1, len(wanted) + 1):
            if end == len(wanted) or wanted[end] != wanted[end - 1] + 1:
                piece = memory[first * size : end * size]
                if os.preadv(self._descriptor, (piece,), self._start + wanted[first] * size) != len(piece):
                    raise IndexBroken(f"{self._path} has been cut off; run: playback index --rebuild")
                first = end
        return result
