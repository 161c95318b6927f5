"""Read and write times of a recording as text; pure."""

import re

# A time as printed in a transcript: "12:34", "123:45", "1:02:03.5", "00:12:34:15" (the last are frames), "1h02m03s".
TIME = (
    r"(?:\d{1,3}:\d{2}:\d{2}[:;]\d{2,3}|(?:\d{1,3}:\d{1,2}|\d{1,3}):\d{2}(?:[.,]\d{1,9})?"
    r"|\d{1,2}h ?\d{1,2}m(?: ?\d{1,2}s)?|\d{1,3}m ?\d{1,2}s)(?!\d)"
)
# Two of them with what stands between: "00:01 - 00:05", "00:01 --> 00:05", "00:01 to 00:05".
_BETWEEN = r"\s*(?:-->|->|→|[-–—]|\bto\b)\s*"
TIME_RANGE = rf"{TIME}{_BETWEEN}{TIME}"

_RANGE = re.compile(rf"({TIME}){_BETWEEN}({TIME})")
_CLOCK = re.compile(r"(?:(?:(\d{1,6}):)?(\d{1,6}):)?(\d{1,9}(?:[.,]\d{1,9})?)")
_SMALL = re.compile(r"(\d{1,3}:\d{2}:\d{2})(?::(\d{3})|[:;](\d{2}))")
_UNITS = re.compile(
    r"(?:p(?:0+d)?t)?(?:(\d{1,4}(?:\.\d{1,4})?)\s*h(?:(?:ou)?rs?)?\.?[\s,]*(?:and\s+)?)?"
    r"(?:(\d{1,5}(?:\.\d{1,4})?)\s*m(?:in(?:ute)?s?)?\.?[\s,]*(?:and\s+)?)?"
    r"(?:(\d{1,6}(?:\.\d{1,4})?)\s*s(?:ec(?:ond)?s?)?\.?)?"
)
# Frames are counted at 24 to 60 in a second. Read at 30, a time is at most half a second off.
_FRAMES = 30
_LAST_FRAME = 29

# Two lengths of one recording agree within five seconds or three per cent.
_MOST_APART, _MOST_SHARE = 5.0, 0.03


def seconds_of(text: str) -> float | None:
    """Return the seconds of a time, also in brackets; None for any other text.

    A time is a clock ("1:02:03.5", "02:03,500", "123:45"), seconds ("192.4"), a clock with frames or milliseconds
    behind another colon ("00:12:34:15", "00:12:34:500"), or has units ("1h02m03s", "34 min", "PT34M12S").
    """
    text = text.strip(" \t\r\n()[]<>").lower()
    if (found := _CLOCK.fullmatch(text)) is not None:
        hours, minutes, seconds = found.groups()
        return int(hours or 0) * 3600.0 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))
    if (found := _SMALL.fullmatch(text)) is not None:
        whole, milliseconds, frames = found.groups()
        small = int(milliseconds) / 1000 if milliseconds else min(int(frames), _LAST_FRAME) / _FRAMES
        return (seconds_of(whole) or 0.0) + round(small, 3)
    units = _UNITS.fullmatch(text)
    if units is None or not any(units.groups()):
        return None
    hours, minutes, seconds = (float(part or 0) for part in units.groups())
    return hours * 3600 + minutes * 60 + seconds


def range_of(text: str) -> tuple[float, float] | None:
    """Return start and end in seconds of "00:01 - 00:05" or the like, also in brackets; None for any other text.

    None also if the end lies before the start.
    """
    found = _RANGE.fullmatch(text.strip(" \t\r\n()[]<>"))
    if found is None:
        return None
    start, end = seconds_of(found[1]), seconds_of(found[2])
    return (start, end) if start is not None and end is not None and start <= end else None


def differ(one: float, other: float) -> bool:
    """Return whether two durations in seconds are too far apart for one recording."""
    return abs(one - other) > max(_MOST_APART, _MOST_SHARE * max(one, other))


def clock(seconds: float) -> str:
    """Return seconds as m:ss, or as h:mm:ss from one hour."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def timestamp(seconds: float, point: str = ".") -> str:
    """Return seconds to the millisecond as captions write them: "01:02:03.500"."""
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
