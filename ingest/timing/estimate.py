"""Estimate times for a text without a recording, from its length; they are marked as estimated."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ingest.text.words import pieces
from ingest.transcript import OfficialTurn, Turn, Word, untimed

SLOWEST, FASTEST = 1.8, 3.6  # words per second at which a whole text fits a recording
USUAL_PACE = 2.7  # words per second of a conversation
LEAST_ERROR = 15.0  # seconds
ERROR_PER_SECOND = 0.1  # of the distance from the nearer known end


def estimate(turns: Sequence[OfficialTurn], duration: float | None, complete: bool) -> tuple[Turn, ...]:
    """Return the turns with times estimated from the number of words; seconds, timing "estimated".

    A complete text that fits the duration (1.8 to 3.6 words per second) is spread over it. Any other text is placed
    from the start at 2.7 words per second; words past the duration get no time. `timing_error` is 15 s plus a tenth of
    the distance from the nearer known end (design, Law 2). Marks have no time.
    """
    spoken_pieces = [[not piece.mark for piece in pieces(turn.text)] for turn in turns]
    total = sum(map(sum, spoken_pieces))
    spread = complete and duration is not None and duration > 0 and SLOWEST <= total / duration <= FASTEST
    limit = duration if duration is not None and duration > 0 else float("inf")
    scale = _Scale(total / limit if spread else USUAL_PACE, limit, spread)
    placed = []
    said = 0
    for turn, speech in zip(turns, spoken_pieces, strict=True):
        placed.append(_placed(untimed(turn), speech, said, scale))
        said += sum(speech)
    return tuple(placed)


class _Scale(NamedTuple):
    """How words are spread: words per second, the limit in seconds, and whether the text ends at that limit."""

    pace: float
    limit: float
    is_end_known: bool


def _placed(turn: Turn, speech: list[bool], said: int, scale: _Scale) -> Turn:
    """Place one turn that begins after `said` words."""
    pace, limit, is_end_known = scale
    words: list[Word] = []
    for word, counts in zip(turn.words, speech, strict=True):
        start = said / pace
        timed = counts and start < limit
        words.append(Word(word.text, start, min((said + 1) / pace, limit)) if timed else word)
        said += counts
    starts = [word.start for word in words if word.start is not None]
    ends = [word.end for word in words if word.end is not None]
    if not starts or limit <= 0:
        return turn
    start, end = starts[0], ends[-1]
    distance = max(
        min(time, limit - time) if is_end_known else time for time in (start, end, _middle(start, end, limit))
    )
    return replace(
        turn,
        start=start,
        end=end,
        timing="estimated",
        timing_error=LEAST_ERROR + ERROR_PER_SECOND * distance,
        words=tuple(words),
    )


def _middle(start: float, end: float, limit: float) -> float:
    """Return the time within the turn that is farthest from the ends of the recording."""
    return min(max(start, limit / 2), end)
