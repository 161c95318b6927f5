"""Turn filters as a person types them into the filters of the index."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.episodes.library import find_episode
from api.errors import EpisodeUnknown, FilterError
from index.passage import Filters

if TYPE_CHECKING:  # commands that only look up an episode do not load faiss
    from index.generation import Generation


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters as typed: an episode by id or number, a speaker by full name or part of it, ISO dates."""

    show: str | None = None
    episode: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None


# No passage has this speaker or episode, so a filter that matches nobody finds nothing instead of everything.
_NOBODY = "\0"


def parse_filters(asked: Asked, generation: "Generation") -> Filters:
    """Return the filters of the index; an unknown show, episode or speaker matches no passage.

    Raises FilterError for a malformed date and for an ambiguous name or number.
    """
    return Filters(
        show=_show(asked.show) if asked.show else None,
        episode=_episode(asked.episode, generation) if asked.episode else None,
        speaker=_speaker(asked.speaker, generation) if asked.speaker else None,
        since=_date(asked.since, "since"),
        until=_date(asked.until, "until"),
    )


def _show(wanted: str) -> str:
    """Return a show's id; ids are ASCII, so any other text (SQLite rejects half a surrogate pair) matches no show."""
    return wanted if wanted.isascii() else _NOBODY


def _episode(wanted: str, generation: "Generation") -> str:
    try:
        return find_episode(wanted, generation.episodes()).id
    except EpisodeUnknown:
        return _NOBODY


def _speaker(wanted: str, generation: "Generation") -> str:
    names = generation.speakers_named(wanted)
    if len(names) > 1:
        raise FilterError(f"{wanted!r} may be {' or '.join(names)}; give the full name")
    return names[0] if names else _NOBODY


def _date(value: str | None, name: str) -> str | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise FilterError(f"{name} must be a date such as 2021-10-28, not {value[:40]!r}") from error
