"""GET /api/quotes/{id}: a quote in context; POST /api/quotes/verify: was this said?"""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.answer.contract_json import quote_json, verification_json
from api.quotes.claimed_quote import Verification, check_text, verify
from api.quotes.context import surroundings_of
from api.routes.request_schemas import VerifyRequest
from api.routes.response_schemas import ErrorResponse, QuoteResponse
from api.server.live_index import Live
from api.server.work_queue import Worked

router = APIRouter(tags=["quotes"], route_class=Worked)


@router.get(
    "/api/quotes/{identifier}",
    summary="Read a quote",
    responses={200: {"model": QuoteResponse}, 410: {"model": ErrorResponse, "description": "The quote is gone"}},
)
def get_quote(request: Request, identifier: str) -> JSONResponse:
    """Return a quote as a citation, with the words around it and whether it has changed since its id was made."""
    live: Live = request.app.state.live
    found = surroundings_of(live.settings.home, identifier)
    return JSONResponse(quote_json(found))


@router.post("/api/quotes/verify", summary="Ask whether something was said", responses={200: {"model": Verification}})
def post_verify(request: Request, asked: VerifyRequest) -> JSONResponse:
    """Say whether a text was said exactly, nearly (with every difference) or not at all, by whom and when."""
    check_text(asked.text)  # before the index is opened, so that an invalid text is a 422 even if there is no index
    live: Live = request.app.state.live
    return JSONResponse(verification_json(verify(live.base(), asked.text, asked.speaker)))
