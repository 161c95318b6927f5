"""Make blocks of caption JSON, with all times in seconds."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Any

from ingest.captions.cues import CUE_ERROR, WORD_ERROR, Block, first_words
from ingest.captions.json_items import Item, captions_in, joined
from ingest.captions.json_values import Time
from ingest.captions.transcript_json import transcript_blocks
from ingest.errors import SourceError

_SPEECH_RATE = 15.0  # characters per second, for a last segment without an end time
# People speak 10 to 20 characters a second, at least 1 with long pauses. Read as seconds, milliseconds give 0.02.
_SLOWEST = 0.1
_SLOW = 1.0
_MANY_CHARACTERS = 12  # of a caption with more than a word or two
_LEEWAY = 1.2  # captions may end a little after the duration that a feed states


def json_blocks(text: str, name: str, duration: float | None) -> tuple[list[Block], tuple[str, ...]]:
    """Return the captions of any JSON that has a list of texts with times, or the turns of our own transcript JSON.

    The second value has the first words of captions whose time cannot be read.

    Numbers without a unit are seconds or milliseconds, decided for the whole file by how fast people speak, in doubt by
    the recording's `duration` in seconds. Raises SourceError if the text is not JSON or has no such list.
    """
    data = _parsed(text, name)
    if (turns := _own_turns(data)) is not None:
        return list(transcript_blocks(turns)), ()
    items, untimed = captions_in(data)
    if not items:
        raise SourceError(f'{name}: JSON without a list of "segments" with text and times; expected Podcasting 2.0 '
                          "captions")  # fmt: skip
    return list(_blocks(items, _unit(items, duration))), tuple(map(first_words, untimed))


def _parsed(text: str, name: str) -> Any:
    """Return the value of JSON text, or the values of its lines (JSON Lines)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.startswith("{") and line.rstrip().endswith("}") for line in lines):
            with suppress(ValueError, RecursionError):
                return [json.loads(line) for line in lines]
        raise SourceError(f"{name}: not readable as JSON ({error}); expected Podcasting 2.0 captions") from error


def _own_turns(data: Any) -> list[Any] | None:
    turns = data.get("turns") if isinstance(data, dict) else None
    if not isinstance(turns, list):
        return None
    return turns if "episode" in data or any(isinstance(turn, dict) and "timing" in turn for turn in turns) else None


def _unit(items: Sequence[Item], duration: float | None) -> float:
    """Return how many seconds a bare number of this file is: 1.0 or 0.001."""
    bare = [time.value for item in items for time in (item.start, item.end) if time and time.is_bare]
    if not bare:
        return 1.0
    rate = _rate(items)
    is_whole = all(value.is_integer() for value in bare)
    # Milliseconds with a fraction are rare, and captions of a word or two may stand for minutes.
    if not is_whole and (rate >= _SLOWEST / 2 or sum(len(item.text) for item in items) < _MANY_CHARACTERS * len(items)):
        return 1.0
    if rate >= _SLOW or (duration and max(bare) <= _LEEWAY * duration):
        return 1.0
    return 0.001 if rate < _SLOWEST or (duration and max(bare) <= _LEEWAY * duration * 1000) else 1.0


def _rate(items: Sequence[Item]) -> float:
    """Return the characters per unit of time, over the captions' own lengths or else from the first to the last."""
    spans = [(item, item.end.value - item.start.value) for item in items if item.start and item.end]
    length = sum(span for _, span in spans if span > 0)
    if length:
        return sum(len(item.text) for item, span in spans if span > 0) / length
    starts = [item.start.value for item in items if item.start]
    length = max(starts) - min(starts)
    return sum(len(item.text) for item in items[:-1]) / length if length else _SLOW


def _blocks(items: Sequence[Item], unit: float) -> Iterator[Block]:
    for item, after in zip_longest(items, items[1:]):
        start = _seconds(item.start, unit) or 0.0
        end = _seconds(item.end, unit)
        if end is None:
            following = None if after is None else _seconds(after.start, unit)
            end = following if following is not None else round(start + len(item.text) / _SPEECH_RATE, 3)
        words, times = joined(item.parts)
        fits = bool(times) and len(words.split()) == len(item.text.split())
        known = tuple((place, time.seconds(unit)) for place, time in times) if fits else ()
        error = WORD_ERROR if known else CUE_ERROR
        yield Block(start, max(start, end), item.text, item.speaker, item.id, True, known, error)


def _seconds(time: Time | None, unit: float) -> float | None:
    return None if time is None else time.seconds(unit)
