"""The topics of a library for pages, terminal and HTTP: their terms, people, quotes, and the best episodes."""

from dataclasses import dataclass
from pathlib import Path

from api.errors import TopicUnknown
from api.knowledge_base import removed_since
from api.quotes.citation import Citation
from api.quotes.said import citation_at
from index.generation import Generation
from index.mined.overview import Beginning, Person, Term, Topic
from ingest.transcript import Episode


@dataclass(frozen=True, slots=True)
class Named:
    """A term, a person or a topic: its id, what it is called, and its page."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A term with the sentence that says what it is."""

    term: Named
    quote: Citation


@dataclass(frozen=True, slots=True)
class Theme:
    """A topic with somebody's words about it."""

    topic: Named
    quote: Citation


@dataclass(frozen=True, slots=True)
class ToHear:
    """An episode to listen to, and why."""

    episode: Episode
    reason: str


@dataclass(frozen=True, slots=True)
class Start:
    """Where a newcomer begins, in the library or in one topic; `about` says what it is, None if nobody does."""

    about: Citation | None = None
    terms: tuple[Definition, ...] = ()
    people: tuple[Named, ...] = ()
    themes: tuple[Theme, ...] = ()
    steps: tuple[ToHear, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic in the list of all: `passages` counts those that belong to it."""

    id: str
    title: str
    url: str
    phrases: tuple[str, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A topic with everything that is known of it, and where to begin in it."""

    topic: TopicLine
    terms: tuple[Named, ...]
    people: tuple[Named, ...]
    start: Start


def topic_lines(generation: Generation) -> tuple[TopicLine, ...]:
    """Return the topics of a library, those that are most spoken of first."""
    return tuple(map(_line, generation.overview.topics))


def topic_page(home: Path, generation: Generation, identifier: str) -> TopicPage:
    """Return one topic; raises TopicUnknown if the library has no topic of this id."""
    topic = next((one for one in generation.overview.topics if one.id == identifier), None)
    if topic is None:
        raise TopicUnknown(f"no topic {identifier[:80]!r} in this library; playback topics lists them")
    terms, people = _terms(generation), _people(generation)
    return TopicPage(
        _line(topic),
        tuple(_term(terms[name]) for name in topic.terms if name in terms),
        tuple(_person(people[name]) for name in topic.people if name in people),
        start_of(home, generation, identifier),
    )


def start_of(home: Path, generation: Generation, topic: str = "") -> Start:
    """Return where to begin in the library, or in the topic of this id; without what has been removed since."""
    beginning = dict(generation.overview.beginnings).get(topic, Beginning())
    removed = removed_since(home, generation)
    terms, people = _terms(generation), _people(generation)
    topics = {one.id: one for one in generation.overview.topics}
    defined = ((terms[name], citation_at(home, generation, terms[name].definition)) for name in beginning.terms)
    told = ((topics[name], citation_at(home, generation, said)) for name, said in beginning.themes)
    return Start(
        about=citation_at(home, generation, beginning.about),
        terms=tuple(Definition(_term(term), quote) for term, quote in defined if quote is not None),
        people=tuple(_person(people[name]) for name in beginning.people),
        themes=tuple(Theme(_topic(one), quote) for one, quote in told if quote is not None),
        steps=tuple(
            ToHear(generation.episode(step.episode_id), step.reason)
            for step in beginning.steps
            if step.episode_id not in removed
        ),
    )


def _terms(generation: Generation) -> dict[str, Term]:
    return {term.id: term for term in generation.overview.terms}


def _people(generation: Generation) -> dict[str, Person]:
    return {person.id: person for person in generation.overview.people}


def _line(topic: Topic) -> TopicLine:
    return TopicLine(topic.id, _title(topic), _topic(topic).url, topic.phrases, topic.passages)


def _title(topic: Topic) -> str:
    """Return a topic's title with a capital, as a heading."""
    return topic.title[:1].upper() + topic.title[1:]


def _topic(topic: Topic) -> Named:
    return Named(topic.id, _title(topic), f"/topics/{topic.id}")


def _term(term: Term) -> Named:
    return Named(term.id, term.names[0], f"/terms/{term.id}")


def _person(person: Person) -> Named:
    return Named(person.id, person.names[0], f"/people/{person.id}")
