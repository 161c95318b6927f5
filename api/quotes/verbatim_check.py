"""Check quotes against the transcript before they leave the service (Law 1), and count the failures."""

from collections import Counter
from collections.abc import Iterator
from threading import Lock
from typing import Literal, get_args

from api.quotes.quote import Quote
from index.sentences import window
from ingest.text.words import normalise
from ingest.transcript import Transcript, Turn

_counts: Counter[str] = Counter()
_counting = Lock()

_ROUNDING = 0.001  # seconds
Fault = Literal["fabricated", "frankenquote", "misattributed", "mis-timed"]


def fault_of(quote: Quote, transcript: Transcript) -> Fault | None:
    """Return what is wrong with a quote; None if it is verbatim, by its turn's speaker and inside its turn's times."""
    if not 0 <= quote.turn < len(transcript.turns):
        return "fabricated"
    turn = transcript.turns[quote.turn]
    if not quote.text or quote.text not in turn.text:
        everywhere = "\n".join(other.text for other in transcript.turns)
        return "frankenquote" if quote.text and normalised(quote.text) in normalised(everywhere) else "fabricated"
    if quote.speaker != turn.speaker:
        return "misattributed"
    return None if _inside(quote, turn) else "mis-timed"


def normalised(text: str) -> str:
    """Return the normalised words of a text, with a space before and after each."""
    return f" {' '.join(normalise(text))} "


def _inside(quote: Quote, turn: Turn) -> bool:
    """Say whether the quote's times lie inside its turn's and cover some place where the turn says these words."""
    if quote.start is None or turn.start is None:
        return quote.start is None and quote.timing == turn.timing
    if quote.start < turn.start - _ROUNDING or not _ends_by(quote.end, turn.end):
        return False
    return any(
        (start is None or quote.start <= start + _ROUNDING) and _ends_by(end, quote.end)
        for start, end in (window(turn, *span) for span in _occurrences(quote.text, turn.text))
    )


def _ends_by(end: float | None, latest: float | None) -> bool:
    return end is None or latest is None or end <= latest + _ROUNDING


def _occurrences(text: str, whole: str) -> Iterator[tuple[int, int]]:
    start = whole.find(text)
    while start >= 0:
        yield start, start + len(text)
        start = whole.find(text, start + 1)


def count_dropped(fault: Fault) -> None:
    """Count a quote that this process dropped; thread-safe."""
    with _counting:
        _counts[fault] += 1


def dropped() -> dict[str, int]:
    """Return how many quotes this process has dropped, by fault, including faults that never occurred (0)."""
    with _counting:
        return {fault: _counts[fault] for fault in get_args(Fault)}
