"""An answer as server-sent events: its quotes first, before the language model is asked, then its words, then all."""

import json
from collections.abc import AsyncIterator
from threading import Event
from typing import Any

import anyio
from fastapi import Request
from fastapi.responses import StreamingResponse

from api.answer import Answer
from api.base import KnowledgeBase
from api.conversation import reworded
from api.printed import answer_json
from api.rewrite import Model

MEDIA_TYPE = "text/event-stream"
# Seconds between looks at whether the reader is still there, while the language model writes.
_LOOK = 0.2


def wants_stream(accept: str) -> bool:
    """Say whether a request's Accept header asks for events and not, as well, for JSON."""
    kinds = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return MEDIA_TYPE in kinds and "application/json" not in kinds


def streamed(request: Request, base: KnowledgeBase, answer: Answer, model: Model | None) -> StreamingResponse:
    """Return the events of an answer in quotes: `citations`, one `statement` for each, and the whole `answer`, last."""
    # Proxies that collect a response before they pass it on would undo the streaming.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, base, answer, model), media_type=MEDIA_TYPE, headers=headers)


def event(name: str, data: Any) -> str:
    """Return one server-sent event; JSON in one line needs no other escape."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def _events(request: Request, base: KnowledgeBase, answer: Answer, model: Model | None) -> AsyncIterator[str]:
    yield event("citations", answer_json(answer)["citations"])
    found = answer if model is None else await _while_read(request, base, answer, model)
    if found is None:
        return
    whole = answer_json(found)
    for statement in whole["statements"]:
        yield event("statement", statement)
    yield event("answer", whole)


async def _while_read(request: Request, base: KnowledgeBase, answer: Answer, model: Model) -> Answer | None:
    """Have the answer reworded in a thread, given up as soon as the reader leaves; None if they left."""
    stop = Event()

    async def watch() -> None:
        try:
            while not await request.is_disconnected():
                await anyio.sleep(_LOOK)
        finally:
            stop.set()  # when the server cancels the response, too

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        found = await anyio.to_thread.run_sync(reworded, base, answer, model, stop)
        has_left = stop.is_set()
        group.cancel_scope.cancel()
    return None if has_left else found
