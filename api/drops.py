"""How many quotes were dropped since the start because they did not pass verification, by what was wrong with them."""

from collections import Counter
from threading import Lock
from typing import get_args

from api.quotes.quote import Fault

_counts: Counter[str] = Counter()
_counting = Lock()


def count_dropped(fault: Fault) -> None:
    """Count one dropped quote of this process; any thread may."""
    with _counting:
        _counts[fault] += 1


def dropped() -> dict[str, int]:
    """Return how many quotes this process dropped, by fault; faults that never occurred are 0."""
    with _counting:
        return {fault: _counts[fault] for fault in get_args(Fault)}
