"""Schemas of requests and responses, for validation and for /docs."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from api.answer.compose import DEFAULT_HITS, MOST_HITS
from api.answer.conversation import MOST_HISTORY, HistoryEntry
from api.answer.filters import Asked
from api.answer.gather import MOST_GATHERED
from api.answer.question import MOST_QUESTION_CHARACTERS, replace_surrogates
from api.lessons.fold import State
from api.people.profile import PersonLine
from api.quotes.citation import MOST_CITATIONS, USUAL_CITATIONS, Citation
from api.quotes.quote import MOST_ID_LETTERS
from api.terms.entry import TermLine
from api.topics.topics import TopicLine
from index.mined.episode import LessonKind
from ingest.transcript import Divergence, Episode, Role, Timing, Turn

_MOST_FILTER_CHARACTERS = 200


def _without_surrogates(value: Any) -> Any:
    """Replace lone surrogates in a string; validation refuses other types later."""
    return replace_surrogates(value) if isinstance(value, str) else value


def _number_as_text(value: Any) -> Any:
    """Accept a number where a string is expected, because people write {"episode": 35}."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _without_surrogates(value)


def _at_most(value: int) -> int:
    """Reduce the number to 8, the most citations of an answer; asking for more is not an error."""
    return min(value, MOST_CITATIONS)


CitationCount = Annotated[int, Field(ge=1), AfterValidator(_at_most)]
Text = Annotated[str, BeforeValidator(_without_surrogates)]
HistoryText = Annotated[Text, Field(max_length=MOST_QUESTION_CHARACTERS)]
CitedText = Annotated[Text, Field(max_length=MOST_CITATIONS * (MOST_ID_LETTERS + 1))]
FilterText = Annotated[str, BeforeValidator(_number_as_text), Field(max_length=_MOST_FILTER_CHARACTERS)]


class FilterFields(BaseModel):
    """Filters of an answer or a search; all given filters must match."""

    show: FilterText | None = Field(None, description="id of a show")
    episode: FilterText | None = Field(None, description="id of an episode, or its number if that is unique")
    speaker: FilterText | None = Field(None, description="full name of a speaker, or an unambiguous part of it")
    since: FilterText | None = Field(None, description="first date, such as 2021-10-28")
    until: FilterText | None = Field(None, description="last date, such as 2021-10-28")

    def asked(self) -> Asked:
        """Return the filters as the core's `Asked`."""
        return Asked(self.show, self.episode, self.speaker, self.since, self.until)


class Earlier(BaseModel):
    """An earlier question of this conversation and the quotes that answered it."""

    question: HistoryText
    citations: list[FilterText] = Field(default=[], description="quote ids, best first")

    def past(self) -> HistoryEntry:
        """Return it as the core's `HistoryEntry`."""
        return HistoryEntry(self.question, tuple(self.citations))


class AnswerRequest(FilterFields):
    """A question to the podcast."""

    question: Text = Field(description="1 to 2,000 characters")
    k: CitationCount = Field(USUAL_CITATIONS, description="at most this many citations; more than 8 count as 8")
    history: list[Earlier] | None = Field(
        None, max_length=MOST_HISTORY, description="earlier questions, oldest first; at most 10"
    )

    def past(self) -> tuple[HistoryEntry, ...]:
        """Return the history as the core's `HistoryEntry` values."""
        return tuple(earlier.past() for earlier in self.history or ())


class SearchRequest(FilterFields):
    """A search for passages."""

    q: Text = Field(description="1 to 2,000 characters")
    k: int = Field(DEFAULT_HITS, ge=1, le=MOST_HITS, description="how many hits")
    page: int = Field(1, ge=1, le=MOST_GATHERED, description="1 for the best k hits, 2 for the next, and so on")


class ExportRequest(FilterFields):
    """A search for everything that is about a question."""

    q: Text = Field(description="1 to 2,000 characters")


class VerifyRequest(BaseModel):
    """A text to verify as a quote."""

    text: Text = Field(description="3 to 400 words, at most 2,000 characters")
    speaker: FilterText | None = Field(None, description="the supposed speaker: full name or some words of it")


class PageRequest(FilterFields):
    """The query of the home page; without `q` it shows only the form."""

    q: Text | None = None
    after: list[HistoryText] = Field([], max_length=MOST_HISTORY, description="earlier questions, oldest first")
    cited: list[CitedText] = Field([], max_length=MOST_HISTORY, description="ids of the quotes that answered each")
    k: FilterText = Field("", description="at most this many citations, as typed")

    def past(self) -> tuple[HistoryEntry, ...]:
        """Return the history as the core's `HistoryEntry` values, without blank questions."""
        pairs = zip_longest(self.after, self.cited[: len(self.after)], fillvalue="")
        return tuple(HistoryEntry(question, tuple(ids.split())) for question, ids in pairs if question.strip())

    def address(self) -> str:
        """Return the URL of this page, such as "/?q=Why%3F&show=gds", leaving out empty and default values."""
        given = {"q": self.q, **self.model_dump(exclude_defaults=True)}
        return "/?" + urlencode({name: value for name, value in given.items() if value}, doseq=True)


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
    that somebody decided about. `reason` says why it is withdrawn. The id of the first citation names the words as they
    are today: decide under that one.
    """

    id: str
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
