"""GET /api/quotes/{id}/clip.{extension} and card.{extension}: a quote as a short recording, and as a picture."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from api.clips import card, clip
from api.quotes.context import surroundings_of
from api.routes.request import base_of, home_of
from api.server.work_queue import Queued
from ingest.audio.encode import FORMATS, encode

router = APIRouter(tags=["quotes"], route_class=Queued)


@router.get("/api/quotes/{identifier}/clip.{extension}", summary="Download a quote's sound", response_class=Response)
def get_clip(request: Request, identifier: str, extension: str) -> Response:
    """Return exactly the quote as opus or m4a, or its captions as vtt; 404 if it cannot be heard on its own."""
    kind = next((known for known in FORMATS if known == extension), None)
    if kind is None and extension != "vtt":
        raise HTTPException(404, f"clips are available as {', '.join(FORMATS)}, with captions as vtt")
    content: str | bytes
    if kind is None:
        content = clip.captions_of(home_of(request), identifier)
    else:
        found = clip.clip_of(home_of(request), identifier, base_of(request))
        content = encode(found.samples, kind, found.tags)
    return _download(content, f"{identifier}.{extension}", clip.MEDIA_TYPES[extension])


@router.get(
    "/api/quotes/{identifier}/card.{extension}", summary="Download a quote as a picture", response_class=Response
)
def get_card(request: Request, identifier: str, extension: str) -> Response:
    """Return the quote as a square picture, svg or png."""
    if extension not in card.MEDIA_TYPES:
        raise HTTPException(404, f"pictures are available as {', '.join(card.MEDIA_TYPES)}")
    citation = surroundings_of(home_of(request), identifier).citation
    draw = card.card_svg if extension == "svg" else card.card_png
    return _download(draw(citation, base_of(request)), f"{identifier}.{extension}", card.MEDIA_TYPES[extension])


def _download(content: str | bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Access-Control-Allow-Origin": "*"}
    return Response(content, media_type=media_type, headers=headers)
