"""GET /api/quotes/{id}: what was said, where, and the words around it."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.answer import citation_of
from api.live import Live
from api.printed import citation_json
from api.routes.surroundings import surroundings_of
from api.schemas import ErrorResponse, QuoteResponse

router = APIRouter(tags=["quotes"])


@router.get(
    "/api/quotes/{identifier}",
    summary="Read a quote",
    responses={200: {"model": QuoteResponse}, 410: {"model": ErrorResponse, "description": "No longer said"}},
)
def get_quote(request: Request, identifier: str) -> JSONResponse:
    """Return a quote as a citation, with the words around it and whether they changed since the id was given."""
    live: Live = request.app.state.live
    found = surroundings_of(live.settings.home, identifier)
    return JSONResponse(
        {
            **citation_json(citation_of(found.resolved.quote)),
            "before": found.text_before(),
            "after": found.text_after(),
            "changed": found.resolved.changed,
        }
    )
