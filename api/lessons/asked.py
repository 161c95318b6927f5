"""Turn filters of lessons as a person types them into a query, whatever door they come through."""

import re
from collections.abc import Mapping, Sequence

from api.episodes.library import episodes_of, find_episode
from api.errors import FilterError
from api.lessons.chosen import KINDS, STATES, FacetName, LessonQuery
from api.lessons.register import Register

_YEAR = re.compile(r"[0-9]{4}")
_MOST_SHOWN_CHARACTERS = 40


def asked_query(register: Register, given: Mapping[FacetName, Sequence[str]]) -> LessonQuery:
    """Return filters as a query without blank values, with ids of episodes in place of their numbers.

    Raises EpisodeUnknown, and FilterError for a number that several episodes have and for a kind, state or year that no
    lesson can have.
    """
    found = {name: tuple(value.strip() for value in values if value.strip()) for name, values in given.items()}
    _check("kind", [one for one in found.get("kind", ()) if one.casefold() not in KINDS], _one_of(KINDS))
    _check("state", [one for one in found.get("state", ()) if one.casefold() not in STATES], _one_of(STATES))
    _check("year", [one for one in found.get("year", ()) if not _YEAR.fullmatch(one)], "a year such as 2021")
    query = LessonQuery({name: values for name, values in found.items() if values})
    if not query.of("episode"):
        return query
    known = {entry.episode_id for entry in register.entries}  # also of episodes that were removed
    episodes = episodes_of(register.home)
    ids = (value if value in known else find_episode(value, episodes).id for value in query.of("episode"))
    return query.with_values("episode", tuple(ids))


def _check(name: str, wrong: Sequence[str], wanted: str) -> None:
    if wrong:
        raise FilterError(f"{name} must be {wanted}, not {wrong[0][:_MOST_SHOWN_CHARACTERS]!r}")


def _one_of(values: Sequence[str]) -> str:
    return f"{', '.join(values[:-1])} or {values[-1]}"
