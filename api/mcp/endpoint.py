"""POST /mcp: the protocol over streamable HTTP, without sessions; everything before it is as for the other routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from api.server.hosts import is_for_any, is_served
from api.server.live_index import Live
from api.server.refusals import error_response
from api.server.work_queue import WorkQueue
from api.settings import Settings

PATH = "/mcp"
_FOREIGN = (
    "This server takes no requests from pages of that origin. The person who runs it can add it to PLAYBACK_CORS."
)


def is_installed() -> bool:
    """Say whether the SDK of the protocol is installed; loads nothing."""
    return find_spec("mcp") is not None


def add_route(app: FastAPI, settings: Settings) -> None:
    """Add the route to an app, whose lifespan must run `opened`."""
    app.router.routes.append(_Named(PATH, _Endpoint(settings), methods=["POST"], include_in_schema=False))


@asynccontextmanager
async def opened(app: FastAPI, live: Live, turns: WorkQueue) -> AsyncIterator[None]:
    """Open the protocol's server for the route while the app runs; takes a second, in which the SDK is loaded."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from api.mcp.server import server_of

    # Hosts and origins are checked before, by one rule for all routes. A manager runs only once.
    manager = StreamableHTTPSessionManager(server_of(live, turns), json_response=True, stateless=True)
    async with manager.run():
        app.state.mcp = manager.handle_request
        yield


class _Named(Route):
    """A route that says which one it is, as FastAPI's do, for the access log and the counts."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return match, found if match is Match.NONE else {**found, "route": self}


class _Endpoint:
    """Refuses requests that pages of other origins send, and hands the others to the protocol's server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and not is_own(origin, headers.get("host", ""), self._settings):
            await error_response(Request(scope), 403, [("OriginUnknown", _FOREIGN)])(scope, receive, send)
            return
        await scope["app"].state.mcp(scope, receive, send)


def is_own(origin: str, host: str, settings: Settings) -> bool:
    """Say whether an Origin header names this server, by accepted hosts or the request's, or is in PLAYBACK_CORS.

    Names that accept every host or every address, such as "*" and "0.0.0.0", say nothing about whose page it is.
    """
    if origin in settings.cors or "*" in settings.cors:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    names = [name for name in settings.hosts if not is_for_any(name)]
    return parts.netloc.lower() == host.lower() or is_served(parts.netloc, names)
