"""What a request tells: the address of this server as a reader knows it, the running index and the data folder."""

from pathlib import Path

from fastapi import Request

from api.server.live_index import Live


def base_of(request: Request) -> str:
    """Return scheme and host of the request without a slash at the end; behind a proxy, those that it passes on.

    Starlette takes a Host header that is no host for none, so nothing but a host can come from there.
    """
    return str(request.base_url).rstrip("/")


def live_of(request: Request) -> Live:
    """Return the index that the running app answers from."""
    live: Live = request.app.state.live
    return live


def home_of(request: Request) -> Path:
    """Return the data folder of the running app."""
    return live_of(request).settings.home
