"""What the server sends about status; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The size of the live generation."""

    episodes: int
    passages: int
    sentences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResponse:
    """The health of the service; unless `status` is "ok", `message` says what is wrong and what to run.

    "empty": nothing was published yet. "degraded": the encoder is loading, an older index is in use because the newest
    cannot be opened, or another encoder stands in for the compiled one. "broken": no question can be answered.
    """

    status: Literal["ok", "empty", "degraded", "broken"]
    message: str | None
    generation: int | None
    encoder: str | None
    encoder_loaded: bool
    reranker: str | None
    built: str | None
    counts: Counts
    dropped_quotes: dict[str, int]
