"""What is known of an episode: composed of what all its sources say, completed by the catalogue; pure."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TypeVar

from ingest.item import Item
from ingest.library.identity import title_core
from ingest.library.records import Record
from ingest.reference.catalogue import KnownShow, known_episode, known_show
from ingest.transcript import Episode, Show

T = TypeVar("T")


def facts_of(identifier: str, show: Show, items: Iterable[Item]) -> Episode:
    """Compose an episode: the publisher's feed before files, newest first, the catalogue where all are silent."""
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
    """Return the names that feed and catalogue give for an episode, each once."""
    known = known_episode(known_show(record.episode.show.id), record.episode.number)
    names = [name for item in record.items for name in item.people] + list(known.people if known else ())
    return tuple(dict.fromkeys(names))


def stated_duration(record: Record) -> float | None:
    """Return the seconds that a source or the catalogue gives for an episode, None if only its recording can tell."""
    return facts_of(record.episode.id, record.episode.show, record.items).duration


def numbered(item: Item, show: Show) -> Item:
    """Complete a number that the source lacks by the title, where the catalogue lists exactly that one."""
    listed = known_show(show.id)
    if listed is None or item.number is not None or not (core := title_core(item, listed.names)):
        return item
    number = _numbers(listed).get(core)
    return item if number is None else replace(item, number=number)


@cache
def _numbers(listed: KnownShow) -> dict[str, int]:
    """Return the numbers of a listed show's episodes by what is left of their titles."""
    items = [Item("", "", title=episode.title, number=episode.number) for episode in listed.episodes]
    return {title_core(item, listed.names): item.number for item in reversed(items) if item.number is not None}


def _is_open(url: str) -> bool:
    """Whether an address is one of the web that may be shown: one with a name and password is for fetching alone."""
    return url.startswith(("http://", "https://")) and "@" not in url.partition("://")[2].partition("/")[0]


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
