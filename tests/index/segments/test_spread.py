"""Mean and deviation of all scores from sums that add up, however the vectors are cut into parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.errors import IndexBroken
from index.segments.spread import Moments, from_bytes, moments_of, spread_of, to_bytes

ROWS, DIMENSION = 400, 24


@pytest.fixture(scope="session")
def matrix() -> NDArray[np.float32]:
    """Unit vectors that lean one way, as those of sentences do."""
    random = np.random.default_rng(7)
    drawn = random.normal(0.3, 1, (ROWS, DIMENSION))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def query_of(seed: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=DIMENSION)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def same(one: Moments, other: Moments) -> bool:
    return to_bytes(one) == to_bytes(other)


@given(seed=st.integers(0, 2**32))
def test_spread_is_mean_and_deviation_of_all_scores(seed: int, matrix: NDArray[np.float32]) -> None:
    """One product with the spread gives what numpy gives over the scores of every vector."""
    scores = matrix.astype(np.float64) @ query_of(seed).astype(np.float64)
    mean, deviation = spread_of(moments_of(matrix)).of(query_of(seed))
    assert mean == pytest.approx(scores.mean(), abs=1e-6)
    assert deviation == pytest.approx(scores.std(), rel=1e-5)


@given(cuts=st.lists(st.integers(0, ROWS), max_size=5), gone=st.sets(st.integers(0, ROWS - 1)), seed=st.integers(0, 99))
def test_sums_of_parts_are_the_sums_of_the_whole(
    cuts: list[int], gone: set[int], seed: int, matrix: NDArray[np.float32]
) -> None:
    """To the last bit, in any order of the rows, and after any rows were taken away again."""
    shuffled = np.random.default_rng(seed).permutation(matrix)
    total = moments_of(matrix[:0])
    for part in np.split(shuffled, sorted(cuts)):
        total = total + moments_of(part)
    assert same(total, moments_of(matrix))
    left = np.delete(matrix, sorted(gone), axis=0)
    assert same(total - moments_of(matrix[sorted(gone)]), moments_of(left))


def test_many_rows_are_summed_in_blocks() -> None:
    """More rows than are converted at a time give the sums of all of them."""
    many = np.random.default_rng(3).normal(0.1, 0.2, (20_000, 8)).astype(np.float32)
    mean, deviation = spread_of(moments_of(many)).of(np.ones(8, np.float32))
    assert mean == pytest.approx(many.sum(axis=1, dtype=np.float64).mean(), rel=1e-5)
    assert deviation == pytest.approx(many.sum(axis=1, dtype=np.float64).std(), rel=1e-5)


def test_no_vectors_have_no_spread() -> None:
    """Mean and deviation of no scores are 0, and so are they once the last row is gone."""
    nothing = np.zeros((0, DIMENSION), np.float32)
    assert spread_of(moments_of(nothing)).of(query_of(1)) == (0.0, 0.0)
    one = moments_of(query_of(2)[None])
    assert spread_of(one - one).of(query_of(1)) == (0.0, 0.0)


def test_one_vector_has_no_deviation(matrix: NDArray[np.float32]) -> None:
    """The deviation of a single score is nothing, not a small negative number's root."""
    mean, deviation = spread_of(moments_of(matrix[:1])).of(matrix[0])
    assert mean == pytest.approx(1.0, abs=1e-5)
    assert deviation == pytest.approx(0.0, abs=1e-6)


def test_stored_sums_come_back_exactly(matrix: NDArray[np.float32]) -> None:
    """Reading what was written gives the same count, sum and products; another dimension or size is refused."""
    moments = moments_of(matrix)
    read = from_bytes(to_bytes(moments), DIMENSION)
    assert read.count == ROWS
    assert (read.total == moments.total).all()
    assert (read.products == moments.products).all()
    for data, dimension in ((to_bytes(moments), DIMENSION + 1), (to_bytes(moments)[:-8], DIMENSION), (b"", DIMENSION)):
        with pytest.raises(IndexBroken, match="cannot be read; run: playback index --rebuild"):
            from_bytes(data, dimension)
