"""Exact search over vectors equals plain numpy."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import vectors
from index.errors import IndexBroken

ROWS, DIMENSION = 400, 24


@pytest.fixture(scope="session")
def matrix() -> NDArray[np.float32]:
    """Unit vectors that lean one way, as those of sentences do."""
    random = np.random.default_rng(7)
    drawn = random.normal(0.3, 1, (ROWS, DIMENSION))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def opened(matrix: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory) -> object:
    path = tmp_path_factory.mktemp("vectors") / "vectors.faiss"
    vectors.write(path, matrix)
    return vectors.read(path, ROWS, DIMENSION)


def query_of(seed: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=DIMENSION)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


@given(
    seed=st.integers(0, 2**32),
    k=st.integers(1, ROWS + 50),
    allowed=st.none() | st.sets(st.integers(0, ROWS - 1), max_size=ROWS),
)
def test_nearest_is_what_brute_force_finds(
    seed: int, k: int, allowed: set[int] | None, matrix: NDArray[np.float32], opened: object
) -> None:
    """The k best of the allowed rows, best first, with their inner products; k of them if k are allowed."""
    query = query_of(seed)
    rows = np.arange(ROWS) if allowed is None else np.array(sorted(allowed), np.int64)
    scores = matrix[rows] @ query
    order = np.argsort(-scores, kind="stable")[:k]
    found, given_scores = vectors.nearest(opened, query, k, None if allowed is None else rows)
    assert len(found) == min(k, len(rows))
    assert set(found.tolist()) <= set(rows.tolist())
    assert len(set(found.tolist())) == len(found)
    np.testing.assert_allclose(given_scores, scores[order], atol=1e-6)
    np.testing.assert_allclose(matrix[found] @ query, given_scores, atol=1e-6)


@given(seed=st.integers(0, 2**32), rows=st.lists(st.integers(0, ROWS - 1), max_size=60))
def test_scores_of_given_rows_are_inner_products(
    seed: int, rows: list[int], matrix: NDArray[np.float32], opened: object
) -> None:
    """Each row's inner product with the query, in the order asked for, repeated if asked twice."""
    chosen = np.array(rows, np.int64)
    np.testing.assert_allclose(
        vectors.scores_of(opened, query_of(seed), chosen), matrix[chosen] @ query_of(seed), atol=1e-6
    )


@given(seed=st.integers(0, 2**32))
def test_spread_is_mean_and_deviation_of_all_scores(seed: int, matrix: NDArray[np.float32]) -> None:
    """One product with the spread gives what numpy gives over the scores of every vector."""
    scores = matrix.astype(np.float64) @ query_of(seed).astype(np.float64)
    mean, deviation = vectors.spread_of(matrix).of(query_of(seed))
    assert mean == pytest.approx(scores.mean(), abs=1e-6)
    assert deviation == pytest.approx(scores.std(), abs=1e-5)


def test_no_vectors_are_an_index_too(tmp_path: Path) -> None:
    """An empty library has an index that finds nothing."""
    nothing = np.zeros((0, DIMENSION), np.float32)
    vectors.write(tmp_path / "vectors.faiss", nothing)
    opened = vectors.read(tmp_path / "vectors.faiss", 0, DIMENSION)
    assert [len(part) for part in vectors.nearest(opened, query_of(1), 5, None)] == [0, 0]
    assert len(vectors.scores_of(opened, query_of(1), np.empty(0, np.int64))) == 0
    assert vectors.spread_of(nothing).of(query_of(1)) == (0.0, 0.0)


def test_one_vector_has_no_spread(matrix: NDArray[np.float32]) -> None:
    """The deviation of a single score is nothing, not a small negative number's root."""
    mean, deviation = vectors.spread_of(matrix[:1]).of(matrix[0])
    assert mean == pytest.approx(1.0)
    assert deviation == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("rows", "dimension"), [(ROWS + 1, DIMENSION), (ROWS, DIMENSION - 1)])
def test_another_shape_than_the_manifests_is_refused(
    rows: int, dimension: int, matrix: NDArray[np.float32], tmp_path: Path
) -> None:
    """A file that holds other vectors than the manifest says is named with what it holds."""
    path = tmp_path / "vectors.faiss"
    vectors.write(path, matrix)
    with pytest.raises(IndexBroken, match=f"holds {ROWS} vectors of {DIMENSION}.*playback index --rebuild"):
        vectors.read(path, rows, dimension)


@pytest.mark.parametrize("size", [0, 3, 60])
def test_a_file_that_is_no_index_is_refused(size: int, tmp_path: Path) -> None:
    """faiss's own failure becomes one line that says what to run."""
    path = tmp_path / "vectors.faiss"
    path.write_bytes(b"x" * size)
    with pytest.raises(IndexBroken, match=r"vectors\.faiss cannot be read.*playback index --rebuild"):
        vectors.read(path, ROWS, DIMENSION)
