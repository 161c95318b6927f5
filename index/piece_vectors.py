"""Vectors of a text's word pieces, and of parts of it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
# Characters [start, end) of a text.
Part = tuple[int, int]
# Reduced unit vectors of word pieces in 8-bit numbers, shape (pieces, width): 127 stands for 1.
Codes = NDArray[np.int8]
_ONE = np.float32(127)


class EncodedParts(NamedTuple):
    """The unit vectors of a text's parts, shape (parts, dimension), and the codes of the word pieces in each."""

    vectors: Vectors
    pieces: tuple[Codes, ...]


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


def part_codes(parts: Sequence[Part], offsets: Sequence[Part], matrix: Vectors, basis: Vectors) -> tuple[Codes, ...]:
    """Return the codes of the word pieces that begin in each part."""
    starts = np.array([start if end > start else -1 for start, end in offsets[: len(matrix)]], dtype=np.int64)
    codes = codes_of(matrix, basis)
    return tuple(codes[(starts >= start) & (starts < end)] for start, end in parts)


def codes_of(vectors: Vectors, basis: Vectors) -> Codes:
    """Return the codes of vectors in a basis of shape (dimension, width)."""
    return np.round(_ONE * reduced(vectors, basis)).astype(np.int8)


def reduced(vectors: Vectors, basis: Vectors) -> Vectors:
    """Return the vectors' projections on a basis of shape (dimension, width), at unit length."""
    return unit(unit(vectors) @ basis)


def best_matches(asked: Vectors, codes: Codes) -> Vectors:
    """Return for each of these vectors, shape (n, width), its highest cosine with any of the codes, shape (n,)."""
    if not len(codes):
        return np.zeros(len(asked), np.float32)
    found: Vectors = (codes.astype(np.float32) @ (asked.T / _ONE)).max(axis=0)
    return found


def unit(vectors: Vectors) -> Vectors:
    """Return the rows at unit length."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
