"""GET /api/lessons: the register of lessons; POST /api/lessons/{id}: what somebody decides, with the token."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.lessons.asked import asked_query
from api.lessons.chosen import FacetName, chosen
from api.lessons.contract_json import lesson_json, lessons_page_json
from api.lessons.decide import decide
from api.lessons.register import Register, register_of
from api.routes.request import live_of
from api.routes.request_schemas import FilterText, Text
from api.routes.response_schemas import LessonResponse, LessonsResponse
from api.server.work_queue import Worked
from ingest.library.decisions import decision_of

router = APIRouter(tags=["lessons"], route_class=Worked)

Chosen = Annotated[list[FilterText], Field(max_length=100)]
USUAL_LESSONS, MOST_LESSONS = 40, 100


class LessonFilters(BaseModel):
    """Which lessons are wanted; a filter may be given several times, then one of its values must match."""

    theme: Chosen = Field([], description="a tag, term or topic")
    kind: Chosen = Field([], description="problem, cause, decision, remedy, result or advice")
    show: Chosen = Field([], description="id of a show")
    person: Chosen = Field([], description="name of the person who says it, or words of it")
    year: Chosen = Field([], description="year in which the episode was published, such as 2021")
    state: Chosen = Field([], description="proposed, accepted, rejected or withdrawn; the first two unless given")
    episode: Chosen = Field([], description="id of an episode, or its number if that is unique")

    def given(self) -> dict[FacetName, list[str]]:
        """Return the filters as they were given."""
        return {
            "theme": self.theme,
            "kind": self.kind,
            "show": self.show,
            "person": self.person,
            "year": self.year,
            "state": self.state,
            "episode": self.episode,
        }


class LessonsRequest(LessonFilters):
    """The query of the list of lessons."""

    limit: int = Field(USUAL_LESSONS, ge=1, le=MOST_LESSONS, description="at most this many, the best first")
    page: int = Field(1, ge=1, le=1_000_000, description="1 for the best lessons, 2 for the next, and so on")


class DecisionRequest(BaseModel):
    """What somebody decides about a lesson."""

    action: Text = Field(description="accept, reject, propose, retitle, tag, untag, merge or note")
    value: Text | None = Field(None, description="the title, tag, note, or the id of the lesson to merge into this one")
    by: Text = Field(description="who decides")


def opened_register(request: Request) -> Register:
    """Return the register of the live generation."""
    live = live_of(request)
    return register_of(live.settings.home, live.base().generation)


def shown_register(request: Request) -> Register:
    """Return the register of the live generation for a list, an empty one before there is an index."""
    live = live_of(request)
    if live.manifest() is None:
        return Register(live.settings.home, (), {}, np.empty((0, 0), np.float16))
    return opened_register(request)


@router.get("/api/lessons", summary="List lessons", responses={200: {"model": LessonsResponse}})
def get_lessons(request: Request, asked: Annotated[LessonsRequest, Query()]) -> JSONResponse:
    """Return the lessons that match all filters, accepted ones first, then by score; each with verified quotes."""
    register = shown_register(request)
    found = chosen(register.entries, asked_query(register, asked.given()))
    return JSONResponse(lessons_page_json(register, found, asked.page, asked.limit))


@router.get("/api/lessons/{identifier}", summary="Read a lesson", responses={200: {"model": LessonResponse}})
def get_lesson(request: Request, identifier: str) -> JSONResponse:
    """Return a lesson by its id, or by the id of one that is merged under it."""
    register = opened_register(request)
    return JSONResponse(lesson_json(register, register.entry(identifier)))


@router.post("/api/lessons/{identifier}", summary="Decide about a lesson", responses={200: {"model": LessonResponse}})
def post_lesson(request: Request, identifier: str, sent: DecisionRequest) -> JSONResponse:
    """Store a decision and return the lesson as it is then; needs the token."""
    live = live_of(request)
    generation = live.base().generation
    decision = decision_of(sent.action, identifier, sent.by, sent.value)
    entry = decide(live.settings.home, generation, identifier, decision)
    return JSONResponse(lesson_json(register_of(live.settings.home, generation), entry))
