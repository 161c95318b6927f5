"""What the app AntennaPod accepts of transcripts and chapters, by its published parsers (its text as of 2026).

It joins captions of one speaker until they last five seconds, gives a caption without a name to whoever spoke before,
refuses segments whose starts do not increase, and reads the start of a chapter as a whole number.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_LEAST_SPAN, _MOST_SPAN = 5000, 8000
_STAMP = re.compile(r"(?:(\d\d):)?(\d\d):(\d\d)\.(\d{3})")
_VOICE = re.compile(r"<v(?:\.[^\t\n\r &<>.]+)*[ \t]([^\n\r&>]+)>")


@dataclass
class Segment:
    start: int
    end: int
    words: str
    speaker: str


def json_segments(text: str) -> list[Segment]:
    """The segments of Podcasting 2.0 JSON; raises AssertionError for what makes the app fail or lose words."""
    spans = []
    for one in json.loads(text)["segments"]:
        start, end = int(one["startTime"] * 1000), int(one["endTime"] * 1000)
        assert start >= 0 <= end, "the app leaves it out"
        assert one["body"], "the app looks at its first letter"
        spans.append(Segment(start, end, one["body"], one.get("speaker", "")))
    return list(_joined(spans))


def vtt_segments(text: str) -> list[Segment]:
    """The segments of WebVTT."""
    spans = []
    for block in text.split("\n\n"):
        lines = block.split("\n")
        at = next((number for number, line in enumerate(lines) if "-->" in line), None)
        if at is None:
            continue
        start, end = (_milliseconds(stamp.strip()) for stamp in lines[at].split("-->"))
        payload = " ".join(line.strip() for line in lines[at + 1 :])
        voice = _VOICE.search(payload)
        words = " ".join(unescape(re.sub(r"<[^>]*>", "", payload)).split())
        spans.append(Segment(start, end, words, voice[1] if voice else ""))
    return list(_joined(spans))


def chapters(text: str) -> list[tuple[int, str]]:
    """The start in seconds and title of each chapter; a start that is no whole number counts as cut off."""
    return [(int(one.get("startTime", 0)), one["title"]) for one in json.loads(text)["chapters"]]


def _milliseconds(stamp: str) -> int:
    found = _STAMP.fullmatch(stamp)
    assert found is not None, stamp
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _joined(spans: list[Segment]) -> Iterator[Segment]:
    last, open_segment = -1, None
    for span in spans:
        speaker = span.speaker or (open_segment.speaker if open_segment else "")
        if open_segment and open_segment.speaker == speaker and span.end - open_segment.start < _MOST_SPAN:
            open_segment.end, open_segment.words = span.end, f"{open_segment.words} {span.words}"
        else:
            if open_segment:
                assert open_segment.start > last, "the app throws: segments must be added in sorted order"
                last = open_segment.start
                yield open_segment
            open_segment = Segment(span.start, span.end, span.words, speaker)
        if open_segment.end - open_segment.start >= _LEAST_SPAN:
            assert open_segment.start > last, "the app throws: segments must be added in sorted order"
            last = open_segment.start
            yield open_segment
            open_segment = None
    if open_segment:
        assert open_segment.start > last
        yield open_segment
