"""What is asked takes turns: so much at a time, a short queue, and nothing done for those who left."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.app import create_app
from api.errors import Busy, ReaderLeft
from api.routes.response_schemas import ErrorResponse
from api.server.admission import OPEN
from api.server.work_queue import Worked, WorkQueue, usual_workers
from api.settings import Settings
from tests.api.endpoints import endpoints
from tests.api.running import Gated, asking, running, wait_for
from tests.api.scripted_model import drips, says, scripted_model


class Reader:
    """Of a request, whether its reader is there."""

    def __init__(self) -> None:
        self.left = False

    async def is_disconnected(self) -> bool:
        return self.left


async def work(turns: WorkQueue, reader: Any, working: list[int], seconds: float = 0.01) -> int:
    """Work for so long and return how many worked then."""

    async def one() -> int:
        working.append(1)
        most = len(working)
        await asyncio.sleep(seconds)
        working.pop()
        return most

    return await turns.run(reader, one)


# --- turns


def test_no_more_work_at_once_than_there_are_turns() -> None:
    """Twenty come, three are worked on at a time, all get their turn."""

    async def crowd() -> list[int]:
        turns, working = WorkQueue(3, waiting=20), list[int]()
        return await asyncio.gather(*(work(turns, Reader(), working) for _ in range(20)))

    found = asyncio.run(crowd())
    assert len(found) == 20
    assert max(found) == 3


def test_turns_by_processors() -> None:
    """One for every processor, at most four."""
    assert [usual_workers(processors) for processors in (1, 2, 3, 4, 8, 64)] == [1, 2, 3, 4, 4, 4]


def test_first_come_first_served() -> None:
    """Nobody overtakes."""

    async def crowd() -> list[int]:
        turns, order = WorkQueue(1, waiting=9), list[int]()

        async def one(number: int) -> None:
            order.append(number)
            await asyncio.sleep(0.002)

        await asyncio.gather(*(turns.run(Reader(), partial(one, number)) for number in range(10)))  # type: ignore[arg-type]
        return order

    assert asyncio.run(crowd()) == list(range(10))


def test_a_full_queue_refuses_at_once_and_a_slow_one_in_time() -> None:
    """One who does not fit is told so without waiting; one whose turn does not come, after the time they wait."""

    async def crowd() -> list[Any]:
        turns, working = WorkQueue(1, waiting=2, patience=0.05), list[int]()
        return await asyncio.gather(*(work(turns, Reader(), working, 0.2) for _ in range(4)), return_exceptions=True)

    first, *others = asyncio.run(crowd())
    assert first == 1
    assert [str(error) for error in others] == ["no slot became free within 0.05 s"] * 2 + ["the queue is full"]
    assert {type(error) for error in others} == {Busy}


def test_who_leaves_the_queue_gives_up_their_place() -> None:
    """Nothing is done for them, and the next one does not wait for them."""

    async def crowd() -> list[Any]:
        turns, working, leaver = WorkQueue(1, waiting=5), list[int](), Reader()
        leaver.left = True
        readers = [Reader(), leaver, Reader()]
        return await asyncio.gather(*(work(turns, reader, working, 0.3) for reader in readers), return_exceptions=True)

    first, left, last = asyncio.run(crowd())
    assert isinstance(left, ReaderLeft)
    assert (first, last) == (1, 1)


@pytest.mark.parametrize("seed", range(30))
def test_no_turn_is_lost(seed: int) -> None:
    """Whoever leaves, fails, is refused or cancelled, and when: afterwards every turn is free again."""
    chance = random.Random(seed)

    async def one() -> None:
        await asyncio.sleep(chance.random() * 0.01)
        if chance.random() < 0.2:
            raise ValueError

    async def crowd() -> int:
        turns = WorkQueue(2, waiting=8, patience=0.05)
        readers = [Reader() for _ in range(15)]
        tasks = [asyncio.create_task(turns.run(reader, one)) for reader in readers]  # type: ignore[arg-type]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(chance.random() * 0.004)
            chance.choice(readers).left = chance.random() < 0.5
            if chance.random() < 0.3:
                chance.choice(tasks).cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.02)  # what was cancelled ends by itself
        working: list[int] = []
        return max(await asyncio.gather(*(work(turns, Reader(), working) for _ in range(4))))

    assert asyncio.run(crowd()) == 2


# --- a server with one turn


@contextmanager
def served(home: Path, turns: tuple[int, int, float] = (1, 1, 10.0)) -> Iterator[tuple[int, Gated, FastAPI]]:
    """A server with so many turns, places in the queue and seconds of patience."""
    encoder = Gated()
    app = create_app(Settings(home=home), encoder)
    with running(app) as port:
        app.state.turns = WorkQueue(*turns)
        try:
            yield port, encoder, app
        finally:
            encoder.gate.set()


def test_a_server_that_is_full_says_when_to_come_back(served_home: Path) -> None:
    """One question is worked on, one waits, the third is 503 with Retry-After; all else is answered meanwhile."""
    with served(served_home) as (port, encoder, app), ExitStack() as stack:
        first = asking(port, "slow one")
        wait_for(lambda: len(encoder.began) == 1)
        second = asking(port, "second")
        wait_for(lambda: len(app.state.turns._queue) == 1)
        for method, path in (("POST", "/api/answers"), ("GET", "/?q=third"), ("GET", "/api/search?q=third")):
            third = HTTPConnection("127.0.0.1", port, timeout=30)
            stack.callback(third.close)
            json = {"Content-Type": "application/json", "Accept": "application/json"}
            third.request(method, path, b'{"question": "third"}' if method == "POST" else None, json)
            refused = third.getresponse()
            assert (refused.status, refused.headers["retry-after"]) == (503, "2")
            assert ErrorResponse.model_validate_json(refused.read()).errors[0].error == "Busy"
        for path in ("/healthcheck", "/", "/episodes", "/api/episodes", "/search"):
            other = HTTPConnection("127.0.0.1", port, timeout=30)
            stack.callback(other.close)
            other.request("GET", path)
            assert other.getresponse().status == 200
        encoder.gate.set()
        for connection in (first, second):
            stack.callback(connection.close)
            assert connection.getresponse().status == 200
    assert encoder.began == ["slow one", "second"]


def test_nothing_is_done_for_a_reader_who_left_the_queue(served_home: Path) -> None:
    """Their question is never encoded, and who came after them gets the turn."""
    with served(served_home, (1, 5, 10.0)) as (port, encoder, app):
        first = asking(port, "slow one")
        wait_for(lambda: len(encoder.began) == 1)
        leaver = asking(port, "left behind")
        wait_for(lambda: len(app.state.turns._queue) == 1)
        last = asking(port, "last")
        wait_for(lambda: len(app.state.turns._queue) == 2)
        leaver.close()
        wait_for(lambda: len(app.state.turns._queue) == 1)
        encoder.gate.set()
        assert (first.getresponse().status, last.getresponse().status) == (200, 200)
        first.close()
        last.close()
    assert encoder.began == ["slow one", "last"]


def test_who_sends_slowly_holds_no_turn(served_home: Path) -> None:
    """A body that does not come whole keeps nobody else from asking."""
    with served(served_home) as (port, _, _):
        slow = HTTPConnection("127.0.0.1", port, timeout=30)
        slow.putrequest("POST", "/api/answers")
        slow.putheader("Content-Type", "application/json")
        slow.putheader("Content-Length", "1000")
        slow.endheaders(b'{"question": ')
        for _ in range(3):
            quick = asking(port, "Who paid?")
            assert quick.getresponse().status == 200
            quick.close()
        slow.close()


def test_waiting_for_a_language_model_holds_no_turn(
    served_home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it writes for one reader, others are answered; when that reader leaves, it is given up."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with scripted_model() as script:
        script.reply = drips(b"HTTP/1.1 200 OK\r\n\r\n", b" ", 0.02)
        app = create_app(Settings(home=served_home, llm_url=script.url, llm_model="small-model"), encoder)
        with running(app) as port:
            app.state.turns = WorkQueue(1, 0)
            first = asking(port, "Which council paid for the lighthouse database?")
            wait_for(lambda: len(script.requests) == 1)
            page = HTTPConnection("127.0.0.1", port, timeout=30)
            page.request("GET", "/?q=Which+council+paid+for+the+lighthouse+database%3F")
            wait_for(lambda: len(script.requests) == 2)
            first.close()
            page.close()
            assert script.closed.wait(30)
            script.reply = says("")
            last = asking(port, "Which council paid for the lighthouse database?")
            assert last.getresponse().status == 200
            last.close()


def asks_by_address(route: APIRoute) -> bool:
    """Whether a route has a parameter `q`, by itself or in a model of its address."""
    fields = [parameter.field_info for parameter in route.dependant.query_params]
    return any(field.alias == "q" or "q" in getattr(field.annotation, "model_fields", ()) for field in fields)


def test_whatever_is_asked_takes_turns() -> None:
    """Each route that takes a question is worked on in turns, whoever adds one; feedback asks nothing."""
    asks = {
        route.path: isinstance(route, Worked)
        for route in endpoints()
        if asks_by_address(route) or (("POST", route.path) in OPEN and route.path != "/feedback")
    }
    assert {"/", "/search", "/api/search", "/api/answers", "/api/quotes/verify", "/episodes/{identifier}"} <= set(asks)
    assert all(asks.values())


def test_a_page_without_a_question_needs_no_turn(served_home: Path, encoder: Any) -> None:
    """It is shown when every turn is taken."""
    app = create_app(Settings(home=served_home), encoder)
    with TestClient(app) as client:
        app.state.turns = WorkQueue(1, 0)
        app.state.turns._free = 0
        assert client.get("/?q=").status_code == 422
        assert client.get("/").status_code == 200
        assert client.get("/?q=x").status_code == 503
