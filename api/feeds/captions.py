"""An episode's captions as podcast apps want them: lines of at most 65 characters, starts that increase; pure."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.captions.segments import Caption, captions_of
from ingest.text.clock import timestamp
from ingest.text.words import normalise
from ingest.transcript import Transcript, Turn

MOST_LINE = 65  # characters, the standard's limit
# The share of an episode's words that need a time that is no estimate. The others are left out of its captions.
_LEAST_TIMED = 0.95
_TICK = 0.001  # seconds; an app refuses captions whose starts do not increase
# Some apps give a caption without a name to whoever spoke before.
_NOBODY = "Unknown speaker"
FORMATS = ("vtt", "srt", "json")
MEDIA_TYPES = {
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "json": "application/json",
}


def is_exact(turn: Turn) -> bool:
    """Return whether a turn's times are known and no estimate."""
    return turn.start is not None and turn.timing not in (None, "estimated")


def timed_turns(transcript: Transcript) -> tuple[Turn, ...]:
    """Return the turns whose times may be published; () if more than 5 % of the words have only an estimate."""
    kept = tuple(turn for turn in transcript.turns if is_exact(turn))
    timed, words = (sum(len(normalise(turn.text)) for turn in turns) for turns in (kept, transcript.turns))
    return kept if timed and timed >= _LEAST_TIMED * words else ()


def captions_text(transcript: Transcript, extension: str) -> str | None:
    """Return an episode's captions as vtt, srt or Podcasting 2.0 json, None if its times are estimates."""
    turns = timed_turns(transcript)
    if not turns:
        return None
    captions = list(_increasing(captions_of(turns)))
    if any(turn.speaker for turn in turns):
        captions = [replace(one, speaker=one.speaker or _NOBODY) for one in captions]
    match extension:
        case "vtt":
            return _vtt(captions)
        case "srt":
            return _srt(captions)
        case _:
            return _json(captions)


def vtt_of(turns: Sequence[Turn]) -> str:
    """Return timed turns as WebVTT with voices."""
    return _vtt(list(_increasing(captions_of(turns))))


def _increasing(captions: Sequence[Caption]) -> Iterator[Caption]:
    """Yield the captions in order of time, in milliseconds, each later than the one before."""
    before = -_TICK
    for one in sorted(captions, key=lambda caption: caption.start):
        start = round(max(one.start, before + _TICK), 3)
        yield replace(one, start=start, end=round(max(one.end, start + _TICK), 3))
        before = start


def _lines(text: str) -> list[str]:
    return textwrap.wrap(text, MOST_LINE, break_on_hyphens=False) or [""]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _vtt(captions: Sequence[Caption]) -> str:
    blocks = ["WEBVTT"]
    for one in captions:
        # A name that ends in "--" would turn the tag's end into "-->", which is not allowed inside a cue.
        name = " ".join((one.speaker or "").split())
        voice = f"<v {_escaped(name)}{' >' if name.endswith('--') else '>'}" if name else ""
        times = f"{timestamp(one.start)} --> {timestamp(one.end)}"
        blocks.append("\n".join((one.id, times, voice + "\n".join(map(_escaped, _lines(one.text))))))
    return "\n\n".join(blocks) + "\n"


def _srt(captions: Sequence[Caption]) -> str:
    blocks = []
    for number, one in enumerate(captions, 1):
        text = f"{one.speaker}: {one.text}" if one.speaker and one.opens else one.text
        times = f"{timestamp(one.start, ',')} --> {timestamp(one.end, ',')}"
        blocks.append("\n".join((str(number), times, *_lines(text))))
    return "\n\n".join(blocks) + "\n"


def _json(captions: Sequence[Caption]) -> str:
    segments = [
        {
            **({"speaker": one.speaker} if one.speaker else {}),
            "startTime": one.start,
            "endTime": one.end,
            "body": one.text,
        }
        for one in captions
    ]
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False) + "\n"
