"""GET /lessons, /lessons/{id}, /lessons/report, and /lessons.md, .csv, .json and .atom: the register for readers."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from api.lessons.alike import alike, on_the_same_matter
from api.lessons.asked import asked_query
from api.lessons.chosen import KINDS, FacetName, LessonQuery, chosen, facets_of
from api.lessons.formats import LESSON_FORMATS, MEDIA_TYPES, Listed, render
from api.lessons.register import Entry, Register
from api.pages.render import page
from api.quotes.citation import Citation
from api.routes.lessons import LessonFilters, opened_register, shown_register
from api.routes.request import base_of, live_of
from api.server.work_queue import Worked

router = APIRouter(include_in_schema=False, route_class=Worked)

_READS = ["GET", "HEAD"]
PAGE_LENGTH = 20
# More would make the page heavier than 60 kB with its styles, and a file take more seconds than a reader waits.
MOST_REPORTED, MOST_EXPORTED = 100, 10_000
MOST_DECISIONS = 50


class LessonsPageRequest(LessonFilters):
    """The query of the page of lessons."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1


@router.api_route("/lessons", methods=_READS)
def show_lessons(request: Request, asked: Annotated[LessonsPageRequest, Query()]) -> HTMLResponse:
    """List the lessons that all facets allow, twenty per page, with the quotes that tell them."""
    if live_of(request).manifest() is None:
        return page(request, "lessons.html", register=None)
    register = opened_register(request)
    query = asked_query(register, asked.given())
    found = chosen(register.entries, query)
    pages = max(1, -(-len(found) // PAGE_LENGTH))
    number = min(asked.page, pages)
    facets = facets_of(register.entries, query)
    shown = found[(number - 1) * PAGE_LENGTH : number * PAGE_LENGTH]
    return page(
        request,
        "lessons.html",
        register=register,
        number=number,
        pages=pages,
        first=(number - 1) * PAGE_LENGTH,
        lessons=_cited(register, shown),
        alike=dict(zip((entry.id for entry in shown), alike(register, shown), strict=True)),
        count=len(found),
        total=len(register.entries),
        facets=facets,
        chosen=[
            (choice, address_of("/lessons", _without(query, facet.name, choice.value)))
            for facet in facets
            for choice in facet.choices
            if choice.is_chosen
        ],
        exports=[(form, address_of(f"/lessons.{form}", query)) for form in LESSON_FORMATS],
        report=address_of("/lessons/report", query),
        review=address_of("/lessons/review", query),
        address_of=lambda wanted: address_of("/lessons", query, wanted),
    )


@router.api_route("/lessons.{extension}", methods=_READS)
def get_export(request: Request, extension: str, asked: Annotated[LessonFilters, Query()]) -> Response:
    """Return the same lessons as a file; the best ten thousand if there are more."""
    form = next((known for known in LESSON_FORMATS if known == extension), None)
    if form is None:
        raise HTTPException(404, f"lessons are available as {', '.join(LESSON_FORMATS)}")
    register = shown_register(request)
    query = asked_query(register, asked.given())
    found = chosen(register.entries, query)
    left_out = max(0, len(found) - MOST_EXPORTED)
    listed = Listed(register, found[:MOST_EXPORTED], _title(query), address_of("/lessons", query), left_out)
    text = render(listed, form, base_of(request))
    name = {"Content-Disposition": f'{"inline" if form == "atom" else "attachment"}; filename="lessons.{form}"'}
    return Response(text.encode(errors="replace"), headers=name, media_type=MEDIA_TYPES[form])


@router.api_route("/lessons/report", methods=_READS)
def show_report(request: Request, asked: Annotated[LessonFilters, Query()]) -> HTMLResponse:
    """Show all lessons on a theme for printing: by kind, with numbered citations that are listed at the end."""
    register = shown_register(request)
    query = asked_query(register, asked.given())
    found = chosen(register.entries, query)
    cited = _cited(register, found[:MOST_REPORTED])
    order = [one for kind in KINDS for one in cited if one[0].kind == kind]
    numbers = {quote.id: number for number, quote in enumerate((q for _, quotes in order for q in quotes), 1)}
    return page(
        request,
        "lessons_report.html",
        heading=_title(query),
        groups=[(kind, [one for one in order if one[0].kind == kind]) for kind in KINDS],
        numbers=numbers,
        sources=[quote for _, quotes in order for quote in quotes],
        count=len(order),
        left_out=len(found) - len(found[:MOST_REPORTED]),
        back=address_of("/lessons", query),
        base=base_of(request),
    )


@router.api_route("/lessons/{identifier}", methods=_READS)
def show_lesson(request: Request, identifier: str) -> Response:
    """Show a lesson with its quotes, the question before it, others on the matter, notes and history."""
    register = opened_register(request)
    entry = register.entry(identifier)
    if entry.id != identifier:
        return RedirectResponse(f"/lessons/{entry.id}", 303)
    return page(
        request,
        "lesson.html",
        entry=register.as_shown(entry),
        history=entry.history[-MOST_DECISIONS:],
        notes=entry.notes[-MOST_DECISIONS:],
        citations=register.whole(entry),
        question=register.question(entry),
        alike=_cited(register, alike(register, [entry])[0]),
        same_matter=_cited(register, on_the_same_matter(register, [entry])[0]),
    )


def _cited(register: Register, entries: list[Entry]) -> list[tuple[Entry, list[Citation]]]:
    return [(register.as_shown(entry), register.whole(entry)) for entry in entries]


def address_of(path: str, query: LessonQuery, number: int = 1) -> str:
    """Return the URL of a list of lessons, leaving out default values."""
    fields: list[tuple[str, str]] = [
        (name, value) for name, values in query.chosen.items() for value in values if value
    ]
    fields += [("page", str(number))] if number > 1 else []
    return f"{path}?{urlencode(fields)}" if fields else path


def _without(query: LessonQuery, name: FacetName, value: str) -> LessonQuery:
    return query.with_values(name, tuple(one for one in query.of(name) if one.casefold() != value.casefold()))


def _title(query: LessonQuery) -> str:
    """Return what lessons have in common, for a heading: "All lessons on moving platforms"."""
    themes, others = query.of("theme"), [value for name in ("kind", "person", "year") for value in query.of(name)]
    on = f" on {' or '.join(themes)}" if themes else ""
    return f"All lessons{on}" + (f" ({', '.join(others)})" if others else "")
