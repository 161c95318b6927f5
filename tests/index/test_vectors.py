"""Exact search over vectors in parts equals plain numpy over all of them."""

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import vectors
from index.errors import IndexBroken
from index.vectors import Part

Floats = NDArray[np.float32]

ROWS, DIMENSION = 400, 24
CUTS = ((), (0, 130, 130, 131), (399,))


@pytest.fixture(scope="session")
def matrix() -> Floats:
    """Unit vectors that lean one way, as those of sentences do; every tenth is one of two that come again and again."""
    random = np.random.default_rng(7)
    drawn = random.normal(0.3, 1, (ROWS, DIMENSION))
    drawn[::10] = drawn[:2][random.integers(0, 2, len(drawn[::10]))]
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def cut(matrix: Floats, tmp_path_factory: pytest.TempPathFactory) -> list[Sequence[Part]]:
    """The same vectors as one part and as several, empty ones among them."""
    return [parts_of(np.split(matrix, cuts), tmp_path_factory.mktemp("vectors")) for cuts in CUTS]


def parts_of(pieces: Sequence[Floats], folder: Path) -> list[Part]:
    parts = []
    for number, piece in enumerate(pieces):
        path = folder / f"{number}.faiss"
        vectors.write(path, piece)
        parts.append(vectors.read(path, len(piece), piece.shape[1]))
    return parts


def query_of(seed: int) -> Floats:
    drawn = np.random.default_rng(seed).normal(size=DIMENSION)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


@given(
    seed=st.integers(0, 2**32),
    k=st.integers(0, ROWS + 50),
    allowed=st.none() | st.sets(st.integers(0, ROWS - 1), max_size=ROWS),
    as_mask=st.booleans(),
)
def test_nearest_is_what_brute_force_finds(
    seed: int, k: int, allowed: set[int] | None, as_mask: bool, matrix: Floats, cut: list[Sequence[Part]]
) -> None:
    """The k best of the allowed rows, best first, with their inner products; k of them if k are allowed."""
    query = query_of(seed)
    rows = np.arange(ROWS) if allowed is None else np.array(sorted(allowed), np.int64)
    scores = matrix[rows] @ query
    order = np.argsort(-scores, kind="stable")[:k]
    given_rows = None if allowed is None else np.isin(np.arange(ROWS), rows) if as_mask else rows
    for parts in cut:
        found, given_scores = vectors.nearest(parts, query, k, given_rows)
        assert len(found) == min(k, len(rows))
        assert set(found.tolist()) <= set(rows.tolist())
        assert len(set(found.tolist())) == len(found)
        np.testing.assert_allclose(given_scores, scores[order], atol=1e-6)
        np.testing.assert_allclose(matrix[found] @ query, given_scores, atol=1e-6)


@given(seed=st.integers(0, 2**32), k=st.integers(1, ROWS))
def test_an_answer_does_not_depend_on_the_cut_or_on_k(seed: int, k: int, cut: list[Sequence[Part]]) -> None:
    """Parts give the rows and the bits of one whole; equal scores stand by row number; k are the first of all."""
    query = query_of(seed)
    rows, scores = vectors.nearest(cut[0], query, ROWS, None)
    assert [(-score, row) for score, row in zip(scores, rows, strict=True)] == sorted(
        (-score, row) for score, row in zip(scores, rows, strict=True)
    )
    half = np.arange(0, ROWS, 2)
    for parts in cut:
        first_rows, first_scores = vectors.nearest(parts, query, k, None)
        assert first_rows.tolist() == rows[:k].tolist()
        assert first_scores.tolist() == scores[:k].tolist()
        even_rows, even_scores = vectors.nearest(parts, query, k, half)
        assert even_rows.tolist() == rows[rows % 2 == 0][:k].tolist()
        assert even_scores.tolist() == scores[rows % 2 == 0][:k].tolist()


@given(seed=st.integers(0, 2**32))
def test_scores_are_those_of_faiss_to_the_last_bit(seed: int, matrix: Floats, cut: list[Sequence[Part]]) -> None:
    """The scores are what `IndexFlatIP` returns, so nothing changes for libraries that were published before."""
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(matrix)
    scores, _ = index.search(query_of(seed)[None], ROWS)
    assert vectors.nearest(cut[1], query_of(seed), ROWS, None)[1].tolist() == scores[0].tolist()


@given(seed=st.integers(0, 2**32), rows=st.lists(st.integers(0, ROWS - 1), max_size=60))
def test_scores_of_given_rows_are_inner_products(
    seed: int, rows: list[int], matrix: Floats, cut: list[Sequence[Part]]
) -> None:
    """Each row's inner product with the query, in the order asked for, repeated if asked twice, whatever the cut."""
    chosen = np.array(rows, np.int64)
    for parts in cut:
        scores = vectors.scores_of(parts, query_of(seed), chosen)
        assert scores.tolist() == (matrix[chosen] @ query_of(seed)).tolist()
        assert (vectors.vectors_of(parts, chosen) == matrix[chosen]).all()


def test_no_vectors_are_an_index_too(tmp_path: Path) -> None:
    """An empty library has an index that finds nothing, and so has a library without parts."""
    for parts in (parts_of([np.zeros((0, DIMENSION), np.float32)], tmp_path), []):
        assert [len(found) for found in vectors.nearest(parts, query_of(1), 5, None)] == [0, 0]
        assert [len(found) for found in vectors.nearest(parts, query_of(1), 5, np.empty(0, np.int64))] == [0, 0]
        assert len(vectors.scores_of(parts, query_of(1), np.empty(0, np.int64))) == 0


def test_a_part_is_read_after_its_file_is_gone(matrix: Floats, tmp_path: Path) -> None:
    """A generation that a later one removes still answers those who have it open."""
    parts = parts_of([matrix], tmp_path)
    (tmp_path / "0.faiss").unlink()
    rows, _ = vectors.nearest(parts, matrix[7], 1, None)
    assert rows.tolist() == [7]


@pytest.mark.parametrize(("rows", "dimension"), [(ROWS + 1, DIMENSION), (ROWS, DIMENSION - 1)])
def test_another_shape_than_the_manifests_is_refused(rows: int, dimension: int, matrix: Floats, tmp_path: Path) -> None:
    """A file that holds other vectors than the manifest says is named with what it holds."""
    path = tmp_path / "vectors.faiss"
    vectors.write(path, matrix)
    with pytest.raises(IndexBroken, match=f"holds {ROWS} vectors of {DIMENSION}.*playback index --rebuild"):
        vectors.read(path, rows, dimension)


def test_an_index_of_distances_is_refused(matrix: Floats, tmp_path: Path) -> None:
    """The same vectors under another measure would give other neighbours."""
    path = tmp_path / "vectors.faiss"
    index = faiss.IndexFlatL2(DIMENSION)
    index.add(matrix)
    path.write_bytes(faiss.serialize_index(index).data)
    with pytest.raises(IndexBroken, match="is no exact inner-product index; run: playback index --rebuild"):
        vectors.read(path, ROWS, DIMENSION)


@pytest.mark.parametrize("size", [0, 3, 60])
def test_a_file_that_is_no_index_is_refused(size: int, tmp_path: Path) -> None:
    """faiss's own failure becomes one line that says what to run."""
    path = tmp_path / "vectors.faiss"
    path.write_bytes(b"x" * size)
    with pytest.raises(IndexBroken, match=r"vectors\.faiss cannot be read.*playback index --rebuild"):
        vectors.read(path, ROWS, DIMENSION)


@pytest.mark.parametrize("cut_at", [3, 20, 40, 44, 45, 1000, -1])
def test_a_file_that_was_cut_off_is_refused(cut_at: int, matrix: Floats, tmp_path: Path) -> None:
    """Wherever it ends: a page that is missing would end the process when it is read."""
    path = tmp_path / "vectors.faiss"
    vectors.write(path, matrix)
    path.write_bytes(path.read_bytes()[:cut_at])
    with pytest.raises(IndexBroken, match=r"vectors\.faiss cannot be read.*playback index --rebuild"):
        vectors.read(path, ROWS, DIMENSION)
