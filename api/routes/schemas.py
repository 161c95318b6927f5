"""What requests may hold and what responses look like, for validation and for /docs."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from api.answer.compose import DEFAULT_HITS, MOST_HITS
from api.answer.conversation import HistoryEntry
from api.answer.filters import Asked
from api.answer.question import MOST_QUESTION_CHARACTERS, replace_surrogates
from api.quotes.citation import MOST_CITATIONS, Citation
from ingest.transcript import Episode, Timing

_MOST_FILTER_CHARACTERS = 200
_MOST_HISTORY = 10


def _mended(value: Any) -> Any:
    """Replace halves of surrogate pairs in a text; what is no text is refused later."""
    return replace_surrogates(value) if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    """Take a bare number for an episode, as {"episode": 35} is what a person writes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _mended(value)


def _blank_is_all(value: Any) -> Any:
    """A number field left empty in a form arrives as an empty text."""
    return MOST_CITATIONS if value == "" else value


def _at_most(value: int) -> int:
    """An answer has at most 8 citations however many are asked for; asking for more is no mistake."""
    return min(value, MOST_CITATIONS)


CitationCount = Annotated[int, Field(ge=1), AfterValidator(_at_most)]
Text = Annotated[str, BeforeValidator(_mended)]
HistoryText = Annotated[Text, Field(max_length=MOST_QUESTION_CHARACTERS)]
FilterText = Annotated[str, BeforeValidator(_as_text), Field(max_length=_MOST_FILTER_CHARACTERS)]


class FilterFields(BaseModel):
    """What restricts an answer or a search; all of them together."""

    show: FilterText | None = Field(None, description="id of a show")
    episode: FilterText | None = Field(None, description="id of an episode, or its number where that is unique")
    speaker: FilterText | None = Field(None, description="whole name of a speaker, or an unambiguous part")
    since: FilterText | None = Field(None, description="first date, such as 2021-10-28")
    until: FilterText | None = Field(None, description="last date, such as 2021-10-28")

    def asked(self) -> Asked:
        """Return the filters as the core takes them."""
        return Asked(self.show, self.episode, self.speaker, self.since, self.until)


class Earlier(BaseModel):
    """A question asked before in this conversation and the quotes that answered it."""

    question: HistoryText
    citations: list[FilterText] = Field(default=[], description="quote ids, best first")

    def past(self) -> HistoryEntry:
        """Return it as the core takes it."""
        return HistoryEntry(self.question, tuple(self.citations))


class AnswerRequest(FilterFields):
    """A question to the podcast."""

    question: Text = Field(description="1 to 2,000 characters")
    k: CitationCount = Field(MOST_CITATIONS, description="at most this many citations; more than 8 count as 8")
    history: list[Earlier] | None = Field(
        None, max_length=_MOST_HISTORY, description="what was asked before, oldest first; at most 10"
    )

    def past(self) -> tuple[HistoryEntry, ...]:
        """Return the history as the core takes it."""
        return tuple(earlier.past() for earlier in self.history or ())


class SearchRequest(FilterFields):
    """A search for passages."""

    q: Text = Field(description="1 to 2,000 characters")
    k: int = Field(DEFAULT_HITS, ge=1, le=MOST_HITS, description="how many hits")


class VerifyRequest(BaseModel):
    """Words that somebody is said to have said."""

    text: Text = Field(description="3 to 400 words, at most 2,000 characters")
    speaker: FilterText | None = Field(None, description="who is said to have said it: whole name or some of its words")


class PageRequest(FilterFields):
    """The address of the page that asks and answers; without `q` it only asks."""

    q: Text | None = None
    after: HistoryText | None = Field(None, description="the question asked before, for a follow-up")
    cited: FilterText | None = Field(None, description="id of the quote that answered it best")
    k: Annotated[CitationCount, BeforeValidator(_blank_is_all)] = MOST_CITATIONS

    def address(self) -> str:
        """Return the address of this page, such as "/?q=Why%3F&show=gds"; what is empty or the default is left out."""
        given = {"q": self.q, **self.model_dump(exclude_defaults=True)}
        return "/?" + urlencode({name: value for name, value in given.items() if value})


class Problem(BaseModel):
    """One thing that is wrong: its kind, for programs, and a sentence, for people."""

    error: str
    message: str


class ErrorResponse(BaseModel):
    """Every error of this interface."""

    status_code: int
    errors: list[Problem]


class SearchHit(BaseModel):
    """A passage; `quote_id` is its best quote, null if it holds no sentence to quote. Times are seconds."""

    rank: int
    score: float
    text: str
    speakers: list[str]
    episode: Episode
    start: float | None
    end: float | None
    timing: Timing | None
    quote_id: str | None


class SearchResponse(BaseModel):
    """Hits, best first."""

    query: str
    hits: list[SearchHit]


class EpisodesResponse(BaseModel):
    """Every episode of the library, the newest first."""

    episodes: list[Episode]


@dataclass(frozen=True, slots=True)
class QuoteResponse(Citation):
    """A citation with the words around it; `changed` says that the words are not those of the day the id was given."""

    before: str
    after: str
    changed: bool


class Counts(BaseModel):
    """What the live generation holds."""

    episodes: int
    passages: int
    sentences: int


class HealthResponse(BaseModel):
    """`message` says what is wrong and what to run unless `status` is "ok"; the rest describes what answers.

    "empty": nothing was published yet. "degraded": the encoder is being loaded, or an older index answers because the
    newest cannot be opened. "broken": no question can be answered.
    """

    status: Literal["ok", "empty", "degraded", "broken"]
    message: str | None
    generation: int | None
    encoder: str | None
    encoder_loaded: bool
    built: str | None
    counts: Counts
    dropped_quotes: dict[str, int] = Field(description="quotes that failed verification since the start, by fault")
