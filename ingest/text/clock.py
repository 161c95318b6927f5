"""Read and write times of a recording as text; pure."""

import re

# A time as printed in a transcript: "12:34", "00:12:34", "1:02:03.5".
TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_CLOCK = re.compile(r"(?:(?:(\d{1,6}):)?(\d{1,6}):)?(\d{1,9}(?:[.,]\d{1,9})?)")


def seconds_of(text: str) -> float | None:
    """Return the seconds of a time such as "1:02:03.5", "02:03,500" or "192.4"; None for any other text."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600.0 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))


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
