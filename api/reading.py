"""Where a reader is in an episode: a time in an address, and the turn that is spoken then; pure."""

import re
from collections.abc import Sequence

from ingest.transcript import Turn

# "192", "192.4", "3:12", "1:02:03"; nothing that is said lies a thousand hours in.
_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6}(?:\.\d{1,6})?)", re.ASCII)


def seconds_of(text: str) -> float | None:
    """Return a time as people or scripts write it, in seconds; None for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


def spoken_at(turns: Sequence[Turn], seconds: float | None) -> int | None:
    """Return the number of the turn that is spoken at a time: the one that began last; None before the first."""
    if seconds is None:
        return None
    begun = [(turn.start, number) for number, turn in enumerate(turns) if turn.start is not None]
    return max((pair for pair in begun if pair[0] <= seconds), default=(0.0, None))[1]
