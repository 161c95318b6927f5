"""Give captions the times at which their words were heard, if their own times are those of another edit; pure."""

from collections.abc import Sequence

from ingest.alignment.align import align
from ingest.transcript import HeardWord, OfficialTurn, Turn

_APART = 2.0  # seconds between a stated and a heard start that no careless captioner makes
_CLEAR = 0.5  # confidence of a turn whose words were surely heard
_FEWEST = 3
_LEAST_SHARE = 0.05  # of the surely heard turns: an advert near the end moves few


def with_heard_times(
    turns: Sequence[Turn], heard: Sequence[HeardWord], duration: float | None, precision: float
) -> tuple[Turn, ...]:
    """Return the turns with the times of the heard words, if several turns were heard seconds from their stated times.

    Otherwise all times stay as published. If they do not, a turn that was not heard has no time. `precision` is the
    error of the heard times in seconds.
    """
    found, _ = align([OfficialTurn(turn.speaker, turn.text) for turn in turns], heard, duration, precision)
    sure = [
        abs(there.start - turn.start)
        for turn, there in zip(turns, found, strict=True)
        if turn.start is not None and there.start is not None and (there.confidence or 0.0) >= _CLEAR
    ]
    apart = sum(far > _APART for far in sure)
    if apart < max(_FEWEST, _LEAST_SHARE * len(sure)):
        return tuple(turns)
    return found
