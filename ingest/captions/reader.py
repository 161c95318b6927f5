"""Read captions into cues: WebVTT, SRT and Podcasting 2.0 JSON, including malformed files.

Steps: bytes → text (`decode_text`) → blocks with times (`_blocks`, `_segments`) → cues (`ingest.captions.cues`).
`ingest.captions.turns` makes turns from cues.
"""

import json
import logging
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.captions.cues import CUE_ERROR, Block, Cue, cues_of
from ingest.errors import SourceError
from ingest.text.clock import seconds_of
from ingest.text.encoding import decode_text

logger = logging.getLogger(__name__)

MAX_BYTES = 32 * 2**20  # a hundred hours of captions take about 10 MB
_WHOLE_SECOND_ERROR = CUE_ERROR + 0.5  # seconds; times without a fraction are rounded
_SPEECH_RATE = 15.0  # characters per second, for a last segment without an end time

_TIME = r"-?(?:\d{1,6}:)?\d{1,6}:\d{1,2}(?:[.,]\d{1,9})?"
_TIME_BEGINS = frozenset("-0123456789")
_TIMING = re.compile(rf"\s*({_TIME})\s*-->\s*({_TIME})(?!\S)")
_FRACTION = re.compile(r"[.,]0*[1-9]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_NOT_A_CUE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")


def read_captions(data: bytes, name: str) -> tuple[Cue, ...]:
    """Return the cues of a caption file in file order, times in seconds.

    The content decides the format; `name` (file name or URL) appears in messages and decides in doubt. Repeated lines
    of rolling captions are left out, labels in the text become speakers. Raises SourceError if there are no captions.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(
            f"{name}: {len(data) / 1e6:.0f} MB are too many for captions; the limit is {MAX_BYTES // 2**20} MiB"
        )
    text = _CONTROL.sub("", decode_text(data)).lstrip("\ufeff").strip()
    blocks = _segments(text, name) if text[:1] in ("{", "[") else list(_blocks(text, name))
    cues = cues_of(blocks)
    if not cues:
        raise SourceError(f"{name}: no captions found; expected WebVTT, SRT or Podcasting 2.0 JSON with text and times")
    return cues


def _seconds(time: str) -> float:
    """Return the seconds of a cue's time, to the millisecond; a negative time becomes 0."""
    return 0.0 if time.startswith("-") else round(seconds_of(time) or 0.0, 3)


def _blocks(text: str, name: str) -> Iterator[Block]:
    """Yield the blocks of WebVTT or SRT text; those with an unreadable time are left out and logged."""
    lines = _LINE_END.split(text)
    is_vtt = lines[0].startswith("WEBVTT") or name.lower().split("?")[0].endswith(".vtt")
    timings = [(number, _TIMING.match(line)) for number, line in enumerate(lines) if _is_timing(line)]
    # If no time has a fraction, the file's times are rounded to whole seconds.
    found = [timing for _, timing in timings if timing]
    has_fractions = any(_FRACTION.search(timing.group()) for timing in found)
    error = CUE_ERROR if has_fractions else _WHOLE_SECOND_ERROR
    ids = [_id_line(lines, number, is_vtt) for number, _ in timings]
    # A cue ends where the next one begins, at its id if it has one.
    begins = [number - (identifier is not None) for (number, _), identifier in zip(timings, ids, strict=True)]
    for (number, timing), identifier, end in zip(timings, ids, [*begins, len(lines)][1:], strict=True):
        if timing is None:
            continue
        start, stop = _seconds(timing[1]), _seconds(timing[2])
        body = _vtt_payload(lines, number + 1, end) if is_vtt else lines[number + 1 : end]
        yield Block(start, max(start, stop), "\n".join(body), id=identifier, error=error)
    if len(found) < len(timings):
        logger.warning("%s: %d captions without a readable time were left out", name, len(timings) - len(found))


def _is_timing(line: str) -> bool:
    # A line that begins like a time and has an arrow ends the previous cue, even if the time cannot be read.
    before, arrow, _ = line.partition("-->")
    return bool(arrow) and before.strip()[:1] in _TIME_BEGINS and ":" in before


def _id_line(lines: list[str], timing: int, is_vtt: bool) -> str | None:
    """Return the cue id on the line above a timing line: a number, or in WebVTT any line that stands alone."""
    above = lines[timing - 1].strip() if timing else ""
    is_alone = is_vtt and "-->" not in above and (timing < 2 or not lines[timing - 2].strip())
    return above if above.isdecimal() or (above and is_alone and not above.startswith("WEBVTT")) else None


def _vtt_payload(lines: list[str], start: int, end: int) -> list[str]:
    """Return a WebVTT cue's lines up to the first empty one, skipping empty lines right after the times.

    Rolling captions start with a blank line, which a tool that strips spaces makes empty.
    """
    while start < end and not lines[start].strip():
        start += 1
    stop = next((number for number in range(start, end) if not lines[number]), end)
    return [] if start < end and _NOT_A_CUE.match(lines[start]) else lines[start:stop]


def _segments(text: str, name: str) -> list[Block]:
    """Return the segments of Podcasting 2.0 JSON, or the turns of our own transcript JSON."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}: not readable as JSON ({error}); expected Podcasting 2.0 captions") from error
    if isinstance(data, dict) and isinstance(data.get("turns"), list):
        return list(_transcript_blocks(data["turns"]))
    segments = data.get("segments") if isinstance(data, dict) else data
    if not isinstance(segments, list):
        raise SourceError(f'{name}: JSON without a list of "segments"; expected Podcasting 2.0 captions')
    return list(_segment_blocks([segment for segment in segments if isinstance(segment, dict)]))


def _segment_blocks(segments: list[Mapping[str, Any]]) -> Iterator[Block]:
    # "start", "end" and "text" are the keys in Whisper's own JSON.
    starts = [_number(segment.get("startTime", segment.get("start"))) for segment in segments]
    for segment, start, following in zip(segments, starts, [*starts, None][1:], strict=True):
        body = segment.get("body", segment.get("text"))
        if start is None or not isinstance(body, str):
            continue
        end = _number(segment.get("endTime", segment.get("end")))
        if end is None:
            end = following if following is not None else round(start + len(body) / _SPEECH_RATE, 3)
        identifier = segment.get("id")
        yield Block(
            start,
            max(start, end),
            body,
            speaker=_string(segment.get("speaker")),
            id=str(identifier) if isinstance(identifier, str | int) else None,
            is_plain=True,
        )


def _transcript_blocks(turns: list[Any]) -> Iterator[Block]:
    """Yield a block per turn of a transcript; a turn without a time gets one between its neighbours."""
    valid = [turn for turn in turns if isinstance(turn, dict) and isinstance(turn.get("text"), str)]
    starts = [_number(turn.get("start")) for turn in valid]
    following: list[float | None] = []
    for start in reversed(starts):
        following.append(start if start is not None else following[-1] if following else None)
    clock = 0.0
    for number, (turn, start, later) in enumerate(zip(valid, starts, reversed(following), strict=True)):
        end = _number(turn.get("end"))
        error = _number(turn.get("timing_error"))
        if start is None:
            start, error = clock, max(CUE_ERROR, (clock if later is None else later) - clock)
        clock = max(start, start if end is None else end)
        words = turn.get("words")
        known = [
            (index, at)
            for index, word in enumerate(words if isinstance(words, list) else [])
            if isinstance(word, dict) and (at := _number(word.get("start"))) is not None
        ]
        yield Block(
            start,
            clock,
            turn["text"],
            _string(turn.get("speaker")),
            id=f"{number}-1",
            is_plain=True,
            times=tuple(known),
            error=CUE_ERROR if error is None else error,
        )


def _number(value: Any) -> float | None:
    """Return seconds (at least 0) from a number or a clock time, None for anything else."""
    if isinstance(value, str) and (time := seconds_of(value.strip().removeprefix("-"))) is not None:
        return 0.0 if value.strip().startswith("-") else time
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _string(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
