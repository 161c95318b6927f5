"""What the server sends about quotes; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass
from typing import Literal

from api.client.values.shared import Citation, Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedResponse:
    """Who said which words when the id of a quote was made."""

    quote: str
    speaker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteResponse:
    """A citation with the words around it; `changed`: the words have changed since the id was made, from `cited`."""

    id: str
    quote: str
    speaker: str | None
    role: str | None
    episode: Episode
    turn: int
    start: float | None
    end: float | None
    timing: Literal["published", "aligned", "heard", "estimated"] | None
    timing_error: float | None
    url: str
    listen_url: str | None
    score: float
    in_reply_to: str | None
    before: str
    after: str
    changed: bool
    cited: CitedResponse | None
    seek_error: float | None = None
    heard_confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Words of the transcript, and the words of the text in their place; either may be empty."""

    said: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Whether a text was said, where, and how it differs from what was said there.

    "exact": every citation says exactly these words without a break. "near": similar, with the differences; several
    citations are the places that the text was joined from, in its order. "not_found": neither; `nearest` are up to
    three quotes that share the most with the text.
    """

    result: Literal["exact", "near", "not_found"]
    citations: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()
    nearest: tuple[Citation, ...] = ()
