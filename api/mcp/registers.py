"""The tools that read the registers: list_lessons, about_person, define_term."""

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import quote

from api.lessons.asked import asked_query
from api.lessons.chosen import FacetName, chosen
from api.lessons.contract_json import lessons_json
from api.lessons.register import register_of
from api.mcp.arguments import LessonsAsked, PersonAsked, TermAsked
from api.mcp.cursor import offset_of
from api.mcp.desk import Desk, Reply, page_of
from api.mcp.shapes import is_sendable
from api.people.profile import profile_of
from api.terms.entry import entry_of

# Of lessons that people merged, the quotes of so many are sent; the page has all.
_MOST_MERGED = 2
_FACETS: tuple[FacetName, ...] = ("theme", "kind", "person", "episode", "show", "year", "state")


def list_lessons(desk: Desk, asked: LessonsAsked) -> Reply:
    """Return a part of the lessons that match, as GET /api/lessons does."""
    offset = offset_of(asked.cursor, "list_lessons", asked.choice())
    register = register_of(desk.home, desk.base.generation)
    found = chosen(register.entries, asked_query(register, {name: (getattr(asked, name),) for name in _FACETS}))
    page = page_of("lessons", offset, asked.limit, len(found))
    shown, places = [], []
    for place, entry in zip(page.places, found[offset:], strict=False):
        for one in lessons_json(register, [entry])["lessons"]:  # none if its quotes cannot be shown
            count = sum(map(len, register.citations_of_each(entry)[:_MOST_MERGED]))
            citations = [each for each in one["citations"][:count] if is_sendable(each)]
            shown.append({**one, "citations": citations, "url": f"/lessons/{one['id']}"})
            places.append(place)
    return Reply({"total": len(found), "lessons": shown}, ("lessons",), replace(page, places=tuple(places)))


def about_person(desk: Desk, asked: PersonAsked) -> Reply:
    """Return what is known of a person, as GET /api/people/{id} does."""
    told = asdict(profile_of(desk.home, desk.base.generation, asked.person))
    told["introduced"] = _sendable(told["introduced"])
    for name in ("roles", "lessons"):
        told[name] = [one for one in told[name] if is_sendable(one["citation"])]
    return Reply({**told, "url": f"/people/{quote(told['id'], safe='')}"}, ("episodes", "years", "lessons", "roles"))


def define_term(desk: Desk, asked: TermAsked) -> Reply:
    """Return what is known of a term, as GET /api/terms/{term} does."""
    told = asdict(entry_of(desk.home, desk.base.generation, asked.term))
    for name in ("definition", "expanded", "first", "latest"):
        told[name] = _sendable(told[name])
    return Reply({**told, "url": f"/terms/{quote(told['id'], safe='')}"}, ("episodes", "related"))


def _sendable(citation: dict[str, Any] | None) -> dict[str, Any] | None:
    return citation if is_sendable(citation) else None
