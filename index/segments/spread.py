"""Mean and deviation of a query's scores over all vectors, from sums that add up over the parts of a generation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

# Components are rounded to multiples of 2^-18, so that every sum of their products is exact in float64: sums of parts
# are the sums of the whole, bit for bit, in any order. That holds until the squares of one component add up to 2^17,
# beyond ten million unit vectors of 384 components; after that the last bits differ.
_GRID = 2.0**18
# Rows that are converted at a time: 25 MB in float64.
_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and covariance of a field's vectors, which give a query's mean score and deviation without a full search."""

    mean: Floats
    covariance: Floats

    def of(self, query: Floats) -> tuple[float, float]:
        """Return mean and standard deviation of the query's inner product with every vector."""
        return float(self.mean @ query), float(np.sqrt(max(float(query @ self.covariance @ query), 0.0)))


@dataclass(frozen=True, slots=True)
class Moments:
    """Number of vectors, their sum and the sum of their outer products; exact for the rounded vectors.

    Adding gives the moments of all vectors of both, subtracting takes vectors away that are among them.
    """

    count: int
    total: Doubles
    products: Doubles

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of the vectors of both."""
        return Moments(self.count + other.count, self.total + other.total, self.products + other.products)

    def __sub__(self, gone: "Moments") -> "Moments":
        """Return the moments of the vectors that remain without `gone`."""
        return Moments(self.count - gone.count, self.total - gone.total, self.products - gone.products)


def moments_of(vectors: Floats) -> Moments:
    """Return the moments of vectors of shape (rows, dimension), none of them longer than about 1."""
    dimension = vectors.shape[1]
    total, products = np.zeros(dimension), np.zeros((dimension, dimension))
    for first in range(0, len(vectors), _BLOCK):
        block = np.rint(vectors[first : first + _BLOCK].astype(np.float64) * _GRID) / _GRID
        total += block.sum(axis=0)
        products += block.T @ block
    return Moments(len(vectors), total, products)


def spread_of(moments: Moments) -> Spread:
    """Return the mean and covariance of the vectors with these moments; zeros if there are none."""
    count = max(moments.count, 1)
    mean = moments.total / count
    covariance = moments.products / count - np.outer(mean, mean)
    return Spread(mean.astype(np.float32), covariance.astype(np.float32))


def to_bytes(moments: Moments) -> bytes:
    """Return moments as bytes, half the size of the square of products, which is symmetric."""
    upper = moments.products[np.triu_indices(len(moments.total))]
    return np.concatenate(([float(moments.count)], moments.total, upper)).astype("<f8").tobytes()


def from_bytes(data: bytes, dimension: int) -> Moments:
    """Read what `to_bytes` wrote for vectors of this dimension; raises IndexBroken for another size."""
    if len(data) != 8 * (1 + dimension + dimension * (dimension + 1) // 2):
        raise IndexBroken(f"sums over vectors of {dimension} cannot be read; run: playback index --rebuild")
    numbers = np.frombuffer(data, "<f8")
    products = np.zeros((dimension, dimension))
    products[np.triu_indices(dimension)] = numbers[1 + dimension :]
    products += np.triu(products, 1).T
    return Moments(int(numbers[0]), numbers[1 : 1 + dimension].copy(), products)
