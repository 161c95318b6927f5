"""A real server on a free port, and an encoder that waits until it is let go on."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from numpy.typing import NDArray

from api.app import create_app
from api.settings import Settings
from index.models.encoder import Encoder
from tests.api.conftest import HashedStems


class Gated(HashedStems):
    """Encodes questions that hold "slow" only when `gate` is open; `began` lists every question as it comes."""

    def __init__(self) -> None:
        self.gate = Event()
        self.began: list[str] = []

    def encode_query(self, text: str) -> NDArray[Any]:
        self.began.append(text)
        if "slow" in text:
            assert self.gate.wait(60)
        return super().encode_query(text)


@contextmanager
def running(app: FastAPI) -> Iterator[int]:
    """Serve an app in a thread while the block lasts; yields the port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()


@contextmanager
def served(settings: Settings, encoder: Encoder) -> Iterator[int]:
    """Serve a library; yields the port."""
    with running(create_app(settings, encoder)) as port:
        yield port


def wait_for(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until it happened; a busy machine may take its time, and what never happens fails."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def asking(port: int, question: str, **headers: str) -> HTTPConnection:
    """A connection on which a question was sent and whose answer was not read yet."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"question": question})
    connection.request("POST", "/api/answers", body, {"Content-Type": "application/json", **headers})
    return connection
