"""Read times and names from the values of caption JSON."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ingest.text.clock import seconds_of

_WITH_UNIT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|sec|seconds)", re.IGNORECASE)
_ISO = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?")
_FRAMES = re.compile(r"(\d{1,3}):(\d{2}):(\d{2})[:;](\d{2})")
_FRAMES_PER_SECOND = 30.0  # files do not say theirs; the error is at most a third of a second

# Keys of times, written without "_" and "-" and in lower case, and the length of their unit in seconds. None: the key
# does not tell it.
_STARTS: Mapping[str, float | None] = {
    "startms": 0.001, "starttimems": 0.001, "starttimeinms": 0.001, "startmilliseconds": 0.001, "startmillis": 0.001,
    "tstartms": 0.001, "beginms": 0.001, "startoffsetms": 0.001, "offsetms": 0.001, "offsetmilliseconds": 0.001,
    "startseconds": 1.0, "startsec": 1.0, "starttimeseconds": 1.0,
    "starttime": None, "start": None, "begin": None, "begintime": None, "from": None, "ts": None, "startts": None,
    "starttimestamp": None, "startoffset": None, "datastart": None, "timestamp": None, "time": None, "offset": None,
}  # fmt: skip
_ENDS: Mapping[str, float | None] = {
    "endms": 0.001, "endtimems": 0.001, "endtimeinms": 0.001, "endmilliseconds": 0.001, "endmillis": 0.001,
    "endoffsetms": 0.001, "endseconds": 1.0, "endsec": 1.0, "endtimeseconds": 1.0,
    "endtime": None, "end": None, "to": None, "endts": None, "endtimestamp": None, "endoffset": None, "until": None,
    "dataend": None,
}  # fmt: skip
_LENGTHS: Mapping[str, float | None] = {
    "ddurationms": 0.001, "durationms": 0.001, "durationinms": 0.001, "durationmilliseconds": 0.001,
    "duration": None, "dur": None, "length": None,
}  # fmt: skip
_SPANS = ("timestamps", "timestamp", "time", "timecode", "offsets")  # keys of both times together


class Time(NamedTuple):
    """A time as a file states it; `is_bare` says that the unit is not stated, else it is in seconds."""

    value: float
    is_bare: bool

    def seconds(self, unit: float) -> float:
        """Return the seconds, to the millisecond, if bare numbers are in this unit."""
        return round(self.value * (unit if self.is_bare else 1.0), 3)


def number(value: Any) -> float | None:
    """Return seconds (at least 0) from a number or a clock time, None for anything else."""
    found = _time(value, 1.0)
    return None if found is None else found.value


def string(value: Any) -> str | None:
    """Return a text without outer and double spaces, None for an empty one or anything else."""
    return " ".join(value.split()) or None if isinstance(value, str) else None


def times_of(item: Mapping[str, Any]) -> tuple[Time | None, Time | None]:
    """Return start and end of an item, each None if it states none; `item` has folded keys (`folded`)."""
    for key in _SPANS:
        span = item.get(key)
        if isinstance(span, Mapping):
            item = {**item, **folded(span)}
        elif isinstance(span, Sequence) and not isinstance(span, str) and len(span) == 2:
            item = {**item, "start": span[0], "end": span[1]}
    start = _first(item, _STARTS)
    end = _first(item, _ENDS)
    length = _first(item, _LENGTHS)
    if end is None and start and length and length.is_bare == start.is_bare:
        end = Time(start.value + length.value, start.is_bare)
    return start, end


def folded(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with its keys in lower case and without "_" and "-"."""
    return {str(key).replace("_", "").replace("-", "").lower(): value for key, value in item.items()}


def _first(item: Mapping[str, Any], keys: Mapping[str, float | None]) -> Time | None:
    """Return the first time with a known unit, else the first bare one."""
    found = [time for key, unit in keys.items() if key in item and (time := _time(item[key], unit)) is not None]
    return next((time for time in found if not time.is_bare), next(iter(found), None))


def _time(value: Any, unit: float | None) -> Time | None:
    """Return a time from a number, a clock time, an ISO duration or a number with its unit; at least 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        text = value.strip()
        for seconds in _stated(text.removeprefix("-")):
            return Time(0.0 if text.startswith("-") else seconds, is_bare=False)
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(found):
        return None
    return Time(max(0.0, found) * (unit or 1.0), is_bare=unit is None)


def _stated(text: str) -> Iterator[float]:
    """Yield the seconds of a text that states its unit by its form."""
    if ":" in text and (clock := seconds_of(text)) is not None:
        yield clock
    elif found := _WITH_UNIT.fullmatch(text):
        yield float(found[1]) * (0.001 if found[2].lower() == "ms" else 1.0)
    elif (found := _ISO.fullmatch(text)) and text != "PT":
        yield int(found[1] or 0) * 3600.0 + int(found[2] or 0) * 60 + float(found[3] or 0)
    elif found := _FRAMES.fullmatch(text):
        hours, minutes, seconds, frames = map(int, found.groups())
        yield hours * 3600.0 + minutes * 60 + seconds + frames / _FRAMES_PER_SECOND
