"""Keep the times of a transcript within its recording, and say what the text puts after the end; pure."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.captions.cues import Cue
from ingest.text.clock import clock, differ
from ingest.transcript import OfficialTurn, Turn, Word


def within_recording(turns: Sequence[Turn], end: float | None) -> tuple[Turn, ...]:
    """Return turns without times past the measured `end` of the recording in seconds; all as they are if it is None.

    Words that begin after the end lose their times, and so does a turn that begins after it. What runs over the end is
    cut there.
    """
    return tuple(turns) if end is None else tuple(_within(turn, end) for turn in turns)


def runs_past_the_end(
    cues: Sequence[Cue], printed: Sequence[OfficialTurn], measured: float | None, stated: float | None
) -> str | None:
    """Return a line if the times of captions, or those printed beside turns, run past the end of the recording.

    The end in seconds is that of the recording if it was `measured`. Else it is the one that a source has `stated`,
    which only captions can contradict.
    """
    end = stated if measured is None else measured
    captioned = max((cue.end for cue in cues), default=0.0)
    beside = max((turn.start or 0.0 for turn in printed), default=0.0)
    last = captioned if measured is None else max(captioned, beside)
    if end is None or last <= end or not differ(last, end):
        return None
    source = "captions" if last == captioned else "printed times"
    if measured is None:
        return f"its {source} run to {clock(last)}, but it is said to last {clock(end)}"
    return f"its {source} run to {clock(last)}, but its recording ends at {clock(end)}: nothing after that has a time"


def _within(turn: Turn, end: float) -> Turn:
    if turn.start is None or turn.end is None or turn.end <= end:
        return turn
    words = tuple(_word_within(word, end) for word in turn.words)
    if turn.start >= end:
        return replace(turn, start=None, end=None, timing=None, timing_error=None, confidence=None, words=words)
    return replace(turn, end=end, words=words)


def _word_within(word: Word, end: float) -> Word:
    if word.start is None or word.end is None or word.end <= end:
        return word
    return replace(word, start=None, end=None) if word.start >= end else replace(word, end=end)
