"""Search in parts that are scanned by their codes: exact scores, and hardly a neighbour missed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import vectors
from index.errors import IndexBroken
from index.segments import byte_codes
from index.vectors import COARSE, FINE, Part

Floats = NDArray[np.float32]

ROWS, DIMENSION = 6000, 48
CUTS = ((), (2500, 2600), (3000,))


@pytest.fixture(scope="session")
def matrix() -> Floats:
    """Unit vectors in clusters of all sizes, as passages on the same subjects are; every 20th is one of two."""
    random = np.random.default_rng(7)
    centres = random.normal(0.2, 1, (40, DIMENSION))
    drawn = centres[random.zipf(1.5, ROWS) % 40] + random.normal(0, 0.8, (ROWS, DIMENSION))
    drawn[::20] = drawn[:2][random.integers(0, 2, len(drawn[::20]))]
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def cut(matrix: Floats, tmp_path_factory: pytest.TempPathFactory) -> list[Sequence[Part]]:
    """The same vectors as one part with codes, as two of them with a small one between, and as two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "CODED_FROM", 1000)
        return [parts_of(np.split(matrix, cuts), tmp_path_factory.mktemp("vectors")) for cuts in CUTS]


def parts_of(pieces: Sequence[Floats], folder: Path) -> list[Part]:
    parts = []
    for number, piece in enumerate(pieces):
        path = folder / f"{number}.faiss"
        vectors.write(path, piece)
        parts.append(vectors.read(path, len(piece), piece.shape[1]))
    return parts


def query_near(seed: int, matrix: Floats) -> Floats:
    """A query on a subject that some of the vectors are about."""
    random = np.random.default_rng(seed)
    drawn = matrix[random.integers(len(matrix))] + random.normal(0, 0.08, DIMENSION)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def brute(matrix: Floats, query: Floats, k: int, allowed: NDArray[np.bool_] | None = None) -> list[float]:
    """The k highest scores of the allowed rows."""
    scores = matrix @ query if allowed is None else (matrix @ query)[allowed]
    return sorted(scores.tolist(), reverse=True)[:k]


def test_the_tenth_best_is_hardly_ever_missed(matrix: Floats, cut: list[Sequence[Part]]) -> None:
    """Of the 10 best of 60 queries 0.999 are found, however the rows are cut, with the very scores of a flat scan."""
    flat = [Part(ROWS, DIMENSION, vectors.faiss.IndexFlatIP(DIMENSION))]
    flat[0].mapped.add(matrix)
    for parts in cut:
        found = 0
        for seed in range(60):
            query = query_near(seed, matrix)
            exact_rows, exact_scores = vectors.nearest(flat, query, ROWS, None)
            exact = dict(zip(exact_rows.tolist(), exact_scores.tolist(), strict=True))
            rows, scores = vectors.nearest(parts, query, 10, None)
            assert [exact[row] for row in rows.tolist()] == scores.tolist()
            assert sorted(zip((-scores).tolist(), rows.tolist(), strict=True)) == list(
                zip((-scores).tolist(), rows.tolist(), strict=True)
            )
            found += sum(score >= exact_scores[9] for score in scores)
        assert found >= 0.999 * 600


@given(
    seed=st.integers(0, 2**32),
    share=st.sampled_from([0.0, 0.0005, 0.002, 0.01, 0.05, 0.2, 0.5, 0.95, 1.0]),
    near=st.booleans(),
    k=st.sampled_from([0, 1, 10, 200, ROWS + 1]),
    as_mask=st.booleans(),
)
def test_a_filter_gives_k_of_the_allowed_if_k_are_allowed(
    seed: int, share: float, near: bool, k: int, as_mask: bool, matrix: Floats, cut: list[Sequence[Part]]
) -> None:
    """Whatever share of the rows it allows, the farthest ones too: no hit is lost to rows that are not allowed."""
    query = query_near(seed, matrix)
    kept = np.random.default_rng(seed).random(ROWS) < share
    if not near and kept.any():
        kept = matrix @ query < np.quantile(matrix @ query, share)
    allowed = kept if as_mask else np.flatnonzero(kept)
    best = brute(matrix, query, k, kept)
    for parts in cut:
        rows, scores = vectors.nearest(parts, query, k, allowed)
        assert len(rows) == min(k, int(kept.sum()))
        assert kept[rows].all()
        assert len(set(rows.tolist())) == len(rows)
        np.testing.assert_allclose(matrix[rows] @ query, scores, atol=1e-6)
        assert sum(score < least - 1e-3 for score, least in zip(scores.tolist(), best, strict=True)) <= 0.1 * k


def test_rows_that_are_gone_are_not_found(matrix: Floats, cut: list[Sequence[Part]]) -> None:
    """Without the 300 best, the next ones are found, not fewer."""
    for seed in range(10):
        query = query_near(seed, matrix)
        left = np.ones(ROWS, bool)
        left[np.argsort(-(matrix @ query))[:300]] = False
        for parts in cut:
            rows, scores = vectors.nearest(parts, query, 10, left)
            assert left[rows].all()
            np.testing.assert_allclose(scores, brute(matrix, query, 10, left), atol=1e-3)


def test_vectors_are_read_as_they_were_written(matrix: Floats, cut: list[Sequence[Part]]) -> None:
    """Any rows in any order, neighbours and repeated ones too, and their scores."""
    random = np.random.default_rng(1)
    for chosen in (random.integers(0, ROWS, 300), np.arange(2400, 2700), np.array([5, 6, 6, 5, 4]), np.arange(0)):
        for parts in cut:
            assert (vectors.vectors_of(parts, chosen) == matrix[chosen]).all()
            query = query_near(3, matrix)
            assert vectors.scores_of(parts, query, chosen).tolist() == (matrix[chosen] @ query).tolist()


def test_only_many_vectors_get_codes(matrix: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From `CODED_FROM` rows on there are two more files, and the same vectors give the same bytes."""
    monkeypatch.setattr(vectors, "CODED_FROM", 2000)
    for name, rows in (("few", 1999), ("many", 2000), ("again", 2000)):
        vectors.write(tmp_path / f"{name}.faiss", matrix[:rows])
    assert {path.name for path in tmp_path.iterdir()} == {
        "few.faiss",
        *(f"{name}{ending}" for name in ("many", "again") for ending in (".faiss", COARSE, FINE)),
    }
    for ending in (".faiss", COARSE, FINE):
        assert (tmp_path / f"many{ending}").read_bytes() == (tmp_path / f"again{ending}").read_bytes()


@pytest.mark.parametrize("dimension", [5, 6, 8, 16])
def test_vectors_of_any_dimension_get_codes(dimension: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoders have dimensions that nothing divides."""
    monkeypatch.setattr(vectors, "CODED_FROM", 1000)
    drawn = np.random.default_rng(5).normal(size=(1500, dimension)).astype(np.float32)
    parts = parts_of([drawn], tmp_path)
    assert parts[0].coarse is not None
    rows, scores = vectors.nearest(parts, drawn[9], 10, None)
    np.testing.assert_allclose(scores, brute(drawn, drawn[9], 10), atol=1e-4)
    assert rows[0] == np.argmax(drawn @ drawn[9])


def test_a_component_that_never_changes_has_a_code(tmp_path: Path) -> None:
    """Equal values have no range to divide, and still come back."""
    same = np.full((10, 4), 0.5, np.float32)
    byte_codes.write(tmp_path / "x.fine", same)
    estimates = byte_codes.read(tmp_path / "x.fine", 10, 4).estimates(np.ones(4, np.float32), np.arange(10))
    np.testing.assert_allclose(estimates, 2.0, atol=1e-6)


@pytest.mark.parametrize("ending", [COARSE, FINE])
def test_damaged_codes_are_refused(
    ending: str, matrix: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes that are cut off, of other vectors or no codes at all, in one line that says what to run."""
    monkeypatch.setattr(vectors, "CODED_FROM", 1000)
    path = tmp_path / "vectors.faiss"
    vectors.write(path, matrix[:1000])
    other = tmp_path / "other.faiss"
    vectors.write(other, matrix[:1100])
    codes = path.with_suffix(ending)
    whole = codes.read_bytes()
    for wrong in (b"", whole[:50], whole[:-1], b"x" * 60, other.with_suffix(ending).read_bytes()):
        codes.write_bytes(wrong)
        with pytest.raises(IndexBroken, match=rf"vectors\{ending} .*playback index --rebuild"):
            vectors.read(path, 1000, DIMENSION)
    codes.write_bytes(whole)
    path.with_suffix(FINE).unlink()
    with pytest.raises(IndexBroken, match=r"vectors\.fine does not hold"):
        vectors.read(path, 1000, DIMENSION)


def test_vectors_that_are_cut_off_later_are_noticed(
    matrix: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that shrinks while it is open gives an error, never the bytes of something else."""
    monkeypatch.setattr(vectors, "CODED_FROM", 1000)
    parts = parts_of([matrix[:1000]], tmp_path)
    path = tmp_path / "0.faiss"
    path.write_bytes(path.read_bytes()[: 45 + 900 * DIMENSION * 4])
    with pytest.raises(IndexBroken, match="has been cut off; run: playback index --rebuild"):
        vectors.vectors_of(parts, np.array([999]))
