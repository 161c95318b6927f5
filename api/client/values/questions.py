"""What the server sends about questions; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass
from typing import Literal

from api.client.values.shared import Citation, Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A part of the answer and the ids of the quotes that support it."""

    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Probabilities, 0 to 1: that the podcast speaks of the subject, answers the question, and with the first quote."""

    subject: float
    answered: float
    first_quote: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The contract's answer; `confidence` estimates the probability, 0 to 1, that the podcast answers the question.

    It is made of the `estimates` of the question and of its first quote (see `overall`). `reason` says why a question
    is not answered, and `never_said` which of its words nobody says. `also_searched_for` are the words that were
    searched beside misspelt ones. `not_held` are the words in quotation marks if nothing that was searched holds them;
    then the answer is one without. `kind` says whether the quotes answer, or are lessons that were asked for.
    """

    question: str
    rewritten_question: str | None
    status: Literal["answered", "partial", "unanswerable"]
    composer: str
    as_of: str | None
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    related: tuple[Citation, ...]
    confidence: float
    timings_ms: dict[str, float]
    estimates: Estimates
    reason: Literal["not_mentioned", "mentioned", "unclear"] | None = None
    never_said: tuple[str, ...] = ()
    also_searched_for: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
    kind: Literal["quotes", "lessons"] = "quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeCount:
    """The id of an episode and how many of its passages are about the query."""

    id: str
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A passage; `quote_id` is its best quote, null if no sentence can be quoted. Times are in seconds.

    `about`: the passage is about the query. `cosine` is that of its nearest sentence, `coverage` the share, 0 to 1, of
    the query's information that its words hold.
    """

    rank: int
    score: float
    text: str
    speakers: tuple[str, ...]
    episode: Episode
    start: float | None
    end: float | None
    timing: Literal["published", "aligned", "heard", "estimated"] | None
    quote_id: str | None
    about: bool
    cosine: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResponse:
    """A page of hits, best first; `next` is the number of the next page, null if this is the last.

    Of the 500 best hits, `total` are about the query, in these `episodes`; `mentions` more only hold its words.
    """

    query: str
    total: int
    mentions: int
    episodes: tuple[EpisodeCount, ...]
    page: int
    next: int | None
    hits: tuple[SearchHit, ...]
    also_searched_for: tuple[str, ...]
    not_held: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier question of this conversation and the quotes that answered it."""

    question: str
    citations: tuple[str, ...] = ()
