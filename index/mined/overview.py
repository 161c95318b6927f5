"""What a whole library says about people, terms and topics, and where to begin; made at publication, with its JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from index.errors import IndexBroken
from index.mined.episode import Span

OVERVIEW = "overview.json"


class Said(NamedTuple):
    """Words of one turn of an episode."""

    episode_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody has in an episode, in its words, and the sentence that states it."""

    role: str
    said: Said


@dataclass(frozen=True, slots=True)
class Spoke:
    """How many words somebody says in an episode, which share of it that is (0 to 1), and whether they ask."""

    episode_id: str
    words: int
    share: float
    asks: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks. `id` is URL-safe. `names` are all forms of the name, the full one first.

    `introduced` are the words that introduce them best, by themselves or by somebody else; None if nobody does. `roles`
    and `episodes` are the newest first.
    """

    id: str
    names: tuple[str, ...]
    introduced: Said | None
    roles: tuple[HeldRole, ...]
    episodes: tuple[Spoke, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A name or abbreviation; `id` is URL-safe, `names` are its spellings, the usual one first.

    `definition` is the sentence that says best what it is, `expansion` what it is short for and `expanded` the sentence
    that says so; all may be None. `related` are ids of terms that are often near it. `episodes` are ids with the number
    of uses, the newest first.
    """

    id: str
    names: tuple[str, ...]
    first: Said
    latest: Said
    definition: Said | None
    expansion: str | None
    expanded: Said | None
    related: tuple[str, ...]
    episodes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that a library often talks about, named by its own phrases.

    `id` is URL-safe and stays as long as the topic does. A passage belongs to the topic with the highest inner product
    of its vector with `centre`, a unit vector, less `offset`. `terms` and `people` are ids, `episodes` ids of those
    that say most about it with their share of its passages.
    """

    id: str
    title: str
    phrases: tuple[str, ...]
    terms: tuple[str, ...]
    people: tuple[str, ...]
    episodes: tuple[tuple[str, float], ...]
    passages: int
    centre: tuple[float, ...]
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """An episode to listen to, and why."""

    episode_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a newcomer begins: what the podcast is in its own words, terms, people, told themes, episodes in order.

    `terms` and `people` are ids; `themes` are ids of topics, each with a quote.
    """

    about: Said | None = None
    terms: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    themes: tuple[tuple[str, Said], ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that is known of a library as a whole; `beginnings` are by topic id, "" for the whole library.

    `asides` are no subjects and not shown: what is said about the podcast itself, and small talk. They are kept because
    passages are assigned to them too.
    """

    people: tuple[Person, ...] = ()
    terms: tuple[Term, ...] = ()
    topics: tuple[Topic, ...] = ()
    beginnings: tuple[tuple[str, Beginning], ...] = ()
    asides: tuple[Topic, ...] = ()


def write(path: Path, overview: Overview) -> None:
    """Write an overview; equal ones give equal bytes."""
    path.write_text(json.dumps(asdict(overview), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def read(path: Path) -> Overview:
    """Read an overview whose checksum was verified; raises IndexBroken if it has another form."""
    try:
        return parsed(path.read_bytes(), str(path))
    except OSError as error:
        raise IndexBroken(f"{path} cannot be read: {error}; run: playback index --rebuild") from error


def parsed(text: bytes | str, where: str) -> Overview:
    """Return an overview from its JSON; raises IndexBroken if it has another form, saying `where` it stood."""
    try:
        data = json.loads(text)
        return Overview(
            people=tuple(_person(one) for one in data["people"]),
            terms=tuple(_term(one) for one in data["terms"]),
            topics=tuple(_topic(one) for one in data["topics"]),
            beginnings=tuple((name, _beginning(one)) for name, one in data["beginnings"]),
            asides=tuple(_topic(one) for one in data["asides"]),
        )
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise IndexBroken(f"{where} cannot be read: {error}; run: playback index --rebuild") from error


def _person(data: dict[str, Any]) -> Person:
    roles = tuple(HeldRole(one["role"], _said(one["said"])) for one in data["roles"])
    introduced = _maybe_said(data["introduced"])
    return Person(data["id"], tuple(data["names"]), introduced, roles, tuple(Spoke(**one) for one in data["episodes"]))


def _term(data: dict[str, Any]) -> Term:
    return Term(
        id=data["id"],
        names=tuple(data["names"]),
        first=_said(data["first"]),
        latest=_said(data["latest"]),
        definition=_maybe_said(data["definition"]),
        expansion=data["expansion"],
        expanded=_maybe_said(data["expanded"]),
        related=tuple(data["related"]),
        episodes=tuple((name, count) for name, count in data["episodes"]),
    )


def _topic(data: dict[str, Any]) -> Topic:
    lists = {name: tuple(data[name]) for name in ("phrases", "terms", "people", "centre")}
    return Topic(**{**data, **lists, "episodes": tuple((name, share) for name, share in data["episodes"])})


def _beginning(data: dict[str, Any]) -> Beginning:
    return Beginning(
        about=_maybe_said(data["about"]),
        terms=tuple(data["terms"]),
        people=tuple(data["people"]),
        themes=tuple((name, _said(said)) for name, said in data["themes"]),
        steps=tuple(Step(**one) for one in data["steps"]),
    )


def _said(data: Any) -> Said:
    return Said(data[0], Span(*data[1]))


def _maybe_said(data: Any) -> Said | None:
    return None if data is None else _said(data)
