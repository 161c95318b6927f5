"""GET /api/terms, /terms and below: the names and abbreviations that are used, and what is known of one."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.pages.by_letter import by_letter
from api.pages.render import page
from api.routes.people import LetterRequest
from api.routes.request import home_of, live_of
from api.routes.response_schemas import TermsResponse
from api.server.work_queue import Worked
from api.terms.entry import Entry, TermLine, entry_of, term_lines

router = APIRouter(tags=["terms"], route_class=Worked)


@router.get("/api/terms", summary="List the terms", responses={200: {"model": TermsResponse}})
def get_terms(request: Request) -> JSONResponse:
    """Return the names and abbreviations that the podcast uses, in the order of the alphabet."""
    return JSONResponse({"terms": [asdict(line) for line in _lines(request)]})


@router.get("/api/terms/{term:path}", summary="Read about a term", responses={200: {"model": Entry}})
def get_term(request: Request, term: str) -> JSONResponse:
    """Return what a term is and is short for, each with its quote, where it is said, and what stands near it.

    The term is an id or a spelling in any case.
    """
    return JSONResponse(asdict(entry_of(home_of(request), live_of(request).base().generation, term)))


@router.api_route("/terms", methods=["GET", "HEAD"], include_in_schema=False)
def show_terms(request: Request, asked: Annotated[LetterRequest, Query()]) -> HTMLResponse:
    """List the terms; of many, those in most episodes, and the others by their first letters."""
    lines = _lines(request)
    is_empty = live_of(request).manifest() is None
    shown = by_letter("/terms", lines, lambda line: line.name, lambda line: line.episodes, (asked.letter, asked.page))
    return page(request, "term_list.html", shown=shown, total=len(lines), is_empty=is_empty)


@router.api_route("/terms/{term:path}", methods=["GET", "HEAD"], include_in_schema=False)
def show_term(request: Request, term: str) -> HTMLResponse:
    """Show what is known of a term, given by its id or a spelling."""
    return page(request, "term.html", term=entry_of(home_of(request), live_of(request).base().generation, term))


def _lines(request: Request) -> list[TermLine]:
    """Return the terms, none before there is a podcast."""
    live = live_of(request)
    return [] if live.manifest() is None else term_lines(live.settings.home, live.base().generation)
