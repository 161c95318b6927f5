"""The access log: one line per request with method, route, status and milliseconds, never the question."""

import logging
from collections.abc import Callable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

# The status that nginx logs if the client disconnects before the response.
_LEFT = 499


class AccessLog:
    """Logs each request at level INFO when its response has ended.

    Logs the route's template ("/episodes/{identifier}", or "-" if no route matches), because URLs contain questions.
    `count`, if given, gets the same: route, status and seconds.
    """

    def __init__(self, app: ASGIApp, count: Callable[[str, int, float], None] | None = None) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and log how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        status = _LEFT

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, seen)
        except Exception:
            status = 500  # the server sends it, outside this middleware
            raise
        finally:
            route = getattr(scope.get("route"), "path", "-")
            seconds = perf_counter() - begun
            logger.info("%s %s %d %.0f ms", scope["method"], route, status, seconds * 1000)
            if self._count is not None:
                self._count(route, status, seconds)
