"""Write transcripts as the contract's JSON, WebVTT, SRT, Podcasting 2.0 JSON, Markdown or plain text."""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from ingest.captions.segments import Caption, captions_of
from ingest.captions.tags import protected
from ingest.errors import SourceError
from ingest.text.clock import clock, timestamp
from ingest.text.words import normalise
from ingest.transcript import Transcript, to_json

Format = Literal["json", "vtt", "srt", "md", "txt"]
# Podcast apps read captions as Podcasting 2.0 JSON, which is not the contract's JSON.
CaptionsJson = Literal["captions-json"]

# A bracket followed by ":", "[" or "(" would start a link or a link definition; "&lt;" would be rendered as "<".
_MARKUP = re.compile(r"[\\`*<~|]|(?<![^\W_])_|_(?![^\W_])|(?<=\])(?=[(\[:])|&(?=#?\w+;)")
# An address that Markdown links when it stands between angle brackets.
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\\]+", re.IGNORECASE)
# Printed before words without a speaker, so that they are not attributed to the previous speaker.
_CLIP = "[Clip]"
_BLOCK_MARKUP = re.compile(r"^(\d{1,9}(?=[.)])|(?=[#>+=-]))", re.MULTILINE)


def render(transcript: Transcript, format: Format | CaptionsJson) -> str:  # noqa: A002 - the contract's word
    """Return the transcript as the text of a file in this format, ending with a line break.

    Raises SourceError if the format is captions and the transcript has no times.
    """
    match format:
        case "json":
            return _json(transcript)
        case "vtt":
            return _vtt(transcript)
        case "srt":
            return _srt(transcript)
        case "md":
            return _markdown(transcript)
        case "txt":
            return "\n\n".join(_lines(transcript)) + "\n"
        case "captions-json":
            return json.dumps(podcasting_json(transcript), ensure_ascii=False, indent=1) + "\n"


def podcasting_json(transcript: Transcript) -> dict[str, Any]:
    """Return the transcript as Podcasting 2.0 JSON, one segment per turn.

    Segment ids keep turns apart when the file is read again. Raises SourceError if the transcript has no times.
    """
    segments = []
    for caption in _captions(transcript, "Podcasting 2.0 JSON", is_whole=True):
        segment: dict[str, Any] = {
            "id": caption.id,
            "startTime": round(caption.start, 3),
            "endTime": round(caption.end, 3),
        }
        if caption.speaker:
            segment["speaker"] = caption.speaker
        segments.append(segment | {"body": caption.text})
    return {"version": "1.0.0", "segments": segments}


def _captions(transcript: Transcript, called: str, is_whole: bool = False) -> list[Caption]:
    if not any(turn.start is not None for turn in transcript.turns):
        raise SourceError(
            f"{transcript.episode.id} has no times, so it cannot be written as {called}; use md, txt or json"
        )
    return captions_of(transcript.turns, is_whole)


def _json(transcript: Transcript) -> str:
    # One line per turn: with one line per word, an hour of talk has 40,000 lines.
    whole = to_json(transcript)
    parts = []
    for key, value in whole.items():
        if key == "turns":
            lines = ",\n".join(f"  {_compact(turn)}" for turn in value)
            parts.append(f'"turns": [\n{lines}\n ]')
        else:
            parts.append(f"{_compact(key)}: {_compact(value)}")
    return "{" + ",\n ".join(parts) + "}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _vtt(transcript: Transcript) -> str:
    blocks = ["WEBVTT"]
    if title := _title(transcript):
        # "-->" would start a cue.
        blocks.append(f"NOTE {title.replace('-->', '->')}")
    if any(turn.timing in ("estimated", None) and normalise(turn.text) for turn in transcript.turns):
        blocks.append("NOTE Times of some turns are estimates.")
    # WebVTT requires cues in order of start; cue ids keep the turns apart.
    for caption in sorted(_captions(transcript, "vtt"), key=lambda caption: caption.start):
        # A name that ends in "--" would turn the tag's end into "-->", which is not allowed inside a cue.
        end = " >" if caption.speaker and caption.speaker.endswith("--") else ">"
        voice = f"<v {_escaped(caption.speaker)}{end}" if caption.speaker else ""
        times = f"{timestamp(caption.start)} --> {timestamp(caption.end)}"
        blocks.append(f"{caption.id}\n{times}\n{voice}{_escaped(caption.text)}")
    return "\n\n".join(blocks) + "\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _srt(transcript: Transcript) -> str:
    blocks = []
    before: str | None = None
    captions = _captions(transcript, "srt")
    # A single name with a colon in a whole file would be read as words.
    has_labels = sum(caption.opens and caption.speaker is not None for caption in captions) > 1
    for number, caption in enumerate(captions, 1):
        text = protected(caption.text)
        if caption.opens:
            # Captioners write ">>" for a new speaker. Without it, two turns of one speaker would merge, and a name
            # after words without a speaker could be read as part of them.
            is_new_name = caption.speaker not in (None, before) and (before is not None or (number == 1 and has_labels))
            text = ("" if is_new_name else ">> ") + _line(caption.speaker and protected(caption.speaker), text)
            before = caption.speaker
        times = f"{timestamp(caption.start, ',')} --> {timestamp(caption.end, ',')}"
        blocks.append(f"{number}\n{times}\n{text}")
    return "\n\n".join(blocks) + "\n"


def _markdown(transcript: Transcript) -> str:
    episode = transcript.episode
    facts = [_plain(fact) for fact in (episode.show.title, episode.published) if fact]
    if episode.page_url:
        is_web = _WEB_ADDRESS.fullmatch(episode.page_url) is not None
        facts.append(f"<{episode.page_url}>" if is_web else _plain(episode.page_url))
    blocks = [f"# {_plain(_title(transcript) or episode.id)}", " · ".join(facts)]
    has_names = _has_names(transcript)
    for turn in transcript.turns:
        speaker = f"**{_plain(turn.speaker)}:**" if turn.speaker else ""
        if has_names and not turn.speaker:
            blocks.append(_CLIP)
        time = "" if turn.start is None else f"[{'about ' if turn.timing == 'estimated' else ''}{clock(turn.start)}]"
        paragraphs = _plain(turn.text).split("\n")
        first = " ".join(filter(None, (speaker, time, paragraphs[0])))
        blocks.extend([first, *paragraphs[1:]])
    return "\n\n".join(filter(None, blocks)) + "\n"


def _plain(text: str) -> str:
    """Return the text with Markdown's markup escaped; marks such as "[laughs]" stay readable."""
    escaped = _MARKUP.sub(lambda found: f"\\{found.group()}", text)
    return _BLOCK_MARKUP.sub(r"\1\\", escaped)


def _lines(transcript: Transcript) -> Iterator[str]:
    has_names = _has_names(transcript)
    for turn in transcript.turns:
        if has_names and not turn.speaker:
            yield _CLIP
        yield _line(turn.speaker, turn.text)


def _has_names(transcript: Transcript) -> bool:
    return any(turn.speaker for turn in transcript.turns)


def _title(transcript: Transcript) -> str:
    return " ".join((transcript.episode.title or "").split())


def _line(speaker: str | None, text: str) -> str:
    return f"{speaker}: {text}" if speaker else text
