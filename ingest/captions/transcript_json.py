"""Read the turns of our own transcript JSON as blocks."""

from collections.abc import Iterator
from typing import Any

from ingest.captions.cues import CUE_ERROR, Block
from ingest.captions.json_values import number, string


def transcript_blocks(turns: list[Any]) -> Iterator[Block]:
    """Yield a block per turn of a transcript; a turn without a time gets one between its neighbours."""
    valid = [turn for turn in turns if isinstance(turn, dict) and isinstance(turn.get("text"), str)]
    starts = [number(turn.get("start")) for turn in valid]
    following: list[float | None] = []
    for start in reversed(starts):
        following.append(start if start is not None else following[-1] if following else None)
    clock = 0.0
    for place, (turn, start, later) in enumerate(zip(valid, starts, reversed(following), strict=True)):
        end = number(turn.get("end"))
        error = number(turn.get("timing_error"))
        if start is None:
            start, error = clock, max(CUE_ERROR, (clock if later is None else later) - clock)
        clock = max(start, start if end is None else end)
        words = turn.get("words")
        known = [
            (index, at)
            for index, word in enumerate(words if isinstance(words, list) else [])
            if isinstance(word, dict) and (at := number(word.get("start"))) is not None
        ]
        yield Block(
            start,
            clock,
            turn["text"],
            string(turn.get("speaker")),
            id=f"{place}-1",
            is_plain=True,
            times=tuple(known),
            error=CUE_ERROR if error is None else error,
        )
