"""GET /embed/{id}: a quote as a card for an iframe; GET /oembed: the card's oEmbed description."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from api.episodes.player import player_of
from api.errors import QuoteGone, QuoteUnknown
from api.pages.render import page
from api.quotes.citation import played
from api.quotes.citation_formats import title_of
from api.quotes.context import surroundings_of
from api.quotes.oembed import oembed
from api.quotes.resolve import cited_words
from api.routes.request import base_of
from api.server.live_index import Live
from api.server.refusals import refusal_of

router = APIRouter(include_in_schema=False)

# The only pages that other sites may frame: they have no forms and no scripts, so clickjacking can do nothing.
_FRAMED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self' https:; "
        "form-action 'none'; frame-ancestors *; base-uri 'none'"
    )
}
_QUOTE_PATH = re.compile(r"/quotes/([^/]+)/?")
_PORTS = {"http": 80, "https": 443}

Pixels = Annotated[int, Query(ge=1)]


@router.api_route("/embed/{identifier}", methods=["GET", "HEAD"])
def show_card(request: Request, identifier: str) -> HTMLResponse:
    """Show a quote as a card, with the words that were embedded even if the transcript has others by now.

    If it is gone or unknown, the card says so and the status is 410 or 404.
    """
    live: Live = request.app.state.live
    home = live.settings.home
    status, reason, found, cited = 200, None, None, None
    try:
        found = surroundings_of(home, identifier)
        cited = found.resolved.cited
    except (QuoteGone, QuoteUnknown) as error:
        status, reason = refusal_of(error).status, str(error)
        cited = cited_words(home, identifier)
    response = page(
        request,
        "embed.html",
        status=status,
        reason=reason,
        cited=cited,
        citation=None if found is None else found.citation,
        played=None if found is None else played(found.citation, player_of(home, found.citation.episode)),
        title="Quote" if found is None else title_of(found.citation),
        base=base_of(request),
    )
    response.headers.update(_FRAMED)
    return response


@router.get("/oembed")
def get_oembed(
    request: Request,
    url: Annotated[str, Query(max_length=2_000)],
    maxwidth: Pixels | None = None,
    maxheight: Pixels | None = None,
    format: str = "json",  # noqa: A002 - oEmbed's own name
) -> JSONResponse:
    """Return the oEmbed 1.0 description of a quote page's card.

    404 if the URL is not a quote page of this server, 410 if the quote is gone, 501 for any format but JSON.
    """
    if format != "json":
        raise HTTPException(501, "Only JSON is supported. Use format=json.")
    live: Live = request.app.state.live
    base = base_of(request)
    found = surroundings_of(live.settings.home, _quote_of(url, base))
    return JSONResponse(oembed(found.citation, base, maxwidth, maxheight, found.resolved.cited))


def _quote_of(url: str, base: str) -> str:
    """Return the quote id in a quote page's URL on this server (http or https); raises HTTPException 404 for others."""
    if (place := _place(url)) is not None and place == _place(base):
        path = _QUOTE_PATH.fullmatch(urlsplit(url).path)
        if path is not None:
            return path[1]
    raise HTTPException(404, "This is not the URL of a quote on this server.")


def _place(url: str) -> tuple[str, int | None] | None:
    """Return the host and port (None for the scheme's default) of a web URL; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or parts.hostname is None:
        return None
    return parts.hostname, None if port == _PORTS[parts.scheme] else port
