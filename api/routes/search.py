"""GET /api/search, a page of hits and their number; GET /api/search.{csv,md,json}, everything about a question."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.answer.contract_json import page_json
from api.answer.filters import parse_filters
from api.answer.gather import Gathered, gather
from api.answer.gathered_formats import EXPORT_FORMATS, ExportFormat, render
from api.answer.question import parse_question
from api.knowledge_base import KnowledgeBase
from api.routes.request import base_of, live_of
from api.routes.request_schemas import ExportRequest, FilterFields, SearchRequest
from api.routes.response_schemas import SearchResponse
from api.server.work_queue import Worked

router = APIRouter(tags=["questions"], route_class=Worked)

MEDIA_TYPES: dict[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}


@router.get("/api/search", summary="Find passages", responses={200: {"model": SearchResponse}})
def get_search(request: Request, asked: Annotated[SearchRequest, Query()]) -> JSONResponse:
    """Return the passages that match a question best, best first, and how many passages are about it."""
    base, gathered = _gathered(request, asked.q, asked, asked.page * asked.k + 1)
    return JSONResponse(page_json(base, gathered, asked.page, asked.k))


@router.get("/api/search.{extension}", summary="Gather everything about a question", response_class=Response)
def get_gathered(request: Request, extension: str, asked: Annotated[ExportRequest, Query()]) -> Response:
    """Return every passage about a question (of the 500 best) with its best quote, as csv, md or json."""
    wanted = next((known for known in EXPORT_FORMATS if known == extension), None)
    if wanted is None:
        raise HTTPException(404, f"a search can be had as {', '.join(EXPORT_FORMATS)}")
    text = render(*_gathered(request, asked.q, asked), wanted, base_of(request))
    name = {"Content-Disposition": f'attachment; filename="search.{wanted}"'}
    return Response(text, headers=name, media_type=MEDIA_TYPES[wanted])


def _gathered(request: Request, q: str, filters: FilterFields, least: int = 0) -> tuple[KnowledgeBase, Gathered]:
    question = parse_question(q)  # before the index is opened, so that it is a 422 even if there is no index
    base = live_of(request).base()
    return base, gather(base, question, parse_filters(filters.asked(), base.generation), least)
