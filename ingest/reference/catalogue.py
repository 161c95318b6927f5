"""Facts about known shows, shipped with the package; they fill gaps in a source and never override it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlsplit

from ingest.transcript import Show


class KnownEpisode(NamedTuple):
    """An episode of the catalogue; `duration` is in seconds, `tags` are its subjects, unknown fields are None."""

    number: int
    title: str | None
    published: str | None
    duration: float | None
    page_url: str | None
    people: tuple[str, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownShow:
    """A show of the catalogue, with the names and hosts by which a source is recognised."""

    id: str
    title: str
    names: tuple[str, ...]
    hosts: tuple[str, ...]
    page_url: str | None
    episodes: tuple[KnownEpisode, ...]


@cache
def known_shows() -> tuple[KnownShow, ...]:
    """Return the shows of `data/catalogue.json`, read once."""
    data = json.loads((files("data") / "catalogue.json").read_text("utf-8"))
    return tuple(
        KnownShow(
            show["id"], show["title"], tuple(show["names"]), tuple(show["hosts"]), show["page_url"],
            tuple(_episode(episode) for episode in show["episodes"]),
        )
        for show in data["shows"]
    )  # fmt: skip


def find_show(title: str | None, urls: tuple[str | None, ...] = ()) -> KnownShow | None:
    """Return the known show with this title, or with the host of one of these addresses; else None."""
    hosts = {urlsplit(url).hostname for url in urls if url}
    for show in known_shows():
        if hosts.intersection(show.hosts) or (title and title.strip().casefold() in map(str.casefold, show.names)):
            return show
    return None


def show_named_in(text: str) -> KnownShow | None:
    """Return the known show whose name occurs in the text, else None."""
    folded = text.casefold()
    for show in known_shows():
        if any(name.casefold() in folded for name in show.names):
            return show
    return None


def known_show(identifier: str) -> KnownShow | None:
    """Return the show with this id, else None."""
    return next((show for show in known_shows() if show.id == identifier), None)


def known_episode(show: KnownShow | None, number: int | None) -> KnownEpisode | None:
    """Return the show's episode with that number, else None."""
    if show is None or number is None:
        return None
    return next((episode for episode in show.episodes if episode.number == number), None)


def _episode(data: dict[str, object]) -> KnownEpisode:
    hosts = data["hosts"] or []
    guests = data["guests"] or []
    tags = data["tags"] or []
    assert isinstance(hosts, list)
    assert isinstance(guests, list)
    assert isinstance(tags, list)
    return KnownEpisode(
        number=int(str(data["number"])),
        title=_text(data["title"]),
        published=_text(data["published"]),
        duration=None if data["duration"] is None else float(str(data["duration"])),
        page_url=_text(data["page_url"]),
        people=(*map(str, hosts), *(str(guest["name"]) for guest in guests)),
        tags=tuple(map(str, tags)),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def names_of(show: Show) -> tuple[tuple[str, ...], bool]:
    """Return a show's names and whether the catalogue lists it, the two arguments `ingest.library.identity` needs."""
    listed = known_show(show.id)
    return (listed.names, True) if listed else ((show.title,), False)
