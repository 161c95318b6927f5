"""Read the date of a printed moment: only one that the text states whole and in one meaning; pure.

feedparser and lenient parsers guess: "2021/10/28" becomes the first day of the month in which it is read.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

_MOST_LETTERS = 100
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
# What a computer prints for a date that was never set.
_UNSET = date(1970, 1, 1)
# Seconds from September 2001 to March 2030. Outside of it a number of ten digits may be year, month, day and hour.
_UNIX = range(1_000_000_000, 1_900_000_000)
# Years of two digits are those of RFC 2822. They need the day of the week as a witness.
_FIRST_OF_CENTURY = 50

# Names of the months in languages that agree on them; beginnings of three letters and more are read as well.
_MONTHS = tuple(
    names.split()
    for names in (
        "january januar januari janvier janeiro enero gennaio jänner ιανουάριος ιανουαρίου января январь",
        "february februar februari février fevereiro febrero febbraio φεβρουάριος φεβρουαρίου февраля февраль",
        "march märz mrz marts mars março marzo maart mrt μάρτιος μαρτίου марта март",
        "april avril abril aprile απρίλιος απριλίου апреля апрель",
        "may mai maj maio mayo maggio mei μάιος μαΐου мая май",
        "june juni juin junho junio giugno ιούνιος ιουνίου июня июнь",
        "july juli juillet julho julio luglio ιούλιος ιουλίου июля июль",
        "august augustus augusti août agosto αύγουστος αυγούστου августа август",
        "september septembre setembro septiembre settembre σεπτέμβριος σεπτεμβρίου сентября сентябрь",
        "october oktober octobre outubro octubre ottobre οκτώβριος οκτωβρίου октября октябрь",
        "november novembre novembro noviembre νοέμβριος νοεμβρίου ноября ноябрь",
        "december dezember desember décembre dezembro diciembre dicembre δεκέμβριος δεκεμβρίου декабря декабрь",
    )
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Hours from UTC of the zones of RFC 822 and of some that feeds use. In another zone the printed date is taken.
_ZONES = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "met": 1, "mest": 2} | {
    f"{zone}{kind}t": hours + (kind == "d")
    for zone, hours in zip("aecmp", range(-4, -9, -1), strict=True)
    for kind in "sd"
}

_WORD = r"[^\W\d_]{2,15}"
_DAY_NAME = rf"(?:(?P<weekday>{_WORD})[\s.,]+)?"
_OFFSET = r"[+-]\d{1,2}:?\d{0,2}"
_ZONE = rf"(?P<zone>(?:gmt|utc)?{_OFFSET}|[a-z]{{1,5}}|[a-z]+/[a-z_]+(?:/[a-z_]+)?)"
_CLOCK = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{1,2})(?:[:.]\d{1,2})?(?:[.,]\d{1,9})?|(?=\s*[ap]\.?m\b))"
_NOON = r"(?:\s*(?P<noon>[ap])\.?m\.?(?![a-z]))?"
_TIME = rf"(?:\s*,?\s*(?:\b(?:at|um)\b|-)?\s*{_CLOCK}{_NOON}(?:\s*{_ZONE})?(?:\s*\([^()]*\))?)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|º|er|\.)?"
_MONTH = rf"(?P<month>{_WORD})\.?"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        # 2021-10-28, 2021/10/28, 2021年10月28日
        rf"{_DAY_NAME}(?P<year>\d{{4}})\s?[-/.年년]\s?(?P<number>\d{{1,2}})\s?[-/.月월]\s?(?P<day>\d{{1,2}})(?:日|일|t(?=\d|\Z))?(?:z\Z)?{_TIME}",
        rf"(?P<year>\d{{4}})(?P<number>\d{{2}})(?P<day>\d{{2}})(?:t?(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?:\d{{2}})?{_ZONE}?)?",
        # Thu, 28 Oct 2021; 28-Oct-2021; 28 de octubre de 2021
        rf"{_DAY_NAME}{_DAY}[\s-]*(?:(?:de|of)\s)?{_MONTH}[\s,-]\s*(?:(?:de|of)\s)?(?P<year>\d{{4}}|\d{{2}}){_TIME}",
        # October 28, 2021; Sat May 16 2020
        rf"{_DAY_NAME}{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}}){_TIME}",
        # Sat May 16 09:00:57 UTC 2020; Sat 16 May 09:00:57 UTC 2020
        rf"{_DAY_NAME}{_DAY}\s+{_MONTH}\s+{_CLOCK}(?:\s+{_ZONE})?\s+(?P<year>\d{{4}})",
        rf"{_DAY_NAME}{_MONTH}\s+{_DAY}\s+{_CLOCK}(?:\s+{_ZONE})?\s+(?P<year>\d{{4}})",
        rf"{_DAY_NAME}(?P<one>\d{{1,2}})(?P<mark>[-/.])\s?(?P<other>\d{{1,2}})(?P=mark)\s?(?P<year>\d{{4}}){_TIME}",
    )
)


def date_in(printed: str | None) -> str | None:
    """Return the UTC date (ISO) of a printed moment; None if day, month or year is missing or has two meanings.

    Without a zone, or in one that is not known, it is the date as printed. The zero of computers (1970-01-01) and years
    outside 1900 to 2999 give None.
    """
    text = _plain(printed or "")
    if len(text) > _MOST_LETTERS:
        return None
    found = _of_unix(text)
    for shape in _SHAPES:
        if found is None and (match := shape.fullmatch(text)) is not None:
            found = _dated(match.groupdict())
    if found is None or found == _UNSET or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    return found.isoformat()


def _plain(text: str) -> str:
    """Return text in lower case without accents, with single blanks."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFKC", letters).split())


_NUMBER_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in map(_plain, names)}


def _of_unix(text: str) -> date | None:
    """Return the date of a number of seconds or milliseconds since 1970."""
    if re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?", text) is None or int(text[:10]) not in _UNIX:
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC).date()


def _dated(parts: dict[str, str | None]) -> date | None:
    days = [day for day in _readings(parts) if day is not None]
    if parts["year"] is not None and len(parts["year"]) < 4:
        days = [day for day in days if _DAYS[day.weekday()] == (parts.get("weekday") or "")[:3]]
    if len(set(days)) != 1:
        return None
    return _in_utc(days[0], parts)


def _readings(parts: dict[str, str | None]) -> list[date | None]:
    """Return the dates that a text can mean; None for one that is not in the calendar."""
    year = int(parts["year"] or 0)
    if "one" in parts:
        one, other = int(parts["one"] or 0), int(parts["other"] or 0)
        return [_day(year, one, other), _day(year, other, one)]
    month = int(parts["number"] or 0) if "number" in parts else _month(parts["month"] or "")
    day = int(parts["day"] or 0)
    if len(parts["year"] or "") == 4:
        return [_day(year, month, day)]
    return [_day(_whole(year), month, day), _day(_whole(day), month, year)]


def _whole(year: int) -> int:
    return year + (1900 if year >= _FIRST_OF_CENTURY else 2000)


def _month(name: str) -> int:
    """Return the number of the month whose name is this or begins like this, 0 if that is not exactly one month."""
    if name in _NUMBER_OF:
        return _NUMBER_OF[name]
    found = {number for known, number in _NUMBER_OF.items() if len(name) >= 3 and known.startswith(name)}
    return found.pop() if len(found) == 1 else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_utc(day: date, parts: dict[str, str | None]) -> date:
    """Return the date in UTC; the printed one if time or zone are missing or impossible."""
    offset = _offset(parts.get("zone") or "")
    if offset is None or parts.get("hour") is None:
        return day
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    if parts.get("noon"):
        hour = hour % 12 + (12 if parts["noon"] == "p" else 0)
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone(offset))
        return moment.astimezone(UTC).date()
    except (ValueError, OverflowError):
        return day


def _offset(zone: str) -> timedelta | None:
    """Return the difference from UTC of a zone such as "+0100", "gmt-05:00" or "est"; None if it is not known."""
    found = re.fullmatch(r"(?:gmt|utc)?([+-])(\d{2}):?(\d{2})?", zone)
    if found is None:
        return timedelta(hours=_ZONES[zone]) if zone in _ZONES else None
    size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if size > timedelta(hours=14):
        return None
    return -size if found[1] == "-" else size
