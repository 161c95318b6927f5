"""What is asked takes turns: so much at a time, a short queue, and a refusal for what does not fit into it."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from api.errors import Busy, ReaderLeft

# Encoding takes one thread and much of the rest holds Python's lock: more than four at a time only slow each other. On
# two processors, eight clients got about 1.4 times as many answers with two at a time as with one.
_MOST_AT_ONCE = 4
# A question takes a fraction of a second, so the last in the queue waits seconds, which a reader does.
MOST_WAITING = 16
PATIENCE = 5.0  # seconds in the queue
# Seconds between looks at whether a reader who waits is still there.
_LOOK = 0.2

T = TypeVar("T")


class WorkQueue:
    """At most `at_once` questions are worked on and `waiting` wait, first come, first served.

    For one event loop: nothing here is shared between threads.
    """

    def __init__(self, at_once: int | None = None, waiting: int = MOST_WAITING, patience: float = PATIENCE) -> None:
        """Work on as many at once as there are processors, at most four; wait `patience` seconds."""
        self._free = at_once or usual_workers(len(os.sched_getaffinity(0)))
        self._queue: deque[asyncio.Future[None]] = deque()
        self._working: set[asyncio.Task[Any]] = set()
        self._most_waiting = waiting
        self._patience = patience

    async def run(self, request: Request, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` returns, begun when a turn comes; the request's body must have been read.

        Where nobody waits for it any more it ends by itself, as its thread cannot be stopped, and holds its turn until
        then. Raises Busy if the queue is full or no turn comes in time, ReaderLeft if the reader leaves meanwhile.
        """
        if self._free:
            self._free -= 1
        else:
            await self._wait(request)
        working = asyncio.create_task(work())
        self._working.add(working)  # the event loop itself keeps no task alive
        working.add_done_callback(self._ended)
        return await asyncio.shield(working)

    def _ended(self, working: "asyncio.Task[Any]") -> None:
        self._working.discard(working)
        self._pass_on()
        if not working.cancelled():
            working.exception()  # whoever waits gets it; where nobody does it need not be reported as lost

    async def _wait(self, request: Request) -> None:
        """Stand in the queue until the turn of another is passed on."""
        if len(self._queue) >= self._most_waiting:
            raise Busy("the queue is full")
        place = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        until = monotonic() + self._patience
        try:
            while not place.done():
                left = until - monotonic()
                if left <= 0:
                    raise Busy(f"no turn came within {self._patience:g} s")
                await asyncio.wait({place}, timeout=min(left, _LOOK))
                if not place.done() and await request.is_disconnected():
                    raise ReaderLeft("the reader left the queue")
        except BaseException:
            # A turn may have come while this one was given up or cancelled.
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


class Worked(APIRoute):
    """A route whose questions take turns: what is posted, and addresses that carry a question (`q`).

    The turn ends when the endpoint has returned: sending the response and waiting for a language model need none.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint's handler, which is entered when there is a turn."""
        answered = super().get_route_handler()

        async def in_turn(request: Request) -> Response:
            if request.method != "POST" and not request.query_params.get("q"):
                return await answered(request)
            await request.body()  # before the turn, so that nobody holds one who sends slowly
            turns: WorkQueue = request.app.state.turns
            return await turns.run(request, lambda: answered(request))

        return in_turn
