"""Read an item's date, number, season and duration, and say what of them was not understood; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element

from ingest.feed.dates import date_in
from ingest.feed.elements import podcast_text
from ingest.feed.fields import plain_text, seconds_in, whole_number
from ingest.feed.numbers import habitual_numbers, marked_number_in, number_in
from ingest.item import Item
from ingest.text.clock import clock, differ

_MOST_LETTERS = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What the elements of an item state; `may_number` says that its number is left to its title."""

    published: str | None
    number: int | None
    season: int | None
    duration: float | None
    may_number: bool
    doubts: tuple[str, ...]


def facts_in(entry: Any, element: Element, size: int | None) -> Facts:
    """Return an item's facts and a line for each text that was not understood; `size` is its recording's in bytes."""
    doubts: list[str] = []
    numbers = _texts(entry.get("itunes_episode"), podcast_text(element, "episode"))
    seasons = _texts(entry.get("itunes_season"), podcast_text(element, "season"))
    number = next((n for text in numbers if (n := whole_number(text)) is not None), None)
    is_stated = any(letter.isdecimal() for text in numbers for letter in text)
    if is_stated and number is None:
        doubts.append(f"its episode number is not a whole number: '{numbers[0]}'")
    kind = str(entry.get("itunes_episodetype", "")).strip().lower()
    return Facts(
        published=_published(entry, doubts),
        number=number,
        season=next((n for text in seasons if (n := whole_number(text)) is not None), None),
        duration=_duration(entry, size, doubts),
        may_number=not is_stated and kind not in ("trailer", "bonus"),
        doubts=tuple(doubts),
    )


def numbered_by_titles(items: Sequence[Item], is_open: Sequence[bool]) -> tuple[Item, ...]:
    """Give the items whose number is open that of their title, if no other episode of the season has it in the feed.

    It is the number that the title marks, else the one that the habit of all titles shows. Only in a feed that shows
    no number otherwise is it a last "#35".
    """
    stated = {(item.season, item.number) for item in items if item.number is not None}
    places = [place for place, is_left in enumerate(is_open) if is_left]

    def found_by(reader: Callable[[str | None, str | None], int | None]) -> dict[int, int]:
        read = {place: reader(items[place].title, items[place].show_title) for place in places}
        return {place: n for place, n in read.items() if n is not None and (items[place].season, n) not in stated}

    found = found_by(marked_number_in)
    left = [place for place in places if place not in found]
    taken = {number for _, number in stated} | set(found.values())
    habit = habitual_numbers([items[place].title for place in left], taken)
    found |= {left[place]: number for place, number in habit.items()}
    found = found if found or stated else found_by(number_in)
    return tuple(replace(item, number=found[place]) if place in found else item for place, item in enumerate(items))


def number_doubt(item: Item) -> str | None:
    """Return a line if an item's title marks another number than the feed."""
    number = None if item.number is None else marked_number_in(item.title, item.show_title)
    if number is None or number == item.number:
        return None
    return f"its title and its episode number differ: {number} and {item.number}, which is used"


def _published(entry: Any, doubts: list[str]) -> str | None:
    """Return the date that is printed, that of the last change only where no other is printed at all."""
    # For a missing key, `get` returns the other date and warns.
    texts = _texts(*(str(entry[name]) for name in ("published", "updated") if name in entry))
    published = date_in(texts[0]) if texts else None
    if texts and published is None:
        doubts.append(f"its date was not understood: '{texts[0]}'")
    return published


def _duration(entry: Any, size: int | None, doubts: list[str]) -> float | None:
    texts = _texts(entry.get("itunes_duration"), *(media.get("duration") for media in entry.get("media_content", ())))
    read = {text: seconds_in(text, size) for text in texts}
    doubts += [f"its duration was not understood: '{text}'" for text, seconds in read.items() if seconds is None]
    known = [seconds for seconds in read.values() if seconds is not None]
    if known and differ(known[0], known[-1]):
        doubts.append(f"its durations differ: {clock(known[0])}, which is used, and {clock(known[-1])}")
    return known[0] if known else None


def _texts(*values: str | None) -> list[str]:
    """Return the texts that are not empty, each as one short line."""
    return [text for value in values if (text := plain_text(value, _MOST_LETTERS)) is not None]
