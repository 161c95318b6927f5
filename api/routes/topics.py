"""GET /topics, /topics/{id} and /start, and the same below /api: what is often talked about, and where to begin."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.pages.render import page
from api.routes.request import home_of, live_of
from api.routes.schemas import TopicsResponse
from api.server.work_queue import Worked
from api.topics.topics import Start, TopicPage, start_of, topic_lines, topic_page

router = APIRouter(tags=["topics"], route_class=Worked)

_READS = ["GET", "HEAD"]


@router.get("/api/topics", summary="List the topics", responses={200: {"model": TopicsResponse}})
def get_topics(request: Request) -> JSONResponse:
    """Return what the library often talks about, the most spoken of first."""
    lines = topic_lines(live_of(request).base().generation)
    return JSONResponse({"topics": [asdict(line) for line in lines]})


@router.get("/api/topics/{identifier}", summary="Read about a topic", responses={200: {"model": TopicPage}})
def get_topic(request: Request, identifier: str) -> JSONResponse:
    """Return a topic with its terms, people and quotes, and where to begin in it."""
    return JSONResponse(asdict(topic_page(home_of(request), live_of(request).base().generation, identifier)))


@router.get("/api/start", summary="Read where to begin", responses={200: {"model": Start}})
def get_start(request: Request) -> JSONResponse:
    """Return where a newcomer begins: what the podcast is, terms, people, themes, and episodes in order."""
    return JSONResponse(asdict(start_of(home_of(request), live_of(request).base().generation)))


@router.api_route("/topics", methods=_READS, include_in_schema=False)
def show_topics(request: Request) -> HTMLResponse:
    """Show what the library often talks about."""
    live = live_of(request)
    empty = live.manifest() is None
    return page(request, "topics.html", empty=empty, topics=() if empty else topic_lines(live.base().generation))


@router.api_route("/topics/{identifier}", methods=_READS, include_in_schema=False)
def show_topic(request: Request, identifier: str) -> HTMLResponse:
    """Show a topic."""
    found = topic_page(home_of(request), live_of(request).base().generation, identifier)
    return page(request, "topic.html", found=found, start=found.start)


@router.api_route("/start", methods=_READS, include_in_schema=False)
def show_start(request: Request) -> HTMLResponse:
    """Show where a newcomer begins."""
    live = live_of(request)
    empty = live.manifest() is None
    start = Start() if empty else start_of(live.settings.home, live.base().generation)
    return page(request, "start.html", empty=empty, start=start)
