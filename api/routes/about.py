"""GET /api/episodes/{id}/about and /episodes/{id}/about: what an episode was made from, and what was not understood."""

from dataclasses import asdict, replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.episodes.about import About
from api.episodes.about_words import sections_of
from api.episodes.account import about_of
from api.episodes.chapters import timed_chapters
from api.episodes.library import transcript_of
from api.episodes.stored import stored_of
from api.pages.render import page
from api.routes.request import home_of, live_of
from index.errors import EncoderError, IndexBroken, IndexMissing

router = APIRouter(tags=["episodes"])


@router.get(
    "/api/episodes/{identifier}/about",
    summary="Read what an episode was made from and what was not understood",
    responses={200: {"model": About}},
)
def get_about(request: Request, identifier: str) -> JSONResponse:
    """Return an episode's facts and sources, which text won and why, and the doubts about it."""
    return JSONResponse(asdict(_about(request, identifier)))


@router.api_route("/episodes/{identifier}/about", methods=["GET", "HEAD"], include_in_schema=False)
def show_about(request: Request, identifier: str) -> HTMLResponse:
    """Show the account of an episode."""
    about = _about(request, identifier)
    return page(request, "about.html", episode=about.episode, sections=sections_of(about))


def _about(request: Request, identifier: str) -> About:
    about = about_of(stored_of(home_of(request), identifier))
    try:
        generation = live_of(request).base().generation
    except (IndexMissing, IndexBroken, EncoderError):
        return about
    return replace(about, chapters=timed_chapters(generation, transcript_of(home_of(request), identifier)))
