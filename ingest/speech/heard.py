"""Heard words as values, and the guards against what Whisper invents. Pure: it loads no engine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ingest.errors import LibraryError
from ingest.transcript import HeardWord

SCHEMA = 1

Engine = Literal["faster-whisper", "openai-whisper"]


@dataclass(frozen=True, slots=True)
class TranscriptionOptions:
    """How to transcribe: engine, model (a name or its weights' path), words to expect, language (None: detect it).

    `threads` is for one worker; `models` is the folder where weights are looked for before the caches of the engines.
    """

    engine: Engine = "faster-whisper"
    model: str = "small.en"
    vocabulary: tuple[str, ...] = ()
    language: str | None = None
    threads: int = 1
    models: Path | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What Whisper heard in a recording of `duration` seconds, and with what; language None where nobody spoke."""

    words: tuple[HeardWord, ...]
    language: str | None
    engine: str
    model: str
    duration: float
    vocabulary: tuple[str, ...] = ()


def to_json(heard: Heard) -> dict[str, Any]:
    """Return what was heard as a JSON object with a schema number; words are [text, start, end, probability]."""
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
