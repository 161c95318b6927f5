"""Admission: refuse requests for another host, over the rate limit, or that need the token and lack it."""

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

# Methods that change nothing, and other requests that are open to everybody. Anything else needs the token.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset(
    {("POST", "/api/answers"), ("POST", "/api/quotes/verify"), ("POST", "/feedback"), ("POST", "/lessons/review")}
)
# Open where no token is set. Where one is, they need it: whoever sets up an assistant can give it the token.
OPEN_WITHOUT_TOKEN = frozenset({("POST", "/mcp")})
# Assets are cached by browsers and served from memory, so they do not count towards the rate limit.
_UNCOUNTED = "/assets/"
_WRONG_HOST = "This server does not accept that host name. The person who runs it can add the name to PLAYBACK_HOSTS."

CHANGES_NOTHING = "This server changes nothing over HTTP. The person who runs it can set PLAYBACK_TOKEN to allow it."


class Admission:
    """Admits a request, or answers it with 400 (host), 429 (rate limit), 401 (token) or 403 (the server has no token),
    in the one shape of errors.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = settings.hosts
        self._token = settings.token
        self._rates = Rates(settings.rate) if settings.rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or refuse it; responses to counted requests carry the rate limit headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._hosts and not is_served(request.headers.get("host", ""), self._hosts):
            # Refused before it is counted: another site's page must not use up its reader's rate limit.
            await error_response(request, 400, [("HostUnknown", _WRONG_HOST)])(scope, receive, send)
            return
        app: ASGIApp = self._app
        allowance = self._counted(request)
        if allowance is not None and allowance.is_over:
            said = f"You sent more than {allowance.limit} requests in a minute. Try again in {allowance.reset} seconds."
            app = error_response(request, 429, [("TooManyRequests", said)])
        elif needs_token(request) and not self._token:
            if (request.method, request.scope["path"]) not in OPEN_WITHOUT_TOKEN:
                app = error_response(request, 403, [("Forbidden", CHANGES_NOTHING)])
        elif needs_token(request) and not is_bearer_of(request.headers.get("authorization", ""), self._token):
            said = "This needs a valid token."
            app = error_response(request, 401, [("Unauthorized", said)], {"WWW-Authenticate": "Bearer"})
        await app(scope, receive, send if allowance is None else _with_headers(allowance.headers(), send))

    def _counted(self, request: Request) -> Allowance | None:
        """Count a request and return what its client has left; None if the request is not counted."""
        if self._rates is None or request.scope["path"].startswith(_UNCOUNTED):
            return None
        client = counted_as(request.client.host if request.client else None)
        return None if client is None else self._rates.count(client, monotonic())


def needs_token(request: Request) -> bool:
    """Say whether a request would reach a route that may change something and is not open to everybody.

    Checks every route of the app, so a new route needs the token until OPEN lists it. A request that matches no route
    passes and becomes a 404.
    """
    # The path that is routed; `request.url` is built with the Host header, which the client controls.
    if request.method in SAFE_METHODS or (request.method, request.scope["path"]) in OPEN:
        return False
    app: FastAPI = request.app
    return any(route.matches(dict(request.scope))[0] is Match.FULL for route in app.routes)


def _with_headers(headers: Mapping[str, str], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending


def is_token(given: str, token: str | None) -> bool:
    """Say whether a text is the token, in constant time; always False if no token is set, or an empty one."""
    # Bytes, because compare_digest rejects text that is not ASCII.
    expected = (token or "").encode(errors="surrogateescape")
    return bool(token) and compare_digest(given.strip().encode(errors="surrogateescape"), expected)


def is_bearer_of(authorization: str, token: str | None) -> bool:
    """Say whether an Authorization header carries the token, in constant time.

    Always False if no token is set, or an empty one.
    """
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == _SCHEME and is_token(given, token)
