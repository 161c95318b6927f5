"""GET /topics, /topics/{id} and /start, and the same below /api: what is often talked about, and where to begin."""

from collections.abc import Sequence
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.pages.render import page
from api.routes.request import home_of, live_of
from api.routes.response_schemas import TopicsResponse
from api.server.work_queue import Worked
from api.topics.topics import Start, TopicLine, TopicPage, start_of, topic_lines, topic_page

router = APIRouter(tags=["topics"], route_class=Worked)

_READS = ["GET", "HEAD"]


@router.get("/api/topics", summary="List the topics", responses={200: {"model": TopicsResponse}})
def get_topics(request: Request) -> JSONResponse:
    """Return what the library often talks about, the most spoken of first."""
    return JSONResponse({"topics": [asdict(line) for line in _lines(request)]})


@router.get("/api/topics/{identifier}", summary="Read about a topic", responses={200: {"model": TopicPage}})
def get_topic(request: Request, identifier: str) -> JSONResponse:
    """Return a topic with its terms, people and quotes, and where to begin in it."""
    return JSONResponse(asdict(topic_page(home_of(request), live_of(request).base().generation, identifier)))


@router.get("/api/start", summary="Read where to begin", responses={200: {"model": Start}})
def get_start(request: Request) -> JSONResponse:
    """Return where a newcomer begins: what the podcast is, terms, people, themes, and episodes in order."""
    return JSONResponse(asdict(_start(request)))


@router.api_route("/topics", methods=_READS, include_in_schema=False)
def show_topics(request: Request) -> HTMLResponse:
    """Show what the library often talks about."""
    return page(request, "topics.html", empty=_is_empty(request), topics=_lines(request))


@router.api_route("/topics/{identifier}", methods=_READS, include_in_schema=False)
def show_topic(request: Request, identifier: str) -> HTMLResponse:
    """Show a topic."""
    found = topic_page(home_of(request), live_of(request).base().generation, identifier)
    return page(request, "topic.html", found=found, start=found.start)


@router.api_route("/start", methods=_READS, include_in_schema=False)
def show_start(request: Request) -> HTMLResponse:
    """Show where a newcomer begins."""
    return page(request, "start.html", empty=_is_empty(request), start=_start(request))


def _is_empty(request: Request) -> bool:
    """Say whether nothing was ingested yet: the navigation leads here before there is a podcast."""
    return live_of(request).manifest() is None


def _lines(request: Request) -> Sequence[TopicLine]:
    return () if _is_empty(request) else topic_lines(live_of(request).base().generation)


def _start(request: Request) -> Start:
    return Start() if _is_empty(request) else start_of(home_of(request), live_of(request).base().generation)
