"""GET /search.atom: a saved search as an Atom feed, the newest passages first."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.answer.filters import parse_filters
from api.answer.gather import gather
from api.answer.question import parse_question
from api.answer.search_atom import search_atom
from api.knowledge_base import KnowledgeBase, removed_since
from api.routes.request import base_of, live_of
from api.routes.request_schemas import ExportRequest
from api.routes.search_page import SearchPageRequest
from api.server.work_queue import Worked

router = APIRouter(tags=["questions"], route_class=Worked)


@router.head("/search.atom", include_in_schema=False)
@router.get("/search.atom", summary="Follow a search", response_class=Response)
def get_feed(request: Request, asked: Annotated[ExportRequest, Query()]) -> Response:
    """Return the 50 newest passages about a question as an Atom feed, each with its best quote.

    A reader that sends back the ETag gets 304 without a search as long as the index and the library are the same.
    """
    question = parse_question(asked.q)  # before the index is opened, so that it is a 422 even if there is no index
    base = live_of(request).base()
    filters = parse_filters(asked.asked(), base.generation)
    shown = SearchPageRequest(**asked.model_dump())
    address, own = base_of(request), shown.address("/search.atom")
    tag = _tag(base, f"{address}{own}")
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if _is_known(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    text = search_atom(base, gather(base, question, filters), address, shown.address("/search"), own)
    return Response(text, media_type="application/atom+xml; charset=utf-8", headers=headers)


def _tag(base: KnowledgeBase, address: str) -> str:
    """Return the ETag of a feed, weak because it may be sent compressed."""
    manifest = base.generation.manifest
    made_of = (manifest.generation, manifest.inputs, sorted(removed_since(base.home, base.generation)), address)
    return f'W/"{sha256(repr(made_of).encode()).hexdigest()[:32]}"'


def _is_known(tag: str, sent: str) -> bool:
    """Say whether a client's If-None-Match names a weak ETag."""
    return tag.removeprefix("W/") in (one.strip().removeprefix("W/") for one in sent.split(","))
