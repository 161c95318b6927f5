"""Vectors of episodes that are encoded but not published yet, a file for each: a build that was killed goes on.

<home>/index/encoded/<episode id>  a line of JSON (encoder, counts, SHA-256 of the rest), keys of 16 bytes, vectors in
                                   half precision, how many word pieces each text has, and their codes; removed when a
                                   generation is published
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.building.cutting import Chunked
from index.building.encoding import (
    CountProgress,
    Encoded,
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
from index.generations.manifests import encoded_folder
from index.models.encoder import Encoder
from index.segments.segment import from_halves
from index.sentences import sentences_of
from ingest.errors import LibraryError
from ingest.storage.disk_space import GO_ON
from ingest.storage.files import write_bytes
from ingest.transcript import Transcript

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]
_KEY_BYTES = 16


def encode_ahead(
    home: Path, encoder: Encoder, basis: Floats, transcript: Transcript, progress: CountProgress | None = None
) -> None:
    """Encode the sentences of an episode before the index is built, unless that was done."""
    sentences = fitting(transcript, sentences_of(transcript), encoder.pieces)
    windows = windows_of(transcript, sentences, encoder.pieces)
    spool = _Spool(home, encoder, basis)
    name = transcript.episode.id
    _encode(spool, name, windows, _saved(spool, name), progress)


def encode_all(
    home: Path,
    encoder: Encoder,
    basis: Floats,
    chunked: Sequence[Chunked],
    known: Iterable[Path],
    progress: CountProgress | None,
) -> tuple[list[tuple[Window, ...]], dict[bytes, Encoded]]:
    """Return the windows of each episode, and by key their sentences and what is known of other texts.

    Encodes only what neither was encoded ahead nor is in one of the `known` databases, which were verified. Calls
    `progress` once before it looks for what was encoded ahead.
    """
    windows = [windows_of(episode.transcript, episode.sentences, encoder.pieces) for episode in chunked]
    whole, done = sum(map(len, windows)), 0
    if progress is not None:
        progress(0, whole)
    names = [episode.transcript.episode.id for episode in chunked]
    spool = _Spool(home, encoder, basis)
    by_key: dict[bytes, Encoded] = {}
    for name in names:
        by_key |= _saved(spool, name)
    keys = {key for mine in windows for window in mine for key in window.sentence_keys()}
    keys |= {key_of(encoded_text(passage.header)) for episode in chunked for passage in episode.passages}
    keys |= {question_key(text) for episode in chunked for text in questions_of(episode)}
    by_key |= stored_before(iter(known), keys - by_key.keys(), basis)
    for name, mine in zip(names, windows, strict=True):

        def count(some: int, _: int, before: int = done) -> None:
            if progress is not None:
                progress(before + some, whole)

        _encode(spool, name, mine, by_key, count)
        done += len(mine)
        count(0, 0, done)
    return windows, by_key


class _Spool(NamedTuple):
    """Where encoded episodes are kept until they are published, and what encodes them."""

    home: Path
    encoder: Encoder
    basis: Floats

    def path(self, name: str) -> Path:
        return encoded_folder(self.home) / name

    def head(self, count: int, body: bytes) -> bytes:
        made_by = [self.encoder.weights, self.encoder.form, hashlib.sha256(self.basis.tobytes()).hexdigest()]
        return json.dumps([made_by, count, hashlib.sha256(body).hexdigest()]).encode() + b"\n"


def _encode(
    spool: _Spool,
    name: str,
    windows: Sequence[Window],
    by_key: dict[bytes, Encoded],
    progress: CountProgress | None,
) -> None:
    """Add to `by_key` the sentences of an episode's windows that it lacks, and save those of the whole episode."""
    fresh = encode_windows(windows, spool.encoder, spool.basis, by_key, progress)
    if fresh:
        by_key |= fresh
        keys = dict.fromkeys(key for window in windows for key in window.sentence_keys())
        _save(spool, name, {key: by_key[key] for key in keys})


def _save(spool: _Spool, name: str, by_key: dict[bytes, Encoded]) -> None:
    pieces = [found.pieces for found in by_key.values() if found.pieces is not None]
    body = b"".join(
        (
            *by_key,
            np.stack([found.vector for found in by_key.values()]).astype(np.float16).tobytes(),
            np.array([len(codes) for codes in pieces], np.uint32).tobytes(),
            *(codes.tobytes() for codes in pieces),
        )
    )
    folder = encoded_folder(spool.home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise LibraryError(f"{folder} is a file where a folder is needed; move it away, {GO_ON}") from error
    write_bytes(spool.path(name), spool.head(len(by_key), body) + body)


def _saved(spool: _Spool, name: str) -> dict[bytes, Encoded]:
    """Return the saved sentences of an episode by key; none if the file is missing, damaged or of another encoder."""
    try:
        data = spool.path(name).read_bytes()
    except OSError:
        return {}
    head, _, body = data.partition(b"\n")
    try:
        count = int(json.loads(head)[1])
    except (ValueError, TypeError, LookupError):
        count = 0
    if head + b"\n" != spool.head(count, body):
        logger.info("%s is encoded again: its saved vectors are damaged, or of another encoder", name)
        return {}
    dimension, width = spool.basis.shape
    keys, halves, counts, codes = np.split(
        np.frombuffer(body, np.uint8), np.cumsum([_KEY_BYTES * count, 2 * dimension * count, 4 * count])
    )
    vectors = from_halves(halves.tobytes()).reshape(count, dimension)
    pieces = np.split(codes.view(np.int8).reshape(-1, width), np.cumsum(counts.view(np.uint32))[:-1])
    names = [keys[_KEY_BYTES * row : _KEY_BYTES * (row + 1)].tobytes() for row in range(count)]
    return {key: Encoded(vector, codes) for key, vector, codes in zip(names, vectors, pieces, strict=True)}
