"""The directions in which the vectors of word pieces differ most, by which they are stored in few numbers."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from index.models.comparison_texts import comparison_texts
from index.piece_vectors import PieceVectors, Vectors

# So many numbers of 8 bits for each word piece lose next to nothing of what 384 find (docs/evaluation.md).
WIDTH = 64
_LONGEST = 48  # pieces of the texts that are read for it


class _ReadsPieces(Protocol):
    dimension: int

    def encode_pieces(self, texts: Sequence[str]) -> list[PieceVectors]: ...

    def pieces(self, text: str) -> int: ...


def basis_of(encoder: _ReadsPieces) -> Vectors:
    """Return the principal components of a model's piece vectors, shape (dimension, at most 64); takes seconds.

    They are those of fixed English texts, so that they depend on the model alone. The mean is not taken away, because
    cosines are compared.
    """
    texts = [text for text in comparison_texts(encoder.pieces, _LONGEST) if encoder.pieces(text) <= _LONGEST]
    pieces = np.concatenate([found.vectors for found in encoder.encode_pieces(texts)]).astype(np.float64)
    _, directions = np.linalg.eigh(pieces.T @ pieces)
    chosen = directions[:, : -WIDTH - 1 : -1]
    # Signs are arbitrary; with these the same model has the same basis.
    strongest = np.take_along_axis(chosen, np.abs(chosen).argmax(axis=0)[None], axis=0)
    basis: Vectors = (chosen * np.sign(strongest)).astype(np.float32)
    return basis
