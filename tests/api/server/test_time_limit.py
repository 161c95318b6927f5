"""No request waits for ever."""

import asyncio
import json
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.server.time_limit import TIME_LIMIT, TimeLimit
from api.settings import Settings
from tests.api.running import Gated, wait_for

LIMIT = 0.2


def called(app: Any, *messages: dict[str, Any], seconds: float = 60) -> list[dict[str, Any]]:
    """What an app under the limit sends to one POST whose body arrives as these messages and then no further."""

    async def call() -> list[dict[str, Any]]:
        arriving, sent = list(messages), []

        async def receive() -> Any:
            if not arriving:
                await asyncio.sleep(60)
            return arriving.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/api/x", "headers": [], "query_string": b""}
        await TimeLimit(app, seconds)(scope, receive, send)
        return sent

    return asyncio.run(call())


def body(*parts: bytes, whole: bool = True) -> list[dict[str, Any]]:
    last = len(parts) - 1
    return [
        {"type": "http.request", "body": part, "more_body": not whole or number < last}
        for number, part in enumerate(parts)
    ]


async def reading(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"read"})


async def stuck(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await asyncio.sleep(60)


def test_what_is_quick_is_untouched() -> None:
    """A response in time is passed on as it is."""
    sent = called(reading, *body(b"a", b"b"))
    assert [message.get("status", message.get("body")) for message in sent] == [200, b"read"]


def test_what_takes_too_long_is_refused() -> None:
    """503 in the one shape, with the time to come back."""
    start, end = called(stuck, *body(b"a"), seconds=LIMIT)
    assert start["status"] == 503
    assert dict(start["headers"])[b"retry-after"] == b"10"
    assert json.loads(end["body"])["errors"][0]["error"] == "Timeout"


def test_a_request_that_does_not_arrive_is_refused() -> None:
    """408, and the connection is closed, since the rest of the body may still come."""
    start, end = called(reading, *body(b"a", whole=False), seconds=LIMIT)
    assert start["status"] == 408
    assert dict(start["headers"])[b"connection"] == b"close"
    assert json.loads(end["body"])["status_code"] == 408


def test_a_response_that_has_begun_is_not_cut_off() -> None:
    """Recordings and streams may take their time."""

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(3 * LIMIT)
        await send({"type": "http.response.body", "body": b"late"})

    assert [message.get("status", message.get("body")) for message in called(slow, seconds=LIMIT)] == [200, b"late"]


def test_failures_pass() -> None:
    """What an app raises reaches whoever handles it."""

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("unforeseen")

    with pytest.raises(RuntimeError, match="unforeseen"):
        called(failing)


def test_an_app_that_says_nothing_ends() -> None:
    """As it does for a reader who left."""

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        return

    assert called(silent) == []


def test_a_cancelled_request_cancels_what_is_under_way() -> None:
    """A server that stops leaves nothing running behind."""
    ended = []

    async def waiting(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def cancelled() -> None:
        task = asyncio.create_task(TimeLimit(waiting, 60)({"type": "http"}, None, None))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)

    asyncio.run(cancelled())
    assert ended == [True]


def test_late_work_keeps_its_turn(served_home: Path) -> None:
    """A thread cannot be stopped, so what was given up still counts as work until it ends."""
    encoder = Gated()
    app = create_app(Settings(home=served_home), encoder)
    limited = TimeLimit(app, 5 * LIMIT)
    with TestClient(limited) as client:
        app.state.turns._free = 1
        refused = client.post("/api/answers", json={"question": "slow one"})
        assert (refused.status_code, refused.json()["errors"][0]["error"]) == (503, "Timeout")
        assert not encoder.gate.is_set()
        assert app.state.turns._free == 0
        assert client.post("/api/answers", json={"question": "next"}).status_code == 503
        encoder.gate.set()
        wait_for(lambda: app.state.turns._free == 1)
        limited._seconds = 60  # which a busy machine may need
        assert client.post("/api/answers", json={"question": "next"}).status_code == 200


def test_the_limit_lies_between_the_model_and_the_proxies() -> None:
    """A language model may take its 20 seconds, and the refusal comes before a proxy's own after 60."""
    assert 20 + 5 < TIME_LIMIT < 60


def test_a_gate_that_is_never_opened_stops_nobody_else(served_home: Path) -> None:
    """Two questions at once, one of them stuck: the other is answered."""
    encoder = Gated()
    app = create_app(Settings(home=served_home), encoder)
    with TestClient(app) as client:
        app.state.turns._free = 2
        done = Event()
        waiting = Thread(target=lambda: (client.get("/api/search?q=slow"), done.set()))
        waiting.start()
        assert client.get("/api/search?q=lighthouse").status_code == 200
        assert not done.is_set()
        encoder.gate.set()
        waiting.join(60)
        assert done.is_set()
