"""The work queue: a few questions are answered at a time, a few more wait, and the rest are refused."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Protocol, TypeVar

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from api.errors import Busy, ReaderLeft

# Encoding uses one thread and much of the rest holds the GIL, so more than four at a time only slow each other down. On
# two processors, eight clients got about 1.4 times as many answers with two at a time as with one.
_MOST_AT_ONCE = 4
# A question takes a fraction of a second, so the last in the queue waits a few seconds, which readers accept.
MOST_WAITING = 16
PATIENCE = 5.0  # seconds in the queue
# Seconds between checks whether a waiting reader is still connected.
_LOOK = 0.2

T = TypeVar("T")


class Reader(Protocol):
    """Who waits for a result."""

    async def is_disconnected(self) -> bool:
        """Say whether they have left."""


class WorkQueue:
    """Answers at most `at_once` questions at a time while `waiting` more wait, first come, first served.

    Not thread-safe: for use in one event loop.
    """

    def __init__(self, at_once: int | None = None, waiting: int = MOST_WAITING, patience: float = PATIENCE) -> None:
        """Default to one question at a time per processor, at most four; waiting ends after `patience` seconds."""
        self._free = at_once or usual_workers(len(os.sched_getaffinity(0)))
        self._queue: deque[asyncio.Future[None]] = deque()
        self._working: set[asyncio.Task[Any]] = set()
        self._most_waiting = waiting
        self._patience = patience

    async def run(self, reader: Reader, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run `work` when a slot is free and return its result; a request's body must have been read before.

        Work that nobody waits for any more cannot be stopped, because it runs in a thread; it keeps its slot until it
        ends. Raises Busy if the queue is full or no slot becomes free in time, ReaderLeft if the reader leaves the
        queue.
        """
        if self._free:
            self._free -= 1
        else:
            await self._wait(reader)
        working = asyncio.create_task(work())
        self._working.add(working)  # the event loop holds tasks only weakly
        working.add_done_callback(self._ended)
        return await asyncio.shield(working)

    def _ended(self, working: "asyncio.Task[Any]") -> None:
        self._working.discard(working)
        self._pass_on()
        if not working.cancelled():
            working.exception()  # mark it as retrieved: if nobody waits, asyncio must not report it as lost

    async def _wait(self, reader: Reader) -> None:
        """Wait in the queue until another request passes on its slot."""
        if len(self._queue) >= self._most_waiting:
            raise Busy("the queue is full")
        place = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        until = monotonic() + self._patience
        try:
            while not place.done():
                left = until - monotonic()
                if left <= 0:
                    raise Busy(f"no slot became free within {self._patience:g} s")
                await asyncio.wait({place}, timeout=min(left, _LOOK))
                if not place.done() and await reader.is_disconnected():
                    raise ReaderLeft("the reader left the queue")
        except BaseException:
            # The slot may have arrived at the moment of giving up or cancelling.
            if place.done():
                self._pass_on()
            else:
                self._queue.remove(place)
            raise

    def _pass_on(self) -> None:
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self._free += 1


def usual_workers(processors: int) -> int:
    """Return how many questions are worked on at a time: 1 to 4."""
    return min(_MOST_AT_ONCE, processors)


class Queued(APIRoute):
    """A route whose requests go through the work queue.

    The slot is free again when the endpoint returns; sending the response and waiting for a language model need none.
    """

    def is_work(self, request: Request) -> bool:
        """Return whether a request needs a slot."""
        return True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint's handler, which runs when a slot is free."""
        answered = super().get_route_handler()

        async def in_turn(request: Request) -> Response:
            if not self.is_work(request):
                return await answered(request)
            await request.body()  # before taking a slot, so that a slow sender does not hold one

            turns: WorkQueue = request.app.state.turns
            return await turns.run(request, lambda: answered(request))

        return in_turn


class Worked(Queued):
    """A route that puts questions into the work queue: POST requests, and URLs with a question (`q`)."""

    def is_work(self, request: Request) -> bool:
        """Return whether a request asks something."""
        return request.method == "POST" or bool(request.query_params.get("q"))
