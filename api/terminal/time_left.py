"""Estimate how long a run will still transcribe, from the speed measured in it; pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace

LEAST = 5.0  # seconds of measuring before a speed is worth stating


@dataclass(frozen=True, slots=True)
class Hearing:
    """How far the transcription of one recording is: `done` of `whole` seconds at the time `now` of a clock in seconds.

    It began at the time `began` with `resumed` seconds already done by an earlier run.
    """

    began: float
    resumed: float
    now: float
    done: float
    whole: float


def advanced(hearing: Hearing | None, now: float, done: float, whole: float) -> Hearing:
    """Return a transcription after a report of progress, None before the first one."""
    return (
        Hearing(now, done, now, done, whole) if hearing is None else replace(hearing, now=now, done=done, whole=whole)
    )


def time_left(hearings: Collection[Hearing], waiting: float = 0.0) -> float | None:
    """Return the seconds that these transcriptions, and then `waiting` seconds of sound, will still take.

    The speed is what all of them heard in the time since the first began, so several at once count together, and so
    does what happens between them. At least as long as the slowest of them. None until the speed is known.
    """
    if not hearings:
        return None
    passed = max(hearing.now for hearing in hearings) - min(hearing.began for hearing in hearings)
    heard = sum(hearing.done - hearing.resumed for hearing in hearings)
    if passed < LEAST or heard <= 0:
        return None
    left = (waiting + sum(hearing.whole - hearing.done for hearing in hearings)) * passed / heard
    alone = [time_left([hearing]) for hearing in hearings] if len(hearings) > 1 else []
    return max([left, *(seconds for seconds in alone if seconds is not None)])


def in_words(seconds: float, is_least: bool = False) -> str:
    """Return a time left as people say it: "about 40 s left", "about 4 min left", "at least 2 h 10 min left"."""
    minutes = round(seconds / 60)
    if seconds < 55:
        length = f"{max(5, 5 * round(seconds / 5))} s"
    elif minutes < 60:
        length = f"{max(1, minutes)} min"
    else:
        minutes = 10 * round(seconds / 600)
        length = f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    return f"{'at least' if is_least else 'about'} {length} left"
