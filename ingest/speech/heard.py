"""Heard words and the options of a transcription as values, and their JSON; pure, loads no engine."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ingest.errors import LibraryError
from ingest.transcript import HeardWord

SCHEMA = 1

Engine = Literal["faster-whisper", "openai-whisper"]
_ROUNDING = 1e-3  # by which an engine's mean of probabilities may pass 1
BEST_MODEL = "small.en"  # looked for first where the user names no model


@dataclass(frozen=True, slots=True)
class TranscriptionOptions:
    """How to transcribe: engine, model (a name or its weights' path), expected words, language (None: detect it).

    `threads` is per worker; `models` is the folder that is searched for weights before the engines' own caches.
    """

    engine: Engine = "faster-whisper"
    model: str = BEST_MODEL
    vocabulary: tuple[str, ...] = ()
    language: str | None = None
    threads: int = 1
    models: Path | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The words Whisper heard in a recording of `duration` seconds, and its settings; `language` None if no speech."""

    words: tuple[HeardWord, ...]
    language: str | None
    engine: str
    model: str
    duration: float
    vocabulary: tuple[str, ...] = ()

    @property
    def by(self) -> str:
        """What heard the words, for people: "Whisper tiny.en"; of a model given by its path, the last part."""
        return f"Whisper {Path(self.model).name}"


def to_json(heard: Heard) -> dict[str, Any]:
    """Return heard words as a JSON object with a schema number; each word is [text, start, end, probability]."""
    words = [[word.text, word.start, word.end, word.probability] for word in heard.words]
    return {"schema": SCHEMA, **asdict(replace(heard, words=())), "vocabulary": list(heard.vocabulary), "words": words}


def from_json(data: Mapping[str, Any]) -> Heard:
    """Read what `to_json` wrote; raises LibraryError for another schema, a missing field or an impossible number."""
    if data.get("schema") != SCHEMA:
        raise LibraryError(f"heard words have schema {data.get('schema')!r}; this version reads schema {SCHEMA}")
    try:
        return Heard(
            words=tuple(_word(*word) for word in data["words"]),
            language=data["language"],
            engine=data["engine"],
            model=data["model"],
            duration=data["duration"],
            vocabulary=tuple(data["vocabulary"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(
            f"heard words are not of schema {SCHEMA}: {error!r}; restore them from a backup, or hear again with --again"
        ) from error


def _word(text: str, start: float, end: float, probability: float | None = None) -> HeardWord:
    known = () if probability is None else (probability,)
    if not isinstance(text, str) or not all(map(math.isfinite, (start, end, *known))):
        raise ValueError(f"no word with its times: {[text, start, end, probability]}")
    if not all(0 <= value < 1 + _ROUNDING for value in known):
        raise ValueError(f"no probability: {probability}")
    return HeardWord(text, start, end, probability)
