"""What a person types as a filter becomes what the index understands."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.errors import EpisodeUnknown, FilterError
from index.passage import Filters
from ingest.transcript import Episode

if TYPE_CHECKING:  # commands that only look an episode up need no faiss
    from index.generation import Generation


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters as typed: an episode by id or number, a speaker by whole name or part, ISO dates."""

    show: str | None = None
    episode: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None


# No passage has this speaker or episode, so a filter that names nobody finds nothing instead of everything.
_NOBODY = "\0"
_MOST_DIGITS = 9


def understood(asked: Asked, generation: "Generation") -> Filters:
    """Return the filters of the index; what names nothing lets nothing in.

    Raises FilterError for a malformed date and for a name or number that means more than one.
    """
    return Filters(
        show=_show(asked.show) if asked.show else None,
        episode=_episode(asked.episode, generation) if asked.episode else None,
        speaker=_speaker(asked.speaker, generation) if asked.speaker else None,
        since=_date(asked.since, "since"),
        until=_date(asked.until, "until"),
    )


def find_episode(wanted: str, episodes: list[Episode]) -> Episode:
    """Return the episode with this id, or with this number where it is unique.

    Raises EpisodeUnknown if there is none, FilterError naming the ids if there are several.
    """
    for episode in episodes:
        if episode.id == wanted:
            return episode
    number = wanted.removeprefix("#")
    # Python refuses to read thousands of digits, and no episode has such a number.
    counts = number.isdecimal() and len(number) <= _MOST_DIGITS
    numbered = [episode for episode in episodes if counts and episode.number == int(number)]
    if len(numbered) > 1:
        ids = ", ".join(episode.id for episode in numbered)
        raise FilterError(f"number {number} is not unique; give one of the ids {ids}")
    if not numbered:
        raise EpisodeUnknown(f"no episode {wanted[:80]!r} in this library; playback status lists them")
    return numbered[0]


def _show(wanted: str) -> str:
    """A show's id is ASCII; a text that SQLite cannot take, such as half a character, names none."""
    return wanted if wanted.isascii() else _NOBODY


def _episode(wanted: str, generation: "Generation") -> str:
    try:
        return find_episode(wanted, generation.episodes()).id
    except EpisodeUnknown:
        return _NOBODY


def _speaker(wanted: str, generation: "Generation") -> str:
    names = generation.speakers_named(wanted)
    if len(names) > 1:
        raise FilterError(f"{wanted!r} may be {' or '.join(names)}; give the whole name")
    return names[0] if names else _NOBODY


def _date(value: str | None, name: str) -> str | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise FilterError(f"{name} must be a date such as 2021-10-28, not {value[:40]!r}") from error
