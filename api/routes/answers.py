"""POST /api/answers, as JSON or as a stream of events: ask the live generation."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.answer.compose import Answer
from api.answer.contract_json import answer_json
from api.answer.conversation import Asking, ask
from api.answer.filters import parse_filters
from api.answer.question import parse_question
from api.routes.request import count_answer
from api.routes.request_schemas import AnswerRequest
from api.routes.rewording import rewording_of, written
from api.routes.stream import MEDIA_TYPE, streamed, wants_stream
from api.server.live_index import Live
from api.server.work_queue import Worked

router = APIRouter(tags=["questions"], route_class=Worked)

# Responses are the core's own JSON, the same as in the CLI; the models only describe it, and a test checks that they
# agree. Endpoints are plain functions (not async), so that encoding and searching run in worker threads.


@router.post(
    "/api/answers",
    summary="Ask a question",
    responses={200: {"model": Answer, "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
def post_answer(request: Request, asked: AnswerRequest) -> Response:
    """Answer with verbatim quotes, who said them and when, or say that the podcast does not answer the question.

    With "Accept: text/event-stream" the answer comes as events: `citations`, each `statement`, then the whole `answer`.
    """
    # Checked before the index is opened, so that an empty question is a 422 even if there is no index.
    question = parse_question(asked.question)
    live: Live = request.app.state.live
    base = live.base()
    filters = parse_filters(asked.asked(), base.generation)
    answer = ask(base, Asking(question, asked.past(), asked.k, filters))
    count_answer(request, answer)
    # All refusals happen above, before a stream begins. The language model is asked later, when this request has left
    # the work queue.
    reword = rewording_of(answer, request.app.state.model)
    if wants_stream(request.headers.get("accept", "")):
        return streamed(request, answer, reword)
    return written(answer, reword, lambda found: JSONResponse(answer_json(found)))
