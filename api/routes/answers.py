"""POST /api/answers and GET /api/search: ask the live generation."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.answer import Answer, ask, check_question, find
from api.filters import understood
from api.live import Live
from api.printed import answer_json, hits_json
from api.schemas import AnswerRequest, SearchRequest, SearchResponse

router = APIRouter(tags=["questions"])

# Responses are the core's own JSON, the same as at the command line; the models beside them describe it, and a test
# holds the two together. Endpoints are plain functions, so that encoding and searching run in worker threads.


@router.post("/api/answers", summary="Ask a question", responses={200: {"model": Answer}})
def post_answer(request: Request, asked: AnswerRequest) -> JSONResponse:
    """Answer with verbatim quotes, who said them and when, or say that the podcast does not answer it."""
    check_question(asked.question)  # before the index is opened, so that it is refused on an empty library too
    live: Live = request.app.state.live
    base = live.base()
    answer = ask(base, asked.question, asked.k, understood(asked.asked(), base.generation))
    return JSONResponse(answer_json(answer))


@router.get("/api/search", summary="Find passages", responses={200: {"model": SearchResponse}})
def get_search(request: Request, asked: Annotated[SearchRequest, Query()]) -> JSONResponse:
    """Return the passages nearest to a question, best first."""
    check_question(asked.q)
    live: Live = request.app.state.live
    base = live.base()
    found = find(base, asked.q, asked.k, understood(asked.asked(), base.generation))
    return JSONResponse(hits_json(asked.q, found))
