"""GET /search.atom: a saved search as an Atom feed, the newest passages first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.answer.filters import parse_filters
from api.answer.gather import gather
from api.answer.question import parse_question
from api.answer.search_atom import search_atom
from api.routes.request import base_of, live_of
from api.routes.schemas import ExportRequest
from api.routes.search_page import SearchPageRequest
from api.server.work_queue import Worked

router = APIRouter(tags=["questions"], route_class=Worked)


@router.head("/search.atom", include_in_schema=False)
@router.get("/search.atom", summary="Follow a search", response_class=Response)
def get_feed(request: Request, asked: Annotated[ExportRequest, Query()]) -> Response:
    """Return the 50 newest passages about a question as an Atom feed, each with its best quote."""
    question = parse_question(asked.q)  # before the index is opened, so that it is a 422 even if there is no index
    base = live_of(request).base()
    gathered = gather(base, question, parse_filters(asked.asked(), base.generation))
    shown = SearchPageRequest(**asked.model_dump())
    text = search_atom(base, gathered, base_of(request), shown.address("/search"), shown.address("/search.atom"))
    return Response(text, media_type="application/atom+xml; charset=utf-8", headers={"Cache-Control": "no-cache"})
