"""What the runs under faults ingest, and an encoder and an engine that need no model."""

import hashlib
import random
import re
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.keywords import stems
from index.piece_vectors import EncodedParts, PieceVectors, codes_of
from ingest.speech.heard import Heard, TranscriptionOptions, to_json
from ingest.storage.files import sha256_of, write_json
from ingest.transcript import HeardWord

TALK = "Hello and welcome.|The {0} of the harbour was mended in winter.|Who paid for the {0}?|Nobody paid for the {0}."
# The episodes of the feed by their numbers, each with a word that no other file of Playback holds; and what becomes of
# them: one is edited, one withdrawn, one new. Number 4 is a recording alone.
WORDS = ("foremast", "halyard", "capstan")
TOLD = {number: TALK.format(word) for number, word in enumerate(WORDS, 1)}
RETOLD = {1: TOLD[1], 2: TOLD[2].replace("Nobody", "Everybody"), 5: TALK.format("bollard")}
_RECORDED = 4


class Stems:
    """An encoder whose cosine is the share of stems that two texts share."""

    name = "all-MiniLM-L6-v2"
    weights = "0" * 64
    form = "sentence-transformers"
    dimension = 32

    def encode(self, texts: Sequence[str], progress: Any = None) -> Any:
        matrix = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for stem in stems(text):
                matrix[row, int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4]) % self.dimension] += 1
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def encode_query(self, text: str) -> Any:
        return self.encode([text])[0]

    def encode_queries(self, texts: Sequence[str]) -> Any:
        return self.encode(texts)

    def basis(self) -> Any:
        return np.eye(self.dimension, dtype=np.float32)

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Any], basis: Any, progress: Any = None) -> list[Any]:
        said = [[text[slice(*part)] for part in mine] for text, mine in zip(texts, parts, strict=True)]
        return [
            EncodedParts(
                self.encode(inner), tuple(codes_of(pieces.vectors, basis) for pieces in self.encode_pieces(inner))
            )
            for inner in said
        ]

    def encode_pieces(self, texts: Sequence[str]) -> list[PieceVectors]:
        """Each word is a piece."""
        read = []
        for text in texts:
            words = list(re.finditer(r"\S+", text))
            vectors = self.encode([word.group() for word in words])
            read.append(PieceVectors(tuple(word.span() for word in words), vectors))
        return read

    def pieces(self, text: str) -> int:
        return len(text.split())


def listened(path: Path, listening: TranscriptionOptions, progress: object = None, resume: Path | None = None) -> Heard:
    """Stand in for Whisper: words half a second apart, and the file to resume from as the real one writes it."""
    words = tuple(HeardWord(word, n / 2, n / 2 + 0.4, 0.9) for n, word in enumerate("the keel was mended too".split()))
    heard = Heard(words, "en", listening.engine, listening.model, 4.0, listening.vocabulary)
    for done in (1, 2):
        assert resume is not None
        write_json(resume, {**to_json(heard), "audio": sha256_of(path), "samples": done})
    return heard


def write_feed(folder: Path, address: str = "", told: Mapping[int, str] = TOLD) -> Path:
    """Write a feed of episodes with official text and captions, and one that has a recording alone; `address` is where
    the files beside it are, "" for a local feed.
    """
    items = [_item(folder, address, number, talk.split("|")) for number, talk in told.items()]
    sound = folder / f"{_RECORDED}.wav"
    write_recording(sound, seconds=4)
    items.append(
        f"<item><title>Episode {_RECORDED}</title><guid>g{_RECORDED}</guid>"
        f'<enclosure url="{address}{sound.name}" type="audio/wav" length="{sound.stat().st_size}"/></item>'
    )
    head = '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Harbour</title>'
    text = f"{head}<link>https://harbour.example/</link>{''.join(items)}</channel></rss>"
    (folder / "feed.xml").write_text(text)
    return folder / "feed.xml"


def write_recording(path: Path, seconds: int) -> None:
    """Write noise, always the same."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(random.Random(4).randbytes(16_000 * seconds))


def _item(folder: Path, address: str, number: int, lines: Sequence[str]) -> str:
    cues = [f"00:00:{4 * n:02}.000 --> 00:00:{4 * n + 4:02}.000\n{line}" for n, line in enumerate(lines)]
    (folder / f"{number}.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n")
    said = "".join(f"<p><strong>{'Ann Bo'.split()[n % 2]} Lee:</strong> {line}</p>" for n, line in enumerate(lines))
    return (
        f"<item><title>Episode {number}</title><guid>g{number}</guid><description><![CDATA[{said}]]></description>"
        f'<podcast:transcript url="{address}{number}.vtt" type="text/vtt"/></item>'
    )
