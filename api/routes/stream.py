"""Send an answer as server-sent events: citations before the language model is asked, then statements, then all."""

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from api.answer.compose import Answer
from api.answer.contract_json import answer_json
from api.routes.rewording import Reword, while_read

MEDIA_TYPE = "text/event-stream"


def wants_stream(accept: str) -> bool:
    """Say whether an Accept header asks for events and does not also accept JSON."""
    kinds = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return MEDIA_TYPE in kinds and "application/json" not in kinds


def streamed(request: Request, answer: Answer, reword: Reword | None) -> StreamingResponse:
    """Stream an answer as events: `citations`, one `statement` each, then the whole `answer`.

    `reword`, if given, asks the language model; if the server stops meanwhile, the statements stay the quotes.
    """
    # Tell proxies not to buffer the response, because that would undo the streaming.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, answer, reword), media_type=MEDIA_TYPE, headers=headers)


def event(name: str, data: Any) -> str:
    """Return one server-sent event; one-line JSON needs no further escaping."""

    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def _events(request: Request, answer: Answer, reword: Reword | None) -> AsyncIterator[str]:
    yield event("citations", answer_json(answer)["citations"])
    found = answer if reword is None else await while_read(request, reword)
    if found is None:
        return
    whole = answer_json(found)
    for statement in whole["statements"]:
        yield event("statement", statement)
    yield event("answer", whole)
