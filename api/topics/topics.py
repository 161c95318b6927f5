"""The topics of a library for pages, terminal and HTTP: their terms, people, quotes, and the best episodes."""

from dataclasses import dataclass
from pathlib import Path

from api.errors import TopicUnknown
from api.knowledge_base import removed_since
from api.quotes.citation import Citation
from api.quotes.said import citation_at
from index.generation import Generation
from index.mined.overview import Beginning, Person, Term, Topic
from ingest.text.words import as_title, normalise
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

    @property
    def also(self) -> tuple[str, ...]:
        """The phrases that say more than its title."""
        title = set(normalise(self.title))
        return tuple(phrase for phrase in self.phrases if not title.issuperset(normalise(phrase)))


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
    gone = removed_since(home, generation)
    terms, people = _terms(generation, gone), _people(generation, gone)
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
    terms, people = _terms(generation, removed), _people(generation, removed)
    topics = {one.id: one for one in generation.overview.topics}
    defined = (
        (terms[name], citation_at(home, generation, terms[name].definition))
        for name in beginning.terms
        if name in terms
    )
    told = ((topics[name], citation_at(home, generation, said)) for name, said in beginning.themes)
    return Start(
        about=citation_at(home, generation, beginning.about),
        terms=tuple(Definition(_term(term), quote) for term, quote in defined if quote is not None),
        people=tuple(_person(people[name]) for name in beginning.people if name in people),
        themes=tuple(Theme(_topic(one), quote) for one, quote in told if quote is not None),
        steps=tuple(
            ToHear(generation.episode(step.episode_id), step.reason)
            for step in beginning.steps
            if step.episode_id not in removed
        ),
    )


def _terms(generation: Generation, gone: frozenset[str]) -> dict[str, Term]:
    """Return the terms that have a page: an episode that was not removed says them."""
    return {term.id: term for term in generation.overview.terms if any(name not in gone for name, _ in term.episodes)}


def _people(generation: Generation, gone: frozenset[str]) -> dict[str, Person]:
    """Return the people who have a page: they speak in an episode that was not removed."""
    people = generation.overview.people
    return {one.id: one for one in people if any(spoke.episode_id not in gone for spoke in one.episodes)}


def _line(topic: Topic) -> TopicLine:
    return TopicLine(topic.id, _title(topic), _topic(topic).url, topic.phrases, topic.passages)


def _title(topic: Topic) -> str:
    """Return a topic's title with a capital, as a heading."""
    return as_title(topic.title)


def _topic(topic: Topic) -> Named:
    return Named(topic.id, _title(topic), f"/topics/{topic.id}")


def _term(term: Term) -> Named:
    return Named(term.id, term.names[0], f"/terms/{term.id}")


def _person(person: Person) -> Named:
    return Named(person.id, person.names[0], f"/people/{person.id}")
