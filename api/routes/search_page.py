"""GET /search: the passages that match a question best, with a chart of the years they come from."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator, Field

from api.answer.compose import MOST_HITS, Found, look_up
from api.answer.filters import parse_filters
from api.answer.hits import OpenedHit, open_hits
from api.answer.question import Question
from api.episodes.library import shows_of
from api.pages.render import page
from api.pages.year_bars import bars_of
from api.routes.form_errors import checked
from api.routes.schemas import FilterFields, Text
from api.server.live_index import Live
from api.server.work_queue import Worked

router = APIRouter(include_in_schema=False, route_class=Worked)

# Enough to show in which years a topic came up, few enough to read through.
SHOWN_HITS = 20


def _blank_is_usual(value: object) -> object:
    """Use the default for "", which a form sends for an empty number field."""
    return SHOWN_HITS if value == "" else value


class SearchPageRequest(FilterFields):
    """The query of the search page; without `q` it shows only the form."""

    q: Text | None = None
    k: Annotated[int, Field(ge=1, le=MOST_HITS), BeforeValidator(_blank_is_usual)] = SHOWN_HITS


@router.api_route("/search", methods=["GET", "HEAD"])
def show_search(request: Request, asked: Annotated[SearchPageRequest, Query()]) -> HTMLResponse:
    """Show the form and, if there is a question, its hits; an invalid question is shown again with the reason."""
    live: Live = request.app.state.live
    manifest = live.manifest()
    question, faults = (None, {}) if asked.q is None else checked(live, asked.q, asked.asked())
    found, notes = (None, None) if question is None or faults else _found(live, question, asked)
    dates = [one.hit.episode.published for one in found or ()]
    return page(
        request,
        "search.html",
        status=422 if faults else 200,
        asked=asked,
        shows=shows_of(live.settings.home, 0 if manifest is None else manifest.generation),
        empty=manifest is None,
        faults=faults,
        found=found,
        notes=notes,
        bars=bars_of(dates),
        undated=dates.count(None),
        filters=urlencode(_filters(asked)),
    )


def _found(live: Live, question: Question, asked: SearchPageRequest) -> tuple[tuple[OpenedHit, ...], Found]:
    base = live.base()
    found = look_up(base, question, asked.k, parse_filters(asked.asked(), base.generation))
    return open_hits(base, found.hits), found


def _filters(asked: SearchPageRequest) -> dict[str, str]:
    """Return the active filters except the dates, which the links in the years table set."""
    return {name: value for name in ("q", "show", "episode", "speaker") if (value := getattr(asked, name))}
