"""Vectors of episodes that are encoded but not published yet, a file for each: a build that was killed goes on.

<home>/index/encoded/<episode id>  a line of JSON (encoder, counts, SHA-256 of the rest), keys of 16 bytes, vectors in
                                   half precision; removed when a generation is published
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.building.cutting import Chunked
from index.building.encoding import (
    CountProgress,
    Window,
    encode_windows,
    encoded_text,
    key_of,
    question_key,
    questions_of,
    stored_before,
    windows_of,
)
from index.chunk import fitting
from index.encode import Encoder
from index.manifests import encoded_folder
from index.sentences import sentences_of
from ingest.storage.files import write_bytes
from ingest.transcript import Transcript

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]
_KEY_BYTES = 16


def encode_ahead(home: Path, encoder: Encoder, transcript: Transcript, progress: CountProgress | None = None) -> None:
    """Encode the sentences of an episode before the index is built, unless that was done."""
    sentences = fitting(transcript, sentences_of(transcript), encoder.pieces)
    windows = windows_of(transcript, sentences, encoder.pieces)
    name = transcript.episode.id
    _encode(home, encoder, name, windows, _saved(home, encoder, name), progress)


def encode_all(
    home: Path, encoder: Encoder, chunked: Sequence[Chunked], known: Iterable[Path], progress: CountProgress | None
) -> tuple[list[tuple[Window, ...]], dict[bytes, Floats]]:
    """Return the windows of each episode, and by key the vectors of their sentences and those known of other texts.

    Encodes only what neither was encoded ahead nor is in one of the `known` databases, which were verified.
    """
    windows = [windows_of(episode.transcript, episode.sentences, encoder.pieces) for episode in chunked]
    names = [episode.transcript.episode.id for episode in chunked]
    by_key: dict[bytes, Floats] = {}
    for name in names:
        by_key |= _saved(home, encoder, name)
    keys = {key for mine in windows for window in mine for key in window.sentence_keys()}
    keys |= {key_of(encoded_text(passage.header)) for episode in chunked for passage in episode.passages}
    keys |= {question_key(text) for episode in chunked for text in questions_of(episode)}
    by_key |= stored_before(iter(known), keys - by_key.keys())
    whole, done = sum(map(len, windows)), 0
    for name, mine in zip(names, windows, strict=True):

        def count(some: int, _: int, before: int = done) -> None:
            if progress is not None:
                progress(before + some, whole)

        _encode(home, encoder, name, mine, by_key, count)
        done += len(mine)
        count(0, 0, done)
    return windows, by_key


def _encode(
    home: Path,
    encoder: Encoder,
    name: str,
    windows: Sequence[Window],
    by_key: dict[bytes, Floats],
    progress: CountProgress | None,
) -> None:
    """Add to `by_key` the vectors of an episode's windows that it lacks, and save those of the whole episode."""
    fresh = encode_windows(windows, encoder, by_key, progress)
    if fresh:
        by_key |= fresh
        keys = dict.fromkeys(key for window in windows for key in window.sentence_keys())
        _save(home, encoder, name, {key: by_key[key] for key in keys})


def _save(home: Path, encoder: Encoder, name: str, by_key: dict[bytes, Floats]) -> None:
    body = b"".join(by_key) + np.stack(list(by_key.values())).astype(np.float16).tobytes()
    encoded_folder(home).mkdir(parents=True, exist_ok=True)
    write_bytes(encoded_folder(home) / name, _head(encoder, len(by_key), body) + body)


def _saved(home: Path, encoder: Encoder, name: str) -> dict[bytes, Floats]:
    """Return the saved vectors of an episode by key; none if the file is missing, damaged or of another encoder."""
    try:
        data = (encoded_folder(home) / name).read_bytes()
    except OSError:
        return {}
    head, _, body = data.partition(b"\n")
    count = len(body) // (_KEY_BYTES + 2 * encoder.dimension)
    if head + b"\n" != _head(encoder, count, body):
        logger.info("%s is encoded again: its saved vectors are damaged, or of another encoder", name)
        return {}
    keys, halves = body[: count * _KEY_BYTES], body[count * _KEY_BYTES :]
    vectors = np.frombuffer(halves, np.float16).reshape(count, encoder.dimension).astype(np.float32)
    return {keys[_KEY_BYTES * row : _KEY_BYTES * (row + 1)]: vectors[row] for row in range(count)}


def _head(encoder: Encoder, count: int, body: bytes) -> bytes:
    made_by = [encoder.weights, encoder.form, encoder.dimension]
    return json.dumps([made_by, count, hashlib.sha256(body).hexdigest()]).encode() + b"\n"
