"""Turn filters as a person types them into the filters of the index."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from api.episodes.library import find_episode
from api.errors import EpisodeUnknown, FilterError
from api.nearest_names import MOST_NEAREST, nearest_names
from index.passage import Filters
from ingest.transcript import Episode

if TYPE_CHECKING:  # commands that only look up an episode do not load faiss
    from index.generation import Generation

_MOST_AMBIGUOUS = 10
_MOST_SHOWN_CHARACTERS = 80
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters as typed: an episode by id or number, a speaker by full name or part of it, ISO dates."""

    show: str | None = None
    episode: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None


def parse_filters(asked: Asked, generation: "Generation") -> Filters:
    """Return the filters of the index.

    Raises FilterError for a malformed date, for an ambiguous name or number, and for a show, episode or speaker that is
    not in the index; it then names the nearest ones.
    """
    return Filters(
        show=_show(asked.show, generation) if asked.show else None,
        episode=_episode(asked.episode, generation) if asked.episode else None,
        speaker=_speaker(asked.speaker, generation) if asked.speaker else None,
        since=parse_date(asked.since, "since"),
        until=parse_date(asked.until, "until"),
    )


def _show(wanted: str, generation: "Generation") -> str:
    # Ids are ASCII; SQLite rejects half a surrogate pair. Asking the index reads no episodes while the show is known.
    anything = np.zeros(generation.manifest.dimension, np.float32)
    if wanted.isascii() and generation.nearest("passage", anything, 1, Filters(show=wanted)).ids:
        return wanted
    shows = {episode.show for episode in generation.episodes()}
    raise _unknown(
        "searchable show", wanted, nearest_names(wanted, [(show.id, (show.id, show.title)) for show in shows])
    )


def _episode(wanted: str, generation: "Generation") -> str:
    episodes = generation.episodes()
    try:
        return find_episode(wanted, episodes).id
    except EpisodeUnknown as error:
        raise _unknown("searchable episode", wanted, _nearest_episodes(wanted, episodes)) from error


def _speaker(wanted: str, generation: "Generation") -> str:
    names = generation.speakers_named(wanted)
    if len(names) > 1:
        more = [f"{len(names) - _MOST_AMBIGUOUS} more"] if len(names) > _MOST_AMBIGUOUS else []
        raise FilterError(f"{wanted!r} may be {' or '.join(names[:_MOST_AMBIGUOUS] + more)}; give the full name")
    if not names:
        raise _unknown("speaker", wanted, nearest_names(wanted, [(name, (name,)) for name in generation.speakers()]))
    return names[0]


def _unknown(kind: str, wanted: str, nearest: Iterable[str]) -> FilterError:
    meant = ", ".join(" ".join(name.split()) for name in nearest)
    said = f"no {kind} {wanted[:_MOST_SHOWN_CHARACTERS]!r} in this library"
    return FilterError(f"{said}; did you mean: {meant}" if meant else said)


def _nearest_episodes(wanted: str, episodes: list[Episode]) -> list[str]:
    """Return the ids of the episodes with the nearest numbers, or whose ids or titles are most like what was typed."""
    number = wanted.removeprefix("#")
    if number.isdecimal():
        # Python raises ValueError for integers of thousands of digits.
        near = int(number[:_MOST_DIGITS])
        numbered = [(abs(each.number - near), each.id) for each in episodes if each.number is not None]
        return [identifier for _, identifier in sorted(numbered)[:MOST_NEAREST]]
    return nearest_names(wanted, [(each.id, (each.id, each.title or "")) for each in episodes])


def parse_date(value: str | None, name: str) -> str | None:
    """Return an ISO date, None for none; raises FilterError if it is no date."""
    if not value:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise FilterError(f"{name} must be a date such as 2021-10-28, not {value[:40]!r}") from error
