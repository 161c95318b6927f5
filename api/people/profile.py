"""What is known of somebody who speaks: names, roles, episodes, lessons and years, each role with its quote."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from api.errors import PersonUnknown
from api.knowledge_base import removed_since
from api.lessons.fold import USUAL_STATES
from api.lessons.register import register_of
from api.nearest_names import nearest_names
from api.quotes.citation import Citation
from api.quotes.said import citation_at
from index.generation import Generation
from index.mined.overview import HeldRole, Overview, Person, Spoke
from ingest.speakers.names import first_name, fold, is_role
from ingest.transcript import Episode

# Roles are shown with a quote each, and every quote opens a transcript.
_MOST_ROLES = 8
_MOST_LESSONS = 10
_MOST_MEANT = 8


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list; `role` is the newest that is stated, `latest` the newest date, `asks` whether as a host."""

    id: str
    name: str
    role: str | None
    episodes: int
    words: int
    asks: bool
    latest: str | None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role in the words of an episode, the dates of the first and latest episodes that state it, and a quote."""

    role: str
    since: str | None
    until: str | None
    citation: Citation


@dataclass(frozen=True, slots=True)
class Appearance:
    """An episode in which somebody speaks: their words, their share of them all, and whether they ask."""

    episode: Episode
    words: int
    share: float
    asks: bool


@dataclass(frozen=True, slots=True)
class YearSaid:
    """What somebody said in a year: in how many episodes, how many words, and where to search it."""

    year: str
    episodes: int
    words: int
    url: str


@dataclass(frozen=True, slots=True)
class LessonTold:
    """A lesson that somebody tells, with its quote; `url` is its page."""

    title: str
    kind: str
    url: str
    citation: Citation


@dataclass(frozen=True, slots=True)
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


def people_lines(home: Path, generation: Generation) -> list[PersonLine]:
    """Return everybody who speaks in an episode of the library, by name."""
    gone = removed_since(home, generation)
    lines = [
        _line(generation, person, spoke) for person in generation.overview.people if (spoke := _left(person, gone))
    ]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.id))


def profile_of(home: Path, generation: Generation, wanted: str) -> Profile:
    """Return what is known of the person with an id or a full name; raises PersonUnknown, naming who may be meant."""
    person = person_named(generation.overview, wanted)
    gone = removed_since(home, generation)
    spoke = () if person is None else _left(person, gone)
    if person is None or not spoke:
        meant = _meant(generation, wanted, gone)
        nearest = f"did you mean: {', '.join(meant)}" if meant else "playback people lists them"
        raise PersonUnknown(f"nobody who speaks here is called {wanted[:60]!r}; {nearest}")
    episodes = [Appearance(generation.episode(one.episode_id), one.words, one.share, one.asks) for one in spoke]
    return Profile(
        person.id,
        person.names[0],
        person.names,
        citation_at(home, generation, person.introduced),
        _roles(home, generation, person.roles),
        tuple(episodes),
        _lessons(home, generation, person, {one.episode_id for one in spoke}),
        _years(person, episodes),
    )


def person_named(overview: Overview, wanted: str) -> Person | None:
    """Return the person with an id, else the only one with a name."""
    named = []
    folded = fold(wanted)
    for person in overview.people:
        if person.id == wanted:
            return person
        if any(fold(name) == folded for name in person.names):
            named.append(person)
    return named[0] if len(named) == 1 else None


def _meant(generation: Generation, wanted: str, gone: frozenset[str]) -> list[str]:
    """Return what finds those with words of a name, or the nearest names: the full name, of a bare first name the id.

    A part of a name is never taken for a person: who is meant may be somebody else, who does not speak here.
    """
    found: dict[str, list[str]] = {}
    for person in generation.overview.people:
        if _left(person, gone):
            finds = person.names[0] if first_name(person.names[0]) else person.id
            found.setdefault(fold(person.names[0]), []).append(" ".join(finds.split()))
    named = [one for name in generation.speakers_named(wanted) for one in found.get(fold(name), ())]
    if named:
        more = [f"{len(named) - _MOST_MEANT} more"] if len(named) > _MOST_MEANT else []
        return named[:_MOST_MEANT] + more
    return nearest_names(wanted, [(one, (name,)) for name, finds in found.items() for one in finds])


def page_address(name: str | None) -> str | None:
    """Return the address of the page of somebody with a full name; None for a bare first name or a part ("Host").

    Whoever speaks under a full name has a page under it once the index is published.
    """
    return None if not name or not first_name(name) or is_role(name) else f"/people/{quote(name, safe='')}"


def _left(person: Person, gone: frozenset[str]) -> tuple[Spoke, ...]:
    """Return where a person speaks in episodes that were not removed since the index was published."""
    return tuple(spoke for spoke in person.episodes if spoke.episode_id not in gone)


def _line(generation: Generation, person: Person, spoke: Sequence[Spoke]) -> PersonLine:
    left = {one.episode_id for one in spoke}
    dates = [date for one in spoke if (date := generation.episode(one.episode_id).published)]
    return PersonLine(
        person.id,
        person.names[0],
        next((one.role for one in person.roles if one.said.episode_id in left), None),
        len(spoke),
        sum(one.words for one in spoke),
        2 * sum(one.asks for one in spoke) > len(spoke),
        max(dates, default=None),
    )


def _roles(home: Path, generation: Generation, roles: Sequence[HeldRole]) -> tuple[RoleHeld, ...]:
    """Return each role once, with the newest quote that still states it."""
    stated: dict[str, list[HeldRole]] = {}
    for one in roles:
        stated.setdefault(fold(one.role), []).append(one)
    found = []
    for same in [*stated.values()][:_MOST_ROLES]:
        pairs = ((one, citation_at(home, generation, one.said)) for one in same)
        shown = next(((one, citation) for one, citation in pairs if citation and one.role in citation.quote), None)
        if shown is not None and shown[1] is not None:
            dates = [date for one in same if (date := generation.episode(one.said.episode_id).published)]
            found.append(RoleHeld(shown[0].role, min(dates, default=None), max(dates, default=None), shown[1]))
    return tuple(found)


def _lessons(home: Path, generation: Generation, person: Person, left: set[str]) -> tuple[LessonTold, ...]:
    """Return the best lessons as the register has them: under the titles of people, without those they rejected."""
    register = register_of(home, generation)
    found = []
    for entry in register.entries:
        if entry.state not in USUAL_STATES or entry.speaker not in person.names or entry.episode_id not in left:
            continue
        if citations := register.citations(entry):
            found.append(LessonTold(entry.title, entry.kind, f"/lessons/{entry.id}", citations[0]))
        if len(found) == _MOST_LESSONS:
            break
    return tuple(found)


def _years(person: Person, episodes: Sequence[Appearance]) -> tuple[YearSaid, ...]:
    """Return the years, none for a bare first name: nothing tells whose words a search for it would find."""
    years: dict[str, list[Appearance]] = {}
    for one in episodes if first_name(person.names[0]) else ():
        if one.episode.published:
            years.setdefault(one.episode.published[:4], []).append(one)
    return tuple(
        YearSaid(year, len(years[year]), sum(one.words for one in years[year]), _search(person.names[0], year))
        for year in sorted(years, reverse=True)
    )


def _search(name: str, year: str) -> str:
    return "/search?" + urlencode({"speaker": name, "since": f"{year}-01-01", "until": f"{year}-12-31"})
