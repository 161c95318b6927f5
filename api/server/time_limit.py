"""Limit the time until a response begins; a request that takes longer is refused."""

import asyncio
import logging

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.server.refusals import error_response

logger = logging.getLogger(__name__)

# Seconds until a response must have begun: less than the 60 after which proxies usually give up, more than the language
# model's 20.
TIME_LIMIT = 50.0
_RETRY_AFTER = "10"  # seconds


class TimeLimit:
    """Answers 503 if a response has not begun in time, or 408 if the request has not arrived completely.

    A request that only waits is cancelled at once. A working thread cannot be stopped: it finishes, its result is
    dropped, and only then is its slot in the work queue (api.server.work_queue) free again.
    """

    def __init__(self, app: ASGIApp, seconds: float = TIME_LIMIT) -> None:
        self._app = app
        self._seconds = seconds
        # The event loop holds tasks only weakly, so keep references to them here.
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; sending the response may take any time, because recordings are long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = asyncio.Event()
        is_over = is_whole = is_reading = False

        async def receiving() -> Message:
            nonlocal is_whole, is_reading
            is_reading = not is_whole
            message = await receive()
            is_whole = is_whole or not message.get("more_body", False)
            is_reading = False
            return message

        async def sending(message: Message) -> None:
            if is_over:
                return  # the refusal was sent instead
            has_begun.set()
            await send(message)

        answering = asyncio.create_task(self._answered(scope, receiving, sending, has_begun))
        try:
            async with asyncio.timeout(self._seconds):
                await has_begun.wait()
        except TimeoutError:
            is_over = True
            self._give_up(answering)
            await _refusal(Request(scope), is_reading)(scope, receive, send)
            return
        except asyncio.CancelledError:
            self._give_up(answering)
            raise
        try:
            await asyncio.shield(answering)
        except asyncio.CancelledError:
            self._give_up(answering)
            raise

    async def _answered(self, scope: Scope, receive: Receive, send: Send, has_begun: asyncio.Event) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            has_begun.set()  # also without a response: the reader has left, or the app failed

    def _give_up(self, answering: "asyncio.Task[None]") -> None:
        self._late.add(answering)
        answering.add_done_callback(self._ended)
        answering.cancel()

    def _ended(self, answering: "asyncio.Task[None]") -> None:
        self._late.discard(answering)
        if not answering.cancelled() and answering.exception() is not None:
            logger.info("a request failed after its time limit", exc_info=answering.exception())


def _refusal(request: Request, is_reading: bool) -> ASGIApp:
    if is_reading:
        said = "The request did not arrive completely in time."
        return error_response(request, 408, [("RequestTimeout", said)], {"Connection": "close"})
    said = "This took too long and was stopped. Try again later."
    return error_response(request, 503, [("Timeout", said)], {"Retry-After": _RETRY_AFTER})
