"""Schemas of responses, which also fill /docs."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from api.lessons.fold import State
from api.people.profile import PersonLine
from api.quotes.citation import Citation
from api.terms.entry import TermLine
from api.topics.topics import TopicLine
from index.mined.episode import LessonKind
from ingest.transcript import Divergence, Episode, Role, Timing, Turn


class Problem(BaseModel):
    """One error: its name, for programs, and a message, for people."""

    error: str
    message: str


class ErrorResponse(BaseModel):
    """The shape of every error of this interface."""

    status_code: int
    errors: list[Problem]


class SearchHit(BaseModel):
    """A passage; `quote_id` is its best quote, null if no sentence can be quoted. Times are in seconds.

    `about`: the passage is about the query. `cosine` is that of its nearest sentence, `coverage` the share, 0 to 1, of
    the query's information that its words hold.
    """

    rank: int
    score: float
    text: str
    speakers: list[str]
    episode: Episode
    start: float | None
    end: float | None
    timing: Timing | None
    quote_id: str | None
    about: bool
    cosine: float
    coverage: float


class EpisodeCount(BaseModel):
    """The id of an episode and how many of its passages are about the query."""

    id: str
    hits: int


class SearchResponse(BaseModel):
    """A page of hits, best first; `next` is the number of the next page, null if this is the last.

    Of the 500 best hits, `total` are about the query, in these `episodes`; `mentions` more only hold its words.
    """

    query: str
    total: int
    mentions: int
    episodes: list[EpisodeCount]
    page: int
    next: int | None
    hits: list[SearchHit]
    also_searched_for: list[str] = Field(description="words of the library that were searched beside misspelt ones")
    not_held: list[str] = Field(description="words in quotation marks that no searched passage holds")


class NoteResponse(BaseModel):
    """What somebody noted on a lesson, and when (ISO, UTC)."""

    text: str
    by: str
    at: str


class LessonResponse(BaseModel):
    """A lesson with its quotes, its own first, then those of lessons that people merged into it.

    `themes` are the `tags` that people gave it, or else its terms and topic. `changed`: its words are others than those
    that somebody decided about. `reason` says why it is withdrawn. `read_as` names all its words as they are today:
    decide under that id.
    """

    id: str
    read_as: str
    title: str
    kind: LessonKind
    state: State
    score: float
    themes: list[str]
    tags: list[str]
    changed: bool
    reason: str | None
    merged: list[str]
    notes: list[NoteResponse]
    citations: list[Citation]


class LessonsResponse(BaseModel):
    """A page of lessons, the best first; `next` is the number of the next page, null if this is the last."""

    lessons: list[LessonResponse]
    next: int | None


class PeopleResponse(BaseModel):
    """Everybody who speaks, by name."""

    people: list[PersonLine]


class TermsResponse(BaseModel):
    """The names and abbreviations that the podcast uses, in the order of the alphabet."""

    terms: list[TermLine]


class EpisodesResponse(BaseModel):
    """Every episode of the library, newest first."""

    episodes: list[Episode]


class CitedResponse(BaseModel):
    """Who said which words when the id of a quote was made."""

    quote: str
    speaker: str | None


@dataclass(frozen=True, slots=True)
class QuoteResponse(Citation):
    """A citation with the words around it; `changed`: the words have changed since the id was made, from `cited`."""

    before: str
    after: str
    changed: bool
    cited: CitedResponse | None


@dataclass(frozen=True, slots=True)
class TranscriptResponse:
    """A transcript; `aliases` maps a label as printed to the name it stands for, `roles` a label to a role.

    `edited` is the date on which the words last changed, `heard_by` the model whose words these are.
    """

    schema: int
    episode: Episode
    aliases: dict[str, str]
    roles: dict[str, Role]
    turns: list[Turn]
    divergence: Divergence | None
    edited: str | None = None
    heard_by: str | None = None


class Counts(BaseModel):
    """The size of the live generation."""

    episodes: int
    passages: int
    sentences: int


class HealthResponse(BaseModel):
    """The health of the service; unless `status` is "ok", `message` says what is wrong and what to run.

    "empty": nothing was published yet. "degraded": the encoder is loading, an older index is in use because the newest
    cannot be opened, or another encoder stands in for the compiled one. "broken": no question can be answered.
    """

    status: Literal["ok", "empty", "degraded", "broken"]
    message: str | None
    generation: int | None
    encoder: str | None
    encoder_loaded: bool
    reranker: str | None = Field(description="what orders the first hits anew, with what it runs in; null: nothing")
    built: str | None
    counts: Counts
    dropped_quotes: dict[str, int] = Field(
        description="quotes that failed verification since the server started, by fault"
    )


class TopicsResponse(BaseModel):
    """The topics of the library, the most spoken of first."""

    topics: list[TopicLine]
