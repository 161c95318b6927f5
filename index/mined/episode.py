"""What is mined from an episode: lessons, people with stated roles, uses of terms, and chapters; with their JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

LessonKind = Literal["problem", "cause", "decision", "remedy", "result", "advice"]


class Span(NamedTuple):
    """Normalised words of one turn, counted in the episode: the first one and their number. A quote id names them."""

    first_word: int
    words: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """Whole sentences of one turn that state a lesson.

    `speaker` is a full name. `score` is from 0 to 1, comparable between episodes. `title` consists of words of the
    lesson. `terms` are what it is about. `question` is what a host asked before, None if nobody did.
    """

    episode_id: str
    turn: int
    span: Span
    speaker: str
    kind: LessonKind
    score: float
    title: str
    terms: tuple[str, ...] = ()
    question: Span | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who speaks in an episode, by full name: how many words, whether as an asker, and their role.

    `labels` are how the transcript names them. `role` is in the words of the episode, stated in `stated`; both are None
    if it is not stated. `introduced` is what introduces them best, graded from 0 to 1; None if nothing does.
    """

    name: str
    labels: tuple[str, ...]
    words: int
    asks: bool
    role: str | None = None
    stated: Span | None = None
    introduced: Span | None = None
    grade: float = 0.0


@dataclass(frozen=True, slots=True)
class TermUse:
    """A name or abbreviation that an episode uses, as it is mostly written there.

    `first` and `last` are the first and the last sentence with it that can be quoted. `definition` is what says best
    what it is, graded from 0 to 1, None if nothing does. `expansion` is what an abbreviation stands for in the
    episode's own words, said in `expanded`. `near` are the terms that stand most often in the same sentence or the next
    one, with how often they do, the most frequent first.
    """

    term: str
    uses: int
    first: Span
    last: Span
    definition: Span | None = None
    grade: float = 0.0
    expansion: str | None = None
    expanded: Span | None = None
    near: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of an episode up to the next chapter: its title in the episode's own words, and where it begins.

    `start` is in seconds, None if unknown.
    """

    title: str
    turn: int
    first_word: int
    start: float | None


@dataclass(frozen=True, slots=True)
class Mined:
    """Everything that is mined from one episode, each in the order of the episode but lessons, the best first."""

    lessons: tuple[Lesson, ...] = ()
    voices: tuple[Voice, ...] = ()
    terms: tuple[TermUse, ...] = ()
    chapters: tuple[Chapter, ...] = ()


def voice_from_json(data: Mapping[str, Any]) -> Voice:
    """Return a voice from its JSON, which is that of `dataclasses.asdict`."""
    spans = {name: _span(data[name]) for name in ("stated", "introduced")}
    return Voice(**{**data, "labels": tuple(data["labels"]), **spans})


def term_from_json(data: Mapping[str, Any]) -> TermUse:
    """Return the use of a term from its JSON."""
    spans = {name: _span(data[name]) for name in ("first", "last", "definition", "expanded")}
    return TermUse(**{**data, **spans, "near": tuple((term, count) for term, count in data["near"])})


def chapter_from_json(data: Mapping[str, Any]) -> Chapter:
    """Return a chapter from its JSON."""
    return Chapter(**data)


def _span(data: Any) -> Span | None:
    return None if data is None else Span(*data)
