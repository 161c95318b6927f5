"""A local server that speaks the chat-completions format and replies as a test says, honestly or not."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


class Scripted:
    """The server's address, what it was sent, and what it does next."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.reply: Reply = says("")
        self.closed = Event()  # set when a client left before the reply was whole


def says(text: str | None, finish: str = "stop") -> Reply:
    """A well-formed reply with this text."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        message = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
        sends(json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [message]}))(handler)

    return reply


def sends(body: str, status: int = 200, **headers: str) -> Reply:
    """A reply with this body."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        data = body.encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return reply


def streams(*pieces: str, finish: str | None = "stop", pause: float = 0, repeats: bool = False) -> Reply:
    """A reply as events, a piece each, as long as the client stays if it repeats; without `finish` it just ends."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.end_headers()
        until = time.monotonic() + 60
        while True:
            for piece in pieces:
                handler.wfile.write(event({"content": piece}))
                handler.wfile.flush()
                time.sleep(pause)
            if not repeats or time.monotonic() > until:
                break
        if finish:
            handler.wfile.write(event({}, finish) + b"data: [DONE]\n\n")

    return reply


def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """An event of a reply that is written piece by piece."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'object': 'chat.completion.chunk', 'choices': [choice]})}\n\n".encode()


def sleeps(seconds: float) -> Reply:
    """A reply that comes late, for a client that has not left by then."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.settimeout(seconds)
        with suppress(TimeoutError):
            handler.connection.recv(1)
            raise ConnectionResetError
        says("The harbour council paid for the lighthouse database [1].")(handler)

    return reply


def drips(before: bytes, piece: bytes, pause: float) -> Reply:
    """A reply that goes on and on: `piece` every `pause` seconds, so that no single read is slow.

    It ends after a minute, for a client that does not leave, as no reply that is whole.
    """

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(before)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)

    return reply


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """No reply at all."""
    handler.connection.close()


@contextmanager
def scripted_model() -> Iterator[Scripted]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            script.requests.append(json.loads(body))
            script.headers.append({name.lower(): value for name, value in self.headers.items()})
            try:
                script.reply(self)
            except OSError:
                script.closed.set()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            script.closed.set()

    server = Server(("127.0.0.1", 0), Handler)
    script = Scripted(server.server_address[1])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
