"""What the server sends about topics; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass

from api.client.values.shared import Citation, Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """A topic in the list of all: `passages` counts those that belong to it."""

    id: str
    title: str
    url: str
    phrases: tuple[str, ...]
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsResponse:
    """The topics of the library, the most spoken of first."""

    topics: tuple[TopicLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A term, a person or a topic: its id, what it is called, and its page."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A term with the sentence that says what it is."""

    term: Named
    quote: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A topic with somebody's words about it."""

    topic: Named
    quote: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class ToHear:
    """An episode to listen to, and why."""

    episode: Episode
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a newcomer begins, in the library or in one topic; `about` says what it is, None if nobody does."""

    about: Citation | None = None
    terms: tuple[Definition, ...] = ()
    people: tuple[Named, ...] = ()
    themes: tuple[Theme, ...] = ()
    steps: tuple[ToHear, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """A topic with everything that is known of it, and where to begin in it."""

    topic: TopicLine
    terms: tuple[Named, ...]
    people: tuple[Named, ...]
    start: Start
