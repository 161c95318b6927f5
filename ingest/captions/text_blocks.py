"""Split the text of WebVTT and SRT files into blocks with times, malformed files too."""

import re

from ingest.captions.cues import CUE_ERROR, Block, first_words
from ingest.captions.tags import text_of
from ingest.text.clock import seconds_of

_WHOLE_SECOND_ERROR = CUE_ERROR + 0.5  # seconds; times without a fraction are rounded

_CLOCK = r"-?(?:\d{1,6}:)?\d{1,6}:\d{1,2}(?:[.,]\d{1,9})?"
_PLAIN = r"-?\d{1,7}(?:[.,]\d{1,9})?s?"  # seconds alone
_TIME = rf"(?:{_CLOCK}|{_PLAIN})"
_TIME_BEGINS = frozenset("-0123456789")
_TIMING = re.compile(rf"\s*({_TIME})\s*-->\s*({_TIME})(?!\S)")
_FRACTIONAL = re.compile(r"\s*-?\d+[.,]\d+s?\s*-->\s*-?\d+[.,:]\d")
_FRACTION = re.compile(r"[.,]0*[1-9]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_A_CUE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")


def text_blocks(text: str, name: str) -> tuple[list[Block], tuple[str, ...]]:
    """Return the blocks of WebVTT or SRT text, and the first words of those whose time cannot be read.

    `name` decides the format of a file that does not say it. Times may have hours or not, or be plain seconds.
    """
    lines = _LINE_END.split(text)
    is_vtt = lines[0].startswith("WEBVTT") or name.lower().split("?")[0].endswith(".vtt")
    timings = [(number, _TIMING.match(line)) for number, line in enumerate(lines) if _is_timing(lines, number)]
    # If no time has a fraction, the file's times are rounded to whole seconds.
    has_fractions = any(timing and _FRACTION.search(timing.group()) for _, timing in timings)
    error = CUE_ERROR if has_fractions else _WHOLE_SECOND_ERROR
    ids = [_id_line(lines, number, is_vtt) for number, _ in timings]
    # A cue ends where the next one begins, at its id if it has one.
    begins = [number - (identifier is not None) for (number, _), identifier in zip(timings, ids, strict=True)]
    blocks: list[Block] = []
    left_out: list[str] = []
    for (number, timing), identifier, end in zip(timings, ids, [*begins, len(lines)][1:], strict=True):
        body = "\n".join(_vtt_payload(lines, number + 1, end) if is_vtt else lines[number + 1 : end])
        if timing is None:
            left_out.append(first_words(text_of(body)))
            continue
        start, stop = _seconds(timing[1]), _seconds(timing[2])
        blocks.append(Block(start, max(start, stop), body, id=identifier, error=error))
    return blocks, tuple(words for words in left_out if words)


def _seconds(time: str) -> float:
    """Return the seconds of a cue's time, to the millisecond; a negative time becomes 0."""
    return 0.0 if time.startswith("-") else round(seconds_of(time.removesuffix("s")) or 0.0, 3)


def _is_timing(lines: list[str], number: int) -> bool:
    """Return whether a line has a cue's times, even if they cannot be read; it then ends the cue before.

    It begins like a time and has an arrow. Without a colon or a fraction it may be words ("1 --> 2"), unless it stands
    where a cue begins: behind an empty line, or behind one and an id.
    """
    before, arrow, _ = lines[number].partition("-->")
    if not arrow or before.strip()[:1] not in _TIME_BEGINS:
        return False
    above = lines[number - 1].strip() if number else ""
    begins_cue = not above or (above.isdecimal() and (number < 2 or not lines[number - 2].strip()))
    return ":" in before or _FRACTIONAL.match(lines[number]) is not None or begins_cue


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
