"""Build and publish a generation from the library: passages, vectors and postings, reusing known vectors."""

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import keywords, vectors
from index.building.inputs import expected_bytes, inputs_of, is_current, readable
from index.building.repeated import repeated_sentences, stretches_without
from index.building.starter_questions import starters
from index.building.tables import Chunked, encoded_before, key_of, write_tables
from index.chunk import USUAL_SHAPE, PassageShape, fitting, header_of, passages_from
from index.encode import Encoder
from index.errors import IndexBroken
from index.generation import FILES, KEYWORDS, SCHEMA, Generation, Manifest, VectorField
from index.sentences import sentences_of
from index.store import (
    current_number_or_zero,
    index_folder,
    manifest_of,
    next_folder,
    publish,
    verified_live,
    whole_database,
)
from ingest.errors import LibraryError
from ingest.storage.disk_space import GO_ON, require_space
from ingest.storage.files import lock
from ingest.text.words import without_marks
from ingest.transcript import Transcript

logger = logging.getLogger(__name__)

# Increase it when a change of code gives other passages or vectors for the same transcripts.
BUILD_VERSION = 7

Floats = NDArray[np.float32]
# Called with the number of texts encoded so far and the number of all texts.
CountProgress = Callable[[int, int], None]
# A header is encoded separately and added to its passage's vector with this weight. That helps questions that name an
# episode; encoding the header as part of the text lost eight of a hundred right first hits (docs/evaluation.md).
HEADER_WEIGHT = np.float32(0.1)


def build(
    home: Path,
    encoder: Encoder,
    rebuild: bool = False,
    shape: PassageShape = USUAL_SHAPE,
    progress: CountProgress | None = None,
) -> Manifest:
    """Publish a generation of the whole library and return its manifest, or the live one's if nothing changed.

    Takes time and memory in proportion to the library. Encodes only texts that no generation on disk has encoded with
    the same weights; `rebuild` encodes everything again. One process publishes at a time, others wait. Leaves out
    episodes whose files cannot be read and names them in the manifest. Raises LibraryError or OSError if the disk is
    full or fails; the live generation then stays live.
    """
    index_folder(home).mkdir(parents=True, exist_ok=True)
    with lock(index_folder(home)):
        live = None if rebuild else _live_manifest(home)
        inputs = inputs_of(home, _made_by(encoder.name, encoder.weights, shape))
        if live is not None and is_current(home, live, inputs):
            return live
        known = None if rebuild else whole_database(home, encoder.weights)
        return _build_and_publish(home, encoder, inputs, shape, known, progress)


def _build_and_publish(
    home: Path,
    encoder: Encoder,
    inputs: str,
    shape: PassageShape,
    known: Path | None,
    progress: CountProgress | None,
) -> Manifest:
    require_space(index_folder(home), expected_bytes(home), "building the index")
    number, working = next_folder(home)
    try:
        transcripts, left_out = readable(home)
        chunked = list(_chunk_all(transcripts, encoder, shape))
        _write(working, chunked, encoder, known, progress)
        manifest = Manifest(
            generation=number,
            encoder=encoder.name,
            weights=encoder.weights,
            dimension=encoder.dimension,
            passages=sum(len(episode.passages) for episode in chunked),
            sentences=sum(len(episode.sentences) for episode in chunked),
            episodes=len(chunked),
            built=datetime.now(UTC).isoformat(timespec="seconds"),
            inputs=inputs,
            left_out=left_out,
        )
        _write_starters(working, manifest, encoder, transcripts)
        publish(home, working, manifest)
    except (OSError, sqlite3.OperationalError, LibraryError) as error:
        # Free the space of a full disk now, not at the next build.
        shutil.rmtree(working, ignore_errors=True)
        if isinstance(error, sqlite3.OperationalError):
            raise LibraryError(f"{working / 'passages.sqlite'}: {error}; make room on the disk, {GO_ON}") from error
        raise
    return manifest


def _live_manifest(home: Path) -> Manifest | None:
    try:
        return verified_live(home)
    except IndexBroken as error:
        logger.warning("%s", error)
        return None


def up_to_date(home: Path, name: str, weights: str, shape: PassageShape = USUAL_SHAPE) -> bool:
    """Say whether `build` with this encoder would change nothing; reads files, but loads no model."""
    number = current_number_or_zero(home)
    try:
        return number > 0 and is_current(
            home, manifest_of(home, number), inputs_of(home, _made_by(name, weights, shape))
        )
    except IndexBroken as error:
        logger.warning("%s", error)
        return False


def _made_by(encoder: str, weights: str, shape: PassageShape) -> list[object]:
    return [SCHEMA, BUILD_VERSION, [encoder, weights], list(shape)]


def _chunk_all(transcripts: Sequence[Transcript], encoder: Encoder, shape: PassageShape) -> Iterator[Chunked]:
    """Yield every transcript cut into sentences and passages; what episodes repeat is a sentence of no passage."""
    cut = [fitting(transcript, sentences_of(transcript), encoder.pieces) for transcript in transcripts]
    repeated = repeated_sentences(transcripts, cut)
    first_sentence = first_passage = 0
    for transcript, sentences, left_out in zip(transcripts, cut, repeated, strict=True):
        passages = tuple(
            replace(passage, sentences=(first + passage.sentences[0], first + passage.sentences[1]))
            for first, last in stretches_without(left_out, len(sentences))
            for passage in passages_from(transcript, sentences[first:last], encoder.pieces, shape)
        )
        yield Chunked(transcript, sentences, passages, first_sentence, first_passage)
        first_sentence += len(sentences)
        first_passage += len(passages)


def _write(
    working: Path, chunked: Sequence[Chunked], encoder: Encoder, known: Path | None, progress: CountProgress | None
) -> None:
    passages = [passage for episode in chunked for passage in episode.passages]
    sentence_texts = [
        _encoded_text(episode.transcript.turns[item.turn].text[item.start : item.end])
        for episode in chunked
        for item in episode.sentences
    ]
    passage_texts = [_encoded_text(passage.text) for passage in passages]
    headers = [_encoded_text(passage.header) for passage in passages]
    encoded = _encoded((*sentence_texts, *passage_texts, *headers), encoder, known, progress)
    sentence_vectors = _rows_of(encoded, sentence_texts, encoder.dimension)
    fields: dict[VectorField, Floats] = {
        "passage": _unit(
            _rows_of(encoded, passage_texts, encoder.dimension)
            + HEADER_WEIGHT * _rows_of(encoded, headers, encoder.dimension)
        ),
        "turns": turn_vectors(chunked, sentence_vectors),
    }
    write_tables(working / "passages.sqlite", chunked, sentence_texts, encoded, fields)
    for name, matrix in fields.items():
        vectors.write(working / FILES[name], matrix)
    # People also search for titles and speakers, so those are indexed too; hits show only the text.
    keywords.write(working / KEYWORDS["passage"], [f"{passage.header} {passage.text}" for passage in passages])
    keywords.write(working / KEYWORDS["episode"], [_card(episode) for episode in chunked])


def _card(episode: Chunked) -> str:
    """Return all searchable text of an episode: its title, its speakers and every word said in a passage."""
    turns = episode.transcript.turns
    people = dict.fromkeys(turn.speaker for turn in turns if turn.speaker)
    searched = sorted({number for passage in episode.passages for number in range(*passage.sentences)})
    texts = [turn.text for turn in turns]
    if len(searched) < len(episode.sentences):
        kept = [episode.sentences[number] for number in searched]
        texts = [turns[item.turn].text[item.start : item.end] for item in kept]
    return "\n".join((header_of(episode.transcript, tuple(people)), *texts))


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
    texts: Sequence[str], encoder: Encoder, known: Path | None, progress: CountProgress | None
) -> dict[bytes, Floats]:
    """Return the vector of each distinct text by its key, reusing those in an earlier generation's database.

    Vectors are rounded to half precision, as they are stored, so that a later generation that reuses them is the same.
    """
    wanted = {key_of(text): text for text in texts}
    have = {} if known is None else encoded_before(known, list(wanted))
    missing = [key for key in wanted if key not in have]
    if missing:
        fresh = encoder.encode([wanted[key] for key in missing], progress)
        have |= zip(missing, fresh.astype(np.float16).astype(np.float32), strict=True)
    return have


def _rows_of(encoded: dict[bytes, Floats], texts: Sequence[str], dimension: int) -> Floats:
    matrix = np.zeros((len(texts), dimension), np.float32)
    for row, text in enumerate(texts):
        matrix[row] = encoded[key_of(text)]
    return matrix


def _unit(matrix: Floats) -> Floats:
    result: Floats = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return result


def _encoded_text(text: str) -> str:
    return " ".join(without_marks(text).split())


def _write_starters(working: Path, manifest: Manifest, encoder: Encoder, transcripts: Sequence[Transcript]) -> None:
    """Choose suggested questions by searching the new generation, and write them into it."""

    generation = Generation(working, manifest)
    try:
        questions = starters(generation, encoder, transcripts)
    finally:
        generation.close()
    database = sqlite3.connect(working / "passages.sqlite")
    try:
        database.executemany("INSERT INTO starters VALUES (?, ?)", enumerate(questions))
        database.commit()
    finally:
        database.close()
