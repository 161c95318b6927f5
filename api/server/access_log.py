"""One line in the log for each request: method, route, status, milliseconds. What was asked is never in it."""

import logging
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

# What nginx writes where a client left before it was answered.
_LEFT = 499


class AccessLog:
    """Logs each request when its response has ended, at level INFO.

    The route is a template ("/episodes/{identifier}", "-" for an address that has none): addresses carry questions.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
            status = 500  # what the server makes of it, outside of this
            raise
        finally:
            route = getattr(scope.get("route"), "path", "-")
            logger.info("%s %s %d %.0f ms", scope["method"], route, status, (perf_counter() - begun) * 1000)
