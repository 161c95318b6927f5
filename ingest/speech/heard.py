"""Heard words and the options of a transcription as values, and their JSON; pure, loads no engine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ingest.errors import LibraryError
from ingest.transcript import HeardWord

SCHEMA = 1

Engine = Literal["faster-whisper", "openai-whisper"]
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
    """Read what `to_json` wrote; raises LibraryError for another schema or a missing field."""
    if data.get("schema") != SCHEMA:
        raise LibraryError(f"heard words have schema {data.get('schema')!r}; this version reads schema {SCHEMA}")
    try:
        return Heard(
            words=tuple(HeardWord(*word) for word in data["words"]),
            language=data["language"],
            engine=data["engine"],
            model=data["model"],
            duration=data["duration"],
            vocabulary=tuple(data["vocabulary"]),
        )
    except (KeyError, TypeError) as error:
        raise LibraryError(f"heard words are not of schema {SCHEMA}: {error!r}") from error
