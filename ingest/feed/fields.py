"""Parse the fields of feeds (titles, durations, addresses) into plain values; pure."""

import html
import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urljoin, urlsplit

from ingest.text.clock import seconds_of
from ingest.text.urls import is_remote, without_credentials

# A longer duration is a mistake (milliseconds, a date); one of more than half of it needs a witness.
_MOST_SECONDS = 24 * 3600.0
_RARE_SECONDS = 12 * 3600.0
# Of speech and music as podcasts publish them, in bits per second.
_BIT_RATES = (16_000, 400_000)
_MOST_MARKUP = 20_000
_MOST_URL = 4_000
# The limit of file systems for one name, and a part of their limit for a path.
_MOST_NAME_BYTES = 255
_MOST_PATH_BYTES = 1_000


def plain_text(markup: str | None, most: int = 500) -> str | None:
    """Return markup as one line of plain text of at most `most` characters, None if nothing is left.

    Removes tags, control and direction characters, decodes references once and joins runs of whitespace.
    """
    text = html.unescape(re.sub(r"<[A-Za-z/!?][^<>]*(?:>|\Z)", "", (markup or "")[:_MOST_MARKUP]))
    text = " ".join("".join(letter for letter in text if letter.isspace() or not _hidden(letter)).split())
    return (text if len(text) <= most else f"{text[: most - 1].rstrip()}…") or None


def seconds_in(printed: str | None, size: int | None = None) -> float | None:
    """Return the seconds of a printed duration: "1:21:59", "34:12", "2094", "34 min", "1 h 5 min", "PT34M"; else None.

    A duration of zero or of more than a day gives None. A text that is implausible or has two meanings (540000
    milliseconds, "34:12:00" of 34 minutes, "3.600") is read by `size`, the bytes of the recording, or gives None.
    """
    text = (printed or "").strip()
    # Four numbers are hours to frames in a transcript; as a duration they may also be days to seconds.
    first = seconds_of(text) if text.count(":") < 3 else None
    if first is None:
        return None
    other = _other_reading(text)
    is_rare = first > _RARE_SECONDS
    # A clock is taken as printed up to a day; a plain number needs the size as a witness.
    is_open = other is not None and ":" not in text and (is_rare or not text.isdecimal())
    if other is not None and (is_open or is_rare):
        fitting = [seconds for seconds in (first, other) if seconds and size and _is_bit_rate(8 * size / seconds)]
        if len(fitting) == 1:
            return fitting[0]
    return first if 0 < first <= _MOST_SECONDS and not is_open else None


def _other_reading(text: str) -> float | None:
    """Return the seconds of a text read in its less usual meaning, None if it has none."""
    if text.isdecimal():
        return int(text) / 1000
    if (found := re.fullmatch(r"(\d{1,2}):([0-5]\d):\d{2}", text)) is not None:
        return int(found[1]) * 60.0 + int(found[2])  # with frames
    if (found := re.fullmatch(r"(\d{1,3})[.,]([0-5]\d)", text)) is not None:
        return int(found[1]) * 60.0 + int(found[2])  # minutes and seconds
    if (found := re.fullmatch(r"(\d{1,2})[.,](\d{3})", text)) is not None:
        thousands = float(found[1] + found[2])
        return thousands if thousands <= _RARE_SECONDS else None
    return None


def _is_bit_rate(rate: float) -> bool:
    return _BIT_RATES[0] <= rate <= _BIT_RATES[1]


def whole_number(printed: str | None) -> int | None:
    """Return the number in a field such as "35", " 035 ", "#35" or "Episode 35", else None."""
    found = re.fullmatch(r"[^\d.,-]{0,20}(\d{1,5})(?:\.0+)?\s*", printed or "")
    return int(found.group(1)) if found else None


def resolved(reference: str, base: str) -> str:
    """Return a feed's reference as an absolute http(s) URL, or for a local feed as the path of a file beside it.

    `base` is the feed's URL or its file's path. Raises ValueError with the reason for anything else: absolute paths,
    paths out of the feed's folder, and other schemes.
    """
    reference = re.sub(r"[\t\r\n]", "", reference.strip())
    if len(reference) > _MOST_URL:
        raise ValueError("is too long for an address")
    if any(_hidden(letter) for letter in reference):
        raise ValueError("contains control characters")
    try:
        if is_remote(base):
            reference = urljoin(base, reference)
        elif reference.startswith("//"):
            reference = f"https:{reference}"
        parts = urlsplit(reference)
        is_port = parts.port != 0  # raises if the port is not a number
    except ValueError as error:  # its message may repeat a name and password
        raise ValueError("is not an address") from error
    if parts.scheme in ("http", "https"):
        if not (parts.hostname and is_port):
            raise ValueError("has no valid host or port")
        reference = parts.scheme + reference[len(parts.scheme) :]
        return quote(reference, safe="!#$%&'()*+,/:;=?@[]~", encoding="utf-8") if " " in reference else reference
    if parts.scheme:
        raise ValueError(f"is not an http or https address but {parts.scheme}:")
    return _beside(unquote(parts.path), base)


def address_of(reference: str | None, base: str) -> str | None:
    """Return an http(s) URL without credentials, None for anything else: a page beside a local feed has no address."""
    url = remote_address(reference, base)
    return None if url is None else without_credentials(url)


def remote_address(reference: str | None, base: str) -> str | None:
    """Return an http(s) URL to request, with its name and password if it has them; None for anything else."""
    try:
        url = resolved(reference or "", base) if reference else ""
    except ValueError:
        return None
    return url if is_remote(url) else None


def _beside(path: str, base: str) -> str:
    """Join a relative path to the folder of `base`; checks only the names and opens no file."""
    parts = PurePosixPath(path).parts
    if not parts or path.endswith("/"):
        raise ValueError("names no file")
    if path.startswith("/") or "\\" in path or any(_hidden(letter) for letter in path):
        raise ValueError("is not a file beside the feed")
    if ".." in parts:
        raise ValueError("lies outside the feed's folder")
    # The system would raise an error wherever such a file is used.
    if len(path.encode()) > _MOST_PATH_BYTES or any(len(part.encode()) > _MOST_NAME_BYTES for part in parts):
        raise ValueError("is too long for a file name")
    return str(PurePosixPath(base).parent / path)


def _hidden(letter: str) -> bool:
    """Return whether a character is a control, direction or private one; some scripts and emoji need the joiners."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co") and letter not in "\u200c\u200d"
