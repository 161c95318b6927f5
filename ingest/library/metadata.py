"""Compose an episode's metadata from all its sources, with gaps filled from the catalogue; pure."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TypeVar

from ingest.item import Item
from ingest.library.identity import title_core
from ingest.library.records import Record
from ingest.reference.catalogue import KnownShow, known_episode, known_show
from ingest.text.clock import clock, differ
from ingest.transcript import Episode, Show

T = TypeVar("T")


def facts_of(identifier: str, show: Show, items: Iterable[Item]) -> Episode:
    """Compose an episode: feeds take precedence over files, newer items over older, and the catalogue fills gaps."""
    newest = tuple(items)[::-1]
    ordered = sorted(newest, key=lambda item: item.guid.startswith("file:"))
    number = _first(item.number for item in ordered)
    known = known_episode(known_show(show.id), number)
    return Episode(
        id=identifier,
        guid=ordered[0].guid,
        show=show,
        number=number,
        title=_first(item.title for item in ordered) or (known.title if known else None),
        published=_first(item.published for item in ordered) or (known.published if known else None),
        duration=_first([*(item.duration for item in ordered), known.duration if known else None]),
        page_url=_first(item.page_url for item in ordered) or (known.page_url if known else None),
        audio_url=_first(
            item.enclosure.url for item in ordered if item.enclosure is not None and _is_open(item.enclosure.url)
        ),
        licence=_first(item.licence for item in ordered),
    )


def people_of(record: Record) -> tuple[str, ...]:
    """Return the people that feed and catalogue name for an episode, each once."""
    known = known_episode(known_show(record.episode.show.id), record.episode.number)
    names = [name for item in record.items for name in item.people] + list(known.people if known else ())
    return tuple(dict.fromkeys(names))


def stated_duration(record: Record) -> float | None:
    """Return the duration in seconds that a source or the catalogue states, None if neither does."""
    return facts_of(record.episode.id, record.episode.show, record.items).duration if record.items else None


def lasting(stated: float | None, measured: float | None) -> float | None:
    """Return the duration to place words by: the measured one where the stated one is missing or contradicts it."""
    return measured if measured is not None and (stated is None or differ(stated, measured)) else stated


def duration_doubt(record: Record, measured: float | None) -> str | None:
    """Return a line if the durations that sources state contradict the measured one (seconds) or each other."""
    stated = list(dict.fromkeys(item.duration for item in reversed(record.items) if item.duration is not None))
    printed = " or ".join(map(clock, stated))
    if measured is not None and any(differ(one, measured) for one in stated):
        return f"said to last {printed}, but its recording lasts {clock(measured)}"
    if any(differ(one, other) for one, other in pairwise(stated)):
        return f"its sources say that it lasts {printed}"
    return None


def numbered(item: Item, show: Show) -> Item:
    """Add a missing episode number if the catalogue lists an episode with exactly this title."""
    listed = known_show(show.id)
    if listed is None or item.number is not None or not (core := title_core(item, listed.names)):
        return item
    number = _numbers(listed).get(core)
    return item if number is None else replace(item, number=number)


@cache
def _numbers(listed: KnownShow) -> dict[str, int]:
    """Return the episode numbers of a listed show by title core."""
    items = [Item("", "", title=episode.title, number=episode.number) for episode in listed.episodes]
    return {title_core(item, listed.names): item.number for item in reversed(items) if item.number is not None}


def _is_open(url: str) -> bool:
    """Return whether an address may be shown: a web address without name and password."""
    return url.startswith(("http://", "https://")) and "@" not in url.partition("://")[2].partition("/")[0]


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
