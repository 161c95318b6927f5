"""GET /quotes/{id}: a quote in context, with its recording, longer versions and citation formats."""

from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.clips.card import has_card, has_png
from api.clips.clip import has_clip
from api.episodes.player import player_of
from api.pages.render import page
from api.quotes.citation import played
from api.quotes.citation_formats import absolute, as_html, as_json_ld, as_markdown, as_text, title_of
from api.quotes.compared import marked
from api.quotes.context import surroundings_of
from api.quotes.oembed import WIDTH, as_iframe
from api.routes.request import base_of
from api.server.live_index import Live

router = APIRouter(include_in_schema=False)

# Approximate characters per line of a text field, used to make the field high enough for its text.
_LINE_LETTERS = 55
_MOST_LINES = 12


class CopyField(NamedTuple):
    """A text to copy: its name in element ids, its label after "Copy", and the text itself."""

    name: str
    label: str
    text: str

    @property
    def lines(self) -> int:
        """The number of lines the text fills, at most 12."""
        return min(_MOST_LINES, sum(1 + len(line) // _LINE_LETTERS for line in self.text.split("\n")))


@router.api_route("/quotes/{identifier}", methods=["GET", "HEAD"])
def show_quote(request: Request, identifier: str) -> HTMLResponse:
    """Show a quote in context, with its recording and its citation in every format."""
    live: Live = request.app.state.live
    found = surroundings_of(live.settings.home, identifier)
    base = base_of(request)
    citation = found.citation
    json_ld = as_json_ld(citation, base)
    address = f"{base}{citation.url}"
    cited = found.resolved.cited
    listen = absolute(citation.listen_url, base)
    return page(
        request,
        "quote.html",
        found=found,
        citation=citation,
        changes=() if cited is None else marked(citation.quote, cited.text),
        played=played(citation, player_of(live.settings.home, citation.episode)),
        forms=(
            CopyField("markdown", "Markdown", as_markdown(citation, base)),
            CopyField("html", "HTML", as_html(citation, base)),
            CopyField("text", "text", as_text(citation, base)),
            CopyField("json-ld", "JSON-LD", json_ld),
        ),
        links=(
            CopyField("link", "link to this page", address),
            *((CopyField("listen", "link to the recording at this second", listen),) if listen else ()),
            CopyField("embed", "card for another page", as_iframe(citation, base, WIDTH)),
        ),
        json_ld=Markup(json_ld),  # noqa: S704 - it holds no "<", ">" or "&", so it cannot contain markup
        address=address,
        listen=listen,
        oembed=f"{base}/oembed?{urlencode({'url': address})}",
        title=title_of(citation),
        has_clip=has_clip(live.settings.home, citation),
        has_card=has_card(citation),
        has_png=has_png(citation),
    )
