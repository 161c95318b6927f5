"""Caption files made for tests, and what is said in them."""

import json
from typing import Any

from ingest.captions.turns import read_captions, turns_of


def said(data: str | bytes, name: str = "x") -> list[tuple[str | None, str]]:
    """Return speaker and text of each turn of a caption file."""
    cues = read_captions(data.encode() if isinstance(data, str) else data, name)
    return [(turn.speaker, turn.text) for turn in turns_of(cues)]


def vtt(*texts: str, start: float = 1.0, seconds: float = 3.0) -> str:
    """Return a WebVTT file with one cue per text, one after the other."""
    times = [(start + seconds * number, start + seconds * (number + 1)) for number in range(len(texts))]
    cues = (f"{_clock(one)} --> {_clock(other)}\n{text}" for (one, other), text in zip(times, texts, strict=True))
    return "\n\n".join(["WEBVTT", *cues])


def said_json(data: Any) -> list[tuple[str | None, str, float | None]]:
    """Return speaker, text and start of each turn of caption JSON."""
    turns = turns_of(read_captions(json.dumps(data).encode(), "x.json"))
    return [(turn.speaker, turn.text, turn.start) for turn in turns]


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:06.3f}"
