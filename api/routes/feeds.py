"""GET /feeds/{show}.xml: a show's feed with additions; /api/episodes/{id}/captions.{extension} and chapters.json."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.episodes.chapters import chapters_of
from api.episodes.library import transcript_of
from api.feeds.captions import FORMATS, MEDIA_TYPES, captions_text
from api.feeds.chapters import MEDIA_TYPE, chapters_json
from api.feeds.published import etag_of, published_feed
from api.routes.request import base_of, home_of, live_of
from api.server.work_queue import Queued
from index.errors import EncoderError, IndexBroken, IndexMissing
from index.generation import Generation
from ingest.transcript import Transcript

router = APIRouter(tags=["feeds"], route_class=Queued)

# Players in browsers read them from pages of other sites.
_FOR_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}


@router.head("/feeds/{show}.xml", include_in_schema=False)
@router.get("/feeds/{show}.xml", summary="Subscribe to a show", response_class=Response)
def get_feed(request: Request, show: str) -> Response:
    """Return the publisher's feed of a show, unchanged but for transcripts, chapters, people and soundbites."""
    found = published_feed(home_of(request), _generation(request), show, base_of(request))
    headers = {**_FOR_ALL, "ETag": etag_of(found)}
    if etag_of(found) in [
        one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")
    ]:
        return Response(status_code=304, headers=headers)
    return Response(found.data, media_type=found.media_type, headers=headers)


@router.head("/api/episodes/{identifier}/captions.{extension}", include_in_schema=False)
@router.get("/api/episodes/{identifier}/captions.{extension}", summary="Read captions", response_class=Response)
def get_captions(request: Request, identifier: str, extension: str) -> Response:
    """Return an episode's captions for podcast apps as vtt, srt or json; 404 if its times are estimates."""
    if extension not in FORMATS:
        raise HTTPException(404, f"captions are available as {', '.join(FORMATS)}")
    text = captions_text(_transcript(request, identifier), extension)
    if text is None:
        raise HTTPException(404, f"the times of {identifier} are estimates, so it has no captions")
    return Response(text, media_type=MEDIA_TYPES[extension], headers=_FOR_ALL)


@router.head("/api/episodes/{identifier}/chapters.json", include_in_schema=False)
@router.get("/api/episodes/{identifier}/chapters.json", summary="Read chapters", response_class=Response)
def get_chapters(request: Request, identifier: str) -> Response:
    """Return an episode's chapters as Podcasting 2.0 JSON; 404 if it has none or its times are estimates."""
    transcript = _transcript(request, identifier)
    generation = live_of(request).base().generation
    found = chapters_json(transcript, chapters_of(generation, transcript), base_of(request))
    if found is None:
        raise HTTPException(404, f"{identifier} has no chapters with exact times")
    return JSONResponse(found, media_type=MEDIA_TYPE, headers=_FOR_ALL)


def _transcript(request: Request, identifier: str) -> Transcript:
    transcript = transcript_of(home_of(request), identifier)
    if transcript is None:
        raise HTTPException(404, f"{identifier} has no transcript yet")
    return transcript


def _generation(request: Request) -> Generation | None:
    try:
        return live_of(request).base().generation
    except (IndexMissing, IndexBroken, EncoderError):
        return None
