"""Vectors of episodes: each distinct text is encoded once, or its vector is taken from an earlier segment."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.building.cutting import Chunked
from index.encode import Encoder
from index.segment import VectorField, from_halves, open_read_only
from ingest.text.words import without_marks

Floats = NDArray[np.float32]
# Called with the number of texts encoded so far and the number of all texts.
CountProgress = Callable[[int, int], None]
# A header is encoded separately and added to its passage's vector with this weight. That helps questions that name an
# episode; encoding the header as part of the text lost eight of a hundred right first hits (docs/evaluation.md).
HEADER_WEIGHT = np.float32(0.1)


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vector of each distinct text by its key, and those of the passages by field, shape (passages, dimension)."""

    by_key: dict[bytes, Floats]
    fields: dict[VectorField, Floats]


def vectors_of(
    chunked: Sequence[Chunked], encoder: Encoder, known: Iterable[Path], progress: CountProgress | None
) -> Vectors:
    """Return the vectors of episodes; those of texts in the `known` databases, verified before, are not made again."""
    passages = [passage for episode in chunked for passage in episode.passages]
    sentences = [
        encoded_text(episode.transcript.turns[item.turn].text[item.start : item.end])
        for episode in chunked
        for item in episode.sentences
    ]
    texts = [encoded_text(passage.text) for passage in passages]
    headers = [encoded_text(passage.header) for passage in passages]
    by_key = _encoded((*sentences, *texts, *headers), encoder, known, progress)
    sentence_vectors = _rows_of(by_key, sentences, encoder.dimension)
    fields: dict[VectorField, Floats] = {
        "passage": _unit(
            _rows_of(by_key, texts, encoder.dimension) + HEADER_WEIGHT * _rows_of(by_key, headers, encoder.dimension)
        ),
        "turns": turn_vectors(chunked, sentence_vectors),
    }
    return Vectors(by_key, fields)


def encoded_text(text: str) -> str:
    """Return a text as it is encoded: without marks, its words one blank apart."""
    return " ".join(without_marks(text).split())


def key_of(text: str) -> bytes:
    """Return the key of an encoded text's vector: 16 bytes of the text's SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:16]


def turn_vectors(chunked: Sequence[Chunked], sentence_vectors: Floats) -> Floats:
    """Return for each passage the mean of its turns' unit vectors, weighted by the words it has from each turn.

    A turn's vector is the mean of its sentences' vectors, weighted by the square root of their words, at unit length.
    The inner product with a result is therefore the word-weighted mean of the turns' cosines. Shape (passages,
    dimension).
    """
    result = np.zeros((sum(len(episode.passages) for episode in chunked), sentence_vectors.shape[1]), np.float32)
    for episode in chunked:
        mine = sentence_vectors[episode.first_sentence : episode.first_sentence + len(episode.sentences)]
        turns = np.zeros((len(episode.transcript.turns), sentence_vectors.shape[1]), np.float32)
        for sentence, vector in zip(episode.sentences, mine, strict=True):
            turns[sentence.turn] += np.sqrt(sentence.words) * vector
        turns /= np.maximum(np.linalg.norm(turns, axis=1, keepdims=True), 1e-12)
        for number, passage in enumerate(episode.passages, episode.first_passage):
            chosen = episode.sentences[slice(*passage.sentences)]
            words = sum(sentence.words for sentence in chosen)
            for sentence in chosen:
                result[number] += turns[sentence.turn] * (sentence.words / words)
    return result


def _encoded(
    texts: Sequence[str], encoder: Encoder, known: Iterable[Path], progress: CountProgress | None
) -> dict[bytes, Floats]:
    """Return the vector of each distinct text by its key, reusing those in earlier databases.

    Vectors are rounded to half precision, as they are stored, so that a later generation that reuses them is the same.
    """
    wanted = {key_of(text): text for text in texts}
    have: dict[bytes, Floats] = {}
    for database in known:
        have |= _encoded_before(database, [key for key in wanted if key not in have])
    missing = [key for key in wanted if key not in have]
    if missing:
        fresh = encoder.encode([wanted[key] for key in missing], progress)
        have |= zip(missing, fresh.astype(np.float16).astype(np.float32), strict=True)
    return have


def _encoded_before(database: Path, keys: Sequence[bytes]) -> dict[bytes, Floats]:
    """Return by key the vectors that a segment has of these texts; its database must have been verified before."""
    found: dict[bytes, Floats] = {}
    with closing(open_read_only(database)) as opened:
        for begin in range(0, len(keys), 500):
            chosen = keys[begin : begin + 500]
            marks = ",".join("?" * len(chosen))
            query = f"SELECT key, vector FROM encoded WHERE key IN ({marks})"  # noqa: S608 - question marks only
            for key, blob in opened.execute(query, chosen):
                found[key] = from_halves(blob)
    return found


def _rows_of(by_key: dict[bytes, Floats], texts: Sequence[str], dimension: int) -> Floats:
    matrix = np.zeros((len(texts), dimension), np.float32)
    for row, text in enumerate(texts):
        matrix[row] = by_key[key_of(text)]
    return matrix


def _unit(matrix: Floats) -> Floats:
    result: Floats = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return result
