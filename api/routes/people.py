"""GET /api/people, /people and below: everybody who speaks, and what is known of one person."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from api.pages.by_letter import by_letter
from api.pages.render import page
from api.people.profile import PersonLine, Profile, people_lines, profile_of
from api.routes.request import home_of, live_of
from api.routes.request_schemas import FilterText
from api.routes.response_schemas import PeopleResponse
from api.server.work_queue import Worked

router = APIRouter(tags=["people"], route_class=Worked)


class LetterRequest(BaseModel):
    """The query of a list that is cut by letters."""

    letter: FilterText = ""
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1


@router.get("/api/people", summary="List the people", responses={200: {"model": PeopleResponse}})
def get_people(request: Request) -> JSONResponse:
    """Return everybody who speaks, by name, with their newest stated role."""
    return JSONResponse({"people": [asdict(line) for line in _lines(request)]})


@router.get("/api/people/{identifier:path}", summary="Read about a person", responses={200: {"model": Profile}})
def get_person(request: Request, identifier: str) -> JSONResponse:
    """Return somebody's names, roles with the quotes that state them, episodes and years, and the best lessons."""
    return JSONResponse(asdict(profile_of(home_of(request), live_of(request).base().generation, identifier)))


@router.api_route("/people", methods=["GET", "HEAD"], include_in_schema=False)
def show_people(request: Request, asked: Annotated[LetterRequest, Query()]) -> HTMLResponse:
    """List everybody who speaks."""
    lines = _lines(request)
    is_empty = live_of(request).manifest() is None
    shown = by_letter("/people", lines, lambda line: line.name, lambda line: line.episodes, (asked.letter, asked.page))
    return page(request, "people.html", shown=shown, total=len(lines), is_empty=is_empty)


@router.api_route("/people/{identifier:path}", methods=["GET", "HEAD"], include_in_schema=False)
def show_person(request: Request, identifier: str) -> HTMLResponse:
    """Show what is known of a person."""
    return page(
        request, "person.html", person=profile_of(home_of(request), live_of(request).base().generation, identifier)
    )


def _lines(request: Request) -> list[PersonLine]:
    """Return everybody who speaks, nobody before there is a podcast."""
    live = live_of(request)
    return [] if live.manifest() is None else people_lines(live.settings.home, live.base().generation)
