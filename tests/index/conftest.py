"""Small libraries and an encoder whose answers mean something."""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.keywords import stems
from index.piece_vectors import EncodedParts, codes_of
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript, Turn, Word

SHOW = Show("harbour", "The Harbour Podcast")
_PIECE = re.compile(r"\w+|[^\w\s]")
_LETTERS_OF_A_PIECE = 6


class HashedStems:
    """An encoder whose cosine is the share of stems that two texts share; it remembers what it was asked to encode.

    A word of n letters is n / 6 word pieces, rounded up, and every other character is one.
    """

    name = "hashed-stems"
    weights = "0" * 64
    form = "sentence-transformers"
    dimension = 48

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> NDArray[np.float32]:
        self.encoded += texts
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dimension, 1e-3, np.float32)
        for stem in stems(text):
            vector[int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4]) % self.dimension] += 1
        return vector / np.float32(np.linalg.norm(vector))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode(texts)

    def basis(self) -> NDArray[np.float32]:
        return np.eye(self.dimension, dtype=np.float32)

    def encode_parts(
        self,
        texts: Sequence[str],
        parts: Sequence[Sequence[tuple[int, int]]],
        basis: NDArray[np.float32],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[EncodedParts]:
        """Each part as if it stood alone, and each word as one piece."""
        self.encoded += texts
        if progress is not None:
            progress(len(texts), len(texts))
        return [
            EncodedParts(
                np.stack([self.encode_query(part) for part in inner]),
                tuple(
                    codes_of(np.stack([self.encode_query(word) for word in part.split() or [""]]), basis)
                    for part in inner
                ),
            )
            for inner in ([text[start:end] for start, end in mine] for text, mine in zip(texts, parts, strict=True))
        ]

    def pieces(self, text: str) -> int:
        return sum(-(-len(found) // _LETTERS_OF_A_PIECE) for found in _PIECE.findall(text))


def turn_of(speaker: str | None, text: str, start: float | None = None) -> Turn:
    """A turn of two words a second from `start` on, without times if that is None."""
    if start is None:
        return Turn(speaker, text, words=tuple(Word(word) for word in text.split()))
    words = tuple(Word(word, start + place / 2, start + place / 2 + 0.4) for place, word in enumerate(text.split()))
    return Turn(speaker, text, start, words[-1].end, "aligned", 0.4, None, words)


def transcript_of(identifier: str, *turns: tuple[str | None, str], **facts: object) -> Transcript:
    """A transcript of untimed turns, given as (speaker, text); `facts` are fields of its episode, and `aliases`."""
    aliases = facts.pop("aliases", {})
    facts = {"guid": f"guid-{identifier}", "show": SHOW, "title": "Boats", **facts}
    return Transcript(Episode(identifier, **facts), tuple(turn_of(*turn) for turn in turns), aliases)  # type: ignore[arg-type]


def save(home: Path, *transcripts: Transcript) -> None:
    """Put transcripts into a library."""
    for transcript in transcripts:
        save_record(home, Record(transcript.episode, ()))
        save_transcript(home, transcript, "made by a test")


@pytest.fixture
def encoder() -> HashedStems:
    return HashedStems()


@pytest.fixture(scope="session")
def new_encoder() -> type[HashedStems]:
    return HashedStems


@pytest.fixture(scope="session", name="turn_of")
def _turn_of() -> Callable[..., Turn]:
    return turn_of


@pytest.fixture(scope="session", name="transcript_of")
def _transcript_of() -> Callable[..., Transcript]:
    return transcript_of


@pytest.fixture(scope="session", name="save")
def _save() -> Callable[..., None]:
    return save
