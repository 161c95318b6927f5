"""What the server sends about people; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass

from api.client.values.shared import Citation, Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person in a list; `role` is the newest that is stated, `latest` the newest date, `asks` whether as a host."""

    id: str
    name: str
    role: str | None
    episodes: int
    words: int
    asks: bool
    latest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleResponse:
    """Everybody who speaks, by name."""

    people: tuple[PersonLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHeld:
    """A role in the words of an episode, the dates of the first and latest episodes that state it, and a quote."""

    role: str
    since: str | None
    until: str | None
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """An episode in which somebody speaks: their words, their share of them all, and whether they ask."""

    episode: Episode
    words: int
    share: float
    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTold:
    """A lesson that somebody tells, with its quote; `url` is its page."""

    title: str
    kind: str
    url: str
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSaid:
    """What somebody said in a year: in how many episodes, how many words, and where to search it."""

    year: str
    episodes: int
    words: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything about a person; `introduced` are the words that introduce them.

    All lists are the newest first, but lessons: the best first.
    """

    id: str
    name: str
    names: tuple[str, ...]
    introduced: Citation | None
    roles: tuple[RoleHeld, ...]
    episodes: tuple[Appearance, ...]
    lessons: tuple[LessonTold, ...]
    years: tuple[YearSaid, ...]
