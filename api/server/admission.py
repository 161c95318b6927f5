"""Who may ask: requests for another host, too many of one client, and changes without the token are refused here."""

from collections.abc import Mapping
from hmac import compare_digest
from time import monotonic

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.server.hosts import is_served
from api.server.rate_limit import Allowance, Rates, counted_as
from api.server.refusals import error_response
from api.settings import Settings

_SCHEME = "bearer"

# What changes nothing, and what everybody may send all the same. Anything else needs the token.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset({("POST", "/api/answers"), ("POST", "/api/quotes/verify"), ("POST", "/feedback")})
# Kept by browsers for good, and read from memory: the files of one page should not count as requests for pages.
_UNCOUNTED = "/assets/"
_WRONG_HOST = "This server does not answer to that name. Whoever runs it can add it to PLAYBACK_HOSTS."


class Admission:
    """Lets a request in, or answers it with 400 (host), 429 (rate) or 401 (token) in the one shape of errors."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = settings.hosts
        self._token = settings.token
        self._rates = Rates(settings.rate) if settings.rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it; responses to counted requests say how many are left."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._hosts and not is_served(request.headers.get("host", ""), self._hosts):
            # Before it is counted: what the page of another site does must not use up what its reader has left.
            await error_response(request, 400, [("HostUnknown", _WRONG_HOST)])(scope, receive, send)
            return
        app: ASGIApp = self._app
        allowance = self._counted(request)
        if allowance is not None and allowance.is_over:
            said = f"You asked more than {allowance.limit} times in a minute. Try again in {allowance.reset} seconds."
            app = error_response(request, 429, [("TooManyRequests", said)])
        elif needs_token(request) and not is_bearer_of(request.headers.get("authorization", ""), self._token):
            said = "This needs a token that is good here."
            app = error_response(request, 401, [("Unauthorized", said)], {"WWW-Authenticate": "Bearer"})
        await app(scope, receive, send if allowance is None else _with(allowance.headers(), send))

    def _counted(self, request: Request) -> Allowance | None:
        """Count a request; None if it is not counted."""
        if self._rates is None or request.scope["path"].startswith(_UNCOUNTED):
            return None
        client = counted_as(request.client.host if request.client else None)
        return None if client is None else self._rates.count(client, monotonic())


def needs_token(request: Request) -> bool:
    """Say whether a request would reach a route that may change something and is not open to everybody.

    Every route of the app is looked at, whoever added it, so that a new one is closed until it is named here; what
    reaches no route goes on, to be refused as not found.
    """
    # The path that is routed; the one in `request.url` is put together with the Host header, which a stranger writes.
    if request.method in SAFE_METHODS or (request.method, request.scope["path"]) in OPEN:
        return False
    app: FastAPI = request.app
    return any(route.matches(dict(request.scope))[0] is Match.FULL for route in app.routes)


def _with(headers: Mapping[str, str], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending


def is_bearer_of(authorization: str, token: str | None) -> bool:
    """Say whether an Authorization header carries the token, in a time that does not depend on it.

    Where no token is set, or an empty one, nobody does.
    """
    scheme, _, given = authorization.partition(" ")
    if not token or scheme.lower() != _SCHEME:
        return False
    # Bytes, because compare_digest takes no text with other letters than ASCII.
    return compare_digest(given.strip().encode(errors="surrogateescape"), token.encode(errors="surrogateescape"))
