"""Wait for the language model, outside the work queue, for as long as the reader stays connected."""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import TypeVar

import anyio
from fastapi import Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from api.answer.compose import Answer
from api.llm.rewrite import Model, rewrite_if_model

# Seconds between checks whether the reader is still connected while the language model writes.
_LOOK = 0.2

Reword = Callable[[Event], Answer]
_T = TypeVar("_T")


def rewording_of(answer: Answer, model: Model | None) -> Reword | None:
    """Return a function that asks the language model to reword the answer, None if no model is used."""
    return None if model is None else partial(rewrite_if_model, answer, model)


def written(answer: Answer, reword: Reword | None, write: Callable[[Answer], Response]) -> Response:
    """Return the response that `write` makes from an answer; `reword`, if given, is applied first."""
    return write(answer) if reword is None else RewordedResponse(reword, write)


async def while_read(request: Request, work: Callable[[Event], _T]) -> _T | None:
    """Run `work` in a thread and return its result, None if the reader left meanwhile.

    `work` gets an event that is set when the reader leaves or the server stops.
    """
    stop = Event()
    has_left = False

    async def watch() -> None:
        nonlocal has_left
        try:
            while not request.app.state.stopping.is_set():
                if await request.is_disconnected():
                    has_left = True
                    return
                await anyio.sleep(_LOOK)
        finally:
            stop.set()  # also when the server cancels the response

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        found = await anyio.to_thread.run_sync(work, stop)
        group.cancel_scope.cancel()
    return None if has_left else found


class RewordedResponse(Response):
    """A response that first rewords its answer; sends nothing if the reader has left."""

    def __init__(self, reword: Reword, write: Callable[[Answer], Response]) -> None:
        """Store `reword` and `write`; both run in a thread when the response is sent."""
        super().__init__()
        self._reword = reword
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reword, write and send."""
        request = Request(scope, receive)
        response = await while_read(request, lambda stop: self._write(self._reword(stop)))
        if response is not None:
            await response(scope, receive, send)
