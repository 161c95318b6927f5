"""What routes read from a request: the server's public URL, the live index and the data folder."""

from pathlib import Path

from fastapi import Request

from api.answer.compose import Answer
from api.server.live_index import Live
from api.server.metrics import Metrics


def base_of(request: Request) -> str:
    """Return PLAYBACK_PUBLIC_URL, else scheme and host of the request, without a slash at the end.

    Behind a proxy these are those that the proxy forwards. Starlette ignores a malformed Host header, so only a valid
    host can come from it.
    """
    return live_of(request).settings.public_url or str(request.base_url).rstrip("/")


def live_of(request: Request) -> Live:
    """Return the running app's live index."""
    live: Live = request.app.state.live
    return live


def metrics_of(request: Request) -> Metrics | None:
    """Return the counts of the running app, None where they are off."""
    metrics: Metrics | None = request.app.state.metrics
    return metrics


def count_answer(request: Request, answer: Answer) -> None:
    """Count an answer that is about to be sent."""
    if (metrics := metrics_of(request)) is not None:
        metrics.count_answer(answer.status)


def home_of(request: Request) -> Path:
    """Return the data folder of the running app."""
    return live_of(request).settings.home
