"""What an encoder is: text in, unit vectors out."""

from collections.abc import Callable, Sequence
from typing import Protocol

from index.piece_vectors import EncodedParts, Part, PieceVectors, Vectors

# The form of vectors that sentence-transformers makes.
UNCOMPILED = "sentence-transformers"


class Encoder(Protocol):
    """Turns text into unit vectors; every generation records `name`, `weights` (SHA-256) and `form`.

    `form` says what computes the vectors, such as "ctranslate2-int8": those of two forms differ a little.
    """

    name: str
    weights: str
    form: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Return one unit vector per text, shape (texts, dimension)."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,)."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vector of each question, shape (texts, dimension)."""
        ...

    def encode_parts(
        self,
        texts: Sequence[str],
        parts: Sequence[Sequence[Part]],
        basis: Vectors,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[EncodedParts]:
        """Return for each text one unit vector per part, and the codes of each part's word pieces in this basis.

        A part's vector is the mean of its word pieces' vectors in the context of the whole text. With a model that does
        not take the mean over pieces, it is that of the part encoded alone.
        """
        ...

    def basis(self) -> Vectors:
        """Return the basis in which word pieces are stored (see index.models.basis); takes seconds."""
        ...

    def encode_pieces(self, texts: Sequence[str]) -> list[PieceVectors]:
        """Return the word pieces of each text with their contextual vectors."""
        ...

    def pieces(self, text: str) -> int:
        """Return how many word pieces this encoder splits the text into, not counting special tokens."""
        ...
