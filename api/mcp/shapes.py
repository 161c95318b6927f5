"""What results are made of: parts of the contract's JSON with their names and values, and addresses that open.

Each model keeps what a language model needs of an object of the contract and drops the rest.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator

from api.lessons.fold import State
from api.quotes.citation_formats import absolute
from index.mined.episode import LessonKind
from ingest.transcript import Timing

# A quote of 80 usual words has 450 bytes. What is much longer is no speech, and is not sent.
MOST_QUOTE_BYTES = 1_200
MOST_TITLE_BYTES, _MOST_NAME_BYTES, _MOST_CONTEXT_BYTES, _MOST_DESCRIPTION_BYTES = 240, 120, 600, 1_600


def cut_to(most: int, text: str) -> str:
    """Return a text of at most so many bytes, with "…" where it was cut."""
    raw = text.encode("utf-8", "replace")
    return raw.decode() if len(raw) <= most else raw[: most - 3].decode("utf-8", "ignore") + "…"


def _opened(address: str | None, info: ValidationInfo) -> str | None:
    return absolute(address, (info.context or {}).get("address", ""))


# Paths become addresses of this server, where its address is known; what is no web address becomes null.
Address = Annotated[str | None, AfterValidator(_opened)]
Title = Annotated[str, AfterValidator(lambda text: cut_to(MOST_TITLE_BYTES, text))]
Name = Annotated[str, AfterValidator(lambda text: cut_to(_MOST_NAME_BYTES, text))]
Around = Annotated[str, AfterValidator(lambda text: cut_to(_MOST_CONTEXT_BYTES, text))]
Description = Annotated[str, AfterValidator(lambda text: cut_to(_MOST_DESCRIPTION_BYTES, text))]
Names = Annotated[tuple[Name, ...], BeforeValidator(lambda names: tuple(names)[:10])]


class Shape(BaseModel):
    """A part of the contract's JSON."""

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_serialization_defaults_required=True)


class ShowShape(Shape):
    """A show."""

    id: str
    title: Title


class EpisodeShape(Shape):
    """An episode; `url` is its page here."""

    id: str
    show: ShowShape
    number: int | None
    title: Title | None
    published: str | None
    url: Address

    @model_validator(mode="before")
    @classmethod
    def _with_page(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "url": f"/episodes/{given['id']}"}


class QuoteShape(Shape):
    """Verbatim words of one speaker; times in seconds of the recording, right within `timing_error`."""

    id: str
    quote: str
    speaker: Name | None
    role: Name | None
    episode: EpisodeShape
    turn: int
    start: float | None
    end: float | None
    timing: Timing | None
    timing_error: float | None
    heard_confidence: float | None
    in_reply_to: Around | None
    score: float
    url: Address
    listen_url: Address


class CitedShape(Shape):
    """The words that a quote's id was made for, before they changed."""

    quote: str
    speaker: Name | None


class HitShape(Shape):
    """A passage; `quote_id` is its best quote. `about`: it is about the query, and does not only hold its words."""

    rank: int
    text: Annotated[str, AfterValidator(lambda text: cut_to(2 * MOST_QUOTE_BYTES, text))]
    speakers: Names
    episode: EpisodeShape
    start: float | None
    end: float | None
    timing: Timing | None
    quote_id: str | None
    about: bool


class DifferenceShape(Shape):
    """Words that were said, and the words of the text in their place; either may be empty."""

    said: Around
    asked: Around


class EpisodeLine(EpisodeShape):
    """An episode in a list; `people` speak in it or are named by its publisher."""

    duration: float | None
    people: Names
    has_transcript: bool


class TurnShape(Shape):
    """A turn, or part `part` of `parts` of a long one; the texts of all parts put together are the turn."""

    turn: int
    part: int
    parts: int
    speaker: Name | None
    text: str
    start: float | None
    end: float | None
    timing: Timing | None
    timing_error: float | None


class LessonShape(Shape):
    """A lesson that somebody tells. `changed`: its words are others than those that people judged."""

    id: str
    title: Title
    kind: LessonKind
    state: State
    themes: Names
    changed: bool
    reason: Around | None
    citations: tuple[QuoteShape, ...]
    url: Address


class SpeakerShape(Shape):
    """Somebody and the best of what they said; `person` is their id for about_person, `quotes` how many there are."""

    name: Name | None
    person: Name | None
    quotes: int
    citation: QuoteShape


class RoleShape(Shape):
    """A role, and the first and last date on which an episode states it."""

    role: Name
    since: str | None
    until: str | None
    citation: QuoteShape


class AppearanceShape(Shape):
    """An episode in which somebody speaks, their share of its words, and whether they ask the questions."""

    episode: EpisodeShape
    words: int
    share: float
    asks: bool


class LessonToldShape(Shape):
    """A lesson that a person tells."""

    title: Title
    kind: str
    url: Address
    citation: QuoteShape


class YearShape(Shape):
    """How much somebody said in a year."""

    year: str
    episodes: int
    words: int


class RelatedShape(Shape):
    """A term that often stands near."""

    id: str
    name: Name


class UseShape(Shape):
    """An episode that uses a term, and how often."""

    episode: EpisodeShape
    uses: int


def is_sendable(citation: dict[str, Any] | None) -> bool:
    """Say whether a quote of the contract is there and short enough to be sent whole, for quotes are never cut."""
    return citation is not None and len(citation["quote"].encode("utf-8", "replace")) <= MOST_QUOTE_BYTES
