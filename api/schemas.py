"""What requests may hold and what responses look like, for validation and for /docs."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from api.answer import DEFAULT_HITS, MOST_CITATIONS, MOST_HITS, Citation
from api.filters import Asked
from ingest.transcript import Episode, Timing

_MOST_FILTER_CHARACTERS = 200


def _mended(value: Any) -> Any:
    """Replace halves of surrogate pairs, which JSON allows and no tokenizer or database takes."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _as_text(value: Any) -> Any:
    """Take a bare number for an episode, as {"episode": 35} is what a person writes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _mended(value)


def _blank_is_all(value: Any) -> Any:
    """A number field left empty in a form arrives as an empty text."""
    return MOST_CITATIONS if value == "" else value


Text = Annotated[str, BeforeValidator(_mended)]
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


class AnswerRequest(FilterFields):
    """A question to the podcast."""

    question: Text = Field(description="1 to 2,000 characters")
    k: int = Field(MOST_CITATIONS, ge=1, le=MOST_CITATIONS, description="at most this many citations")


class SearchRequest(FilterFields):
    """A search for passages."""

    q: Text = Field(description="1 to 2,000 characters")
    k: int = Field(DEFAULT_HITS, ge=1, le=MOST_HITS, description="how many hits")


class PageRequest(FilterFields):
    """The address of the page that asks and answers; without `q` it only asks."""

    q: Text | None = None
    k: Annotated[int, BeforeValidator(_blank_is_all)] = Field(MOST_CITATIONS, ge=1, le=MOST_CITATIONS)


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
    """`status` is "ok", "empty" (nothing published yet) or "broken"; `message` then says what to run."""

    status: str
    message: str | None
    generation: int | None
    encoder: str | None
    built: str | None
    counts: Counts
