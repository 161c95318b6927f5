"""What the server sends in several groups; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A podcast; its `id` is short, URL-safe and never changes."""

    id: str
    title: str
    page_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One episode as in the contract; `published` is an ISO date, `duration` is in seconds, unknown fields are None."""

    id: str
    guid: str
    show: Show
    number: int | None = None
    title: str | None = None
    published: str | None = None
    duration: float | None = None
    page_url: str | None = None
    audio_url: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote in an answer, with where to read and hear it; times are seconds from the start of the recording.

    `seek_error` is how many seconds a browser may be off when it plays `listen_url`, None if that is not known.
    `heard_confidence`, 0 to 1, is the share of the quote's words that is expected to be right, None unless Whisper
    alone gave the words (timing "heard") and their probabilities are known. `in_reply_to` is the question another
    person asked directly before the quote, as context for readers; None if nobody did.
    """

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
    seek_error: float | None = None
    heard_confidence: float | None = None
