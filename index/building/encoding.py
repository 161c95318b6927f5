"""Vectors of episodes: each word is read once, among its neighbours, and the vectors of all that holds it are made so.

The encoder reads windows of neighbouring sentences. A sentence's vector is the mean of its word pieces' vectors there;
those of turns and passages are means of their sentences' (docs/adr/0026).
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.building.cutting import Chunked
from index.chunk import MOST_PIECES
from index.models.encoder import Encoder
from index.passage import Sentence
from index.piece_vectors import Codes
from index.segments.files import VectorField, read_basis
from index.segments.segment import from_halves, pieces_from
from index.segments.tables import open_read_only
from ingest.text.words import without_marks
from ingest.transcript import Transcript

Floats = NDArray[np.float32]
# Called with the number of texts encoded so far and the number of all texts.
CountProgress = Callable[[int, int], None]
# Words of a window, or of one sentence that is longer. In windows twice as long sentences become too much like their
# neighbours to choose quotes by (docs/evaluation.md).
WINDOW_WORDS = 100
# A header is encoded separately and added to its passage's vector with this weight. That helps questions that name an
# episode; encoding the header as part of the text lost eight of a hundred right first hits (docs/evaluation.md).
HEADER_WEIGHT = np.float32(0.1)


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of an episode as one text, with the characters [start, end) of each sentence in it."""

    text: str
    parts: tuple[tuple[int, int], ...]

    def sentence_keys(self) -> list[bytes]:
        """Return the key of each sentence's vector, which also depends on the sentences around it."""
        return [key_of(f"{number} {self.text}") for number in range(len(self.parts))]


class Encoded(NamedTuple):
    """The unit vector of a text, shape (dimension,), and the codes of a sentence's pieces, shape (pieces, width)."""

    vector: Floats
    pieces: Codes | None = None


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a segment's texts are encoded as.

    `sentences` are the sentences by row, with their keys. Fields have the shape (passages, dimension); `asked`, the
    vectors of the questions of exchanges, (exchanges, dimension). `by_key` holds headers and those questions. Word
    pieces are reduced to `basis`. `weights` is the SHA-256 of the encoder's weights.
    """

    keys: tuple[bytes, ...]
    sentences: list[Encoded]
    fields: dict[VectorField, Floats]
    asked: Floats
    by_key: dict[bytes, Encoded]
    basis: Floats
    weights: str


def windows_of(
    transcript: Transcript, sentences: Sequence[Sentence], pieces: Callable[[str], int]
) -> tuple[Window, ...]:
    """Return the windows of an episode; every sentence is in one of them, and the encoder can read each whole."""
    found: list[Window] = []
    texts = [encoded_text(transcript.turns[item.turn].text[item.start : item.end]) for item in sentences]
    first = 0
    while first < len(sentences):
        last, words = first + 1, sentences[first].words
        while last < len(sentences) and words + sentences[last].words <= WINDOW_WORDS:
            words += sentences[last].words
            last += 1
        while last > first + 1 and pieces(" ".join(texts[first:last])) > MOST_PIECES:
            last -= 1
        found.append(_window(texts[first:last]))
        first = last
    return tuple(found)


def encode_windows(
    windows: Collection[Window],
    encoder: Encoder,
    basis: Floats,
    known: Mapping[bytes, Encoded],
    progress: CountProgress | None = None,
) -> dict[bytes, Encoded]:
    """Return the sentences of these windows by key, without those whose window is known whole.

    Vectors are rounded to half precision, as they are stored, so that a later generation that reuses them is the same.
    """
    missing = [window for window in dict.fromkeys(windows) if not known.keys() >= {*window.sentence_keys()}]
    if not missing:
        return {}
    texts, parts = [window.text for window in missing], [window.parts for window in missing]
    found = encoder.encode_parts(texts, parts, basis, progress)
    return {
        key: Encoded(vector, pieces)
        for window, inner in zip(missing, found, strict=True)
        for key, vector, pieces in zip(window.sentence_keys(), rounded(inner.vectors), inner.pieces, strict=True)
    }


def vectors_of(
    chunked: Sequence[Chunked],
    windows: Sequence[Sequence[Window]],
    encoder: Encoder,
    basis: Floats,
    by_key: dict[bytes, Encoded],
) -> Vectors:
    """Return the vectors of a segment, given the sentences in the windows of each episode.

    Encodes headers, which are a title and names, the same for many passages, and questions that somebody asks.
    """
    keys = tuple(key for mine in windows for window in mine for key in window.sentence_keys())
    headers = [encoded_text(passage.header) for episode in chunked for passage in episode.passages]
    questions = [text for episode in chunked for text in questions_of(episode)]
    short = _encoded(headers, key_of, encoder.encode, by_key)
    short |= _encoded(questions, question_key, encoder.encode_queries, by_key)
    sentences = _rows(by_key, keys, encoder.dimension)
    spoken = _unit(passage_means(chunked, sentences))
    fields: dict[VectorField, Floats] = {
        "passage": _unit(spoken + HEADER_WEIGHT * _rows(short, [key_of(text) for text in headers], encoder.dimension)),
        "turns": turn_vectors(chunked, sentences),
    }
    asked = _rows(short, [question_key(text) for text in questions], encoder.dimension)
    return Vectors(keys, [by_key[key] for key in keys], fields, asked, short, basis, encoder.weights)


def _encoded(
    texts: Sequence[str],
    key: Callable[[str], bytes],
    encode: Callable[[Sequence[str]], Floats],
    known: Mapping[bytes, Encoded],
) -> dict[bytes, Encoded]:
    """Return texts by key, encoding those that are not known."""
    by_key = {key(text): text for text in texts}
    missing = [name for name in by_key if name not in known]
    fresh = rounded(encode([by_key[name] for name in missing])) if missing else ()
    return {name: known[name] for name in by_key if name in known} | dict(
        zip(missing, map(Encoded, fresh), strict=True)
    )


def questions_of(episode: Chunked) -> list[str]:
    """Return the questions of an episode's exchanges as they are encoded."""
    turns = episode.transcript.turns
    asked = [episode.sentences[exchange.question] for exchange in episode.exchanges]
    return [encoded_text(turns[item.turn].text[item.start : item.end]) for item in asked]


def encoded_text(text: str) -> str:
    """Return a text as it is encoded: without marks, its words one blank apart."""
    return " ".join(without_marks(text).split())


def key_of(text: str) -> bytes:
    """Return the key of an encoded text's vector: 16 bytes of the text's SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:16]


def question_key(text: str) -> bytes:
    """Return the key of a question's vector, which may be another one than that of the same text in a passage."""
    return key_of(f"\n{text}")  # no encoded text has a line break


def rounded(vectors: Floats) -> Floats:
    """Return vectors as they are after they were stored in half precision."""
    return vectors.astype(np.float16).astype(np.float32)


def passage_means(chunked: Sequence[Chunked], sentence_vectors: Floats) -> Floats:
    """Return for each passage the mean of its sentences' vectors weighted by words, shape (passages, dimension)."""
    result = np.zeros((sum(len(episode.passages) for episode in chunked), sentence_vectors.shape[1]), np.float32)
    for episode in chunked:
        for number, passage in enumerate(episode.passages, episode.first_passage):
            first, last = passage.sentences
            words = np.array([sentence.words for sentence in episode.sentences[first:last]], np.float32)
            mine = sentence_vectors[episode.first_sentence + first : episode.first_sentence + last]
            result[number] = words @ mine / words.sum()
    return result


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


def stored_before(databases: Iterator[Path], keys: Collection[bytes], basis: Floats) -> dict[bytes, Encoded]:
    """Return by key what verified databases of earlier segments hold; reads no more of them than needed.

    Sentences are taken only from those with the same basis.
    """
    found: dict[bytes, Encoded] = {}
    for database in databases:
        wanted = [key for key in keys if key not in found]
        with closing(open_read_only(database)) as opened:
            same = np.array_equal(read_basis(database.parent), basis)
            for begin in range(0, len(wanted), 500):
                chosen = wanted[begin : begin + 500]
                marks = ",".join("?" * len(chosen))
                for table in ("vectors", "texts") if same else ("texts",):
                    query = f"SELECT * FROM {table} WHERE key IN ({marks})"  # noqa: S608 - question marks only
                    found |= {row[0]: _read(row, basis.shape[1]) for row in opened.execute(query, chosen)}
        if len(found) == len(keys):
            break
    return found


def _window(texts: Sequence[str]) -> Window:
    ends = np.cumsum([len(text) + 1 for text in texts]).tolist()
    parts = tuple((end - 1 - len(text), end - 1) for text, end in zip(texts, ends, strict=True))
    return Window(" ".join(texts), parts)


def _read(row: tuple[bytes, ...], width: int) -> Encoded:
    """Return what a row of the table "vectors" (key, vector, pieces) or "texts" (key, vector) holds."""
    return Encoded(from_halves(row[1]), *(pieces_from(blob, width) for blob in row[2:3]))


def _rows(by_key: Mapping[bytes, Encoded], keys: Sequence[bytes], dimension: int) -> Floats:
    matrix = np.zeros((len(keys), dimension), np.float32)
    for row, key in enumerate(keys):
        matrix[row] = by_key[key].vector
    return matrix


def _unit(matrix: Floats) -> Floats:
    result: Floats = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return result
