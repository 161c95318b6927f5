"""Vectors of a text's word pieces, and of parts of it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
# Characters [start, end) of a text.
Part = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PieceVectors:
    """A text's word pieces with their contextual vectors.

    `spans` are characters [start, end) in the text, `vectors` unit vectors of shape (pieces, dimension).
    """

    spans: tuple[tuple[int, int], ...]
    vectors: Vectors


def piece_vectors(offsets: Sequence[Part], matrix: Vectors) -> PieceVectors:
    """Drop the special tokens, which have no characters, and make the vectors unit length."""
    kept = [place for place, (start, end) in enumerate(offsets[: len(matrix)]) if end > start]
    return PieceVectors(tuple(offsets[place] for place in kept), unit(matrix[kept]))


def shifted(offsets: Sequence[Part], characters: int) -> list[Part]:
    """Return pieces' characters counted from after a prompt; a special token stays empty."""
    return [(start - characters, end - characters) if end > start else (0, 0) for start, end in offsets]


def part_means(parts: Sequence[Part], offsets: Sequence[Part], matrix: Vectors) -> list[Vectors | None]:
    """Return for each part the mean of the vectors of the pieces that begin in it, None if none does."""
    starts = np.array([start if end > start else -1 for start, end in offsets[: len(matrix)]], dtype=np.int64)
    found: list[Vectors | None] = []
    for start, end in parts:
        inside = (starts >= start) & (starts < end)
        found.append(matrix[inside].mean(axis=0) if inside.any() else None)
    return found


def unit(vectors: Vectors) -> Vectors:
    """Return the rows at unit length."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
