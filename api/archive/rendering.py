"""Ask the app in this process, without a network: what `playback serve` would answer a browser."""

import asyncio
from typing import NamedTuple
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

_MOST_REDIRECTS = 3
# The app refuses for a moment what takes long on a busy machine; the next time it has the answer ready.
_BUSY, _MOST_TRIES, _PAUSE = 503, 5, 2.0  # seconds


class Rendered(NamedTuple):
    """A response of the app: its status and its bytes."""

    status: int
    body: bytes


async def rendered(app: ASGIApp, address: str) -> Rendered:
    """Return what the app answers to a GET of an address such as "/episodes?page=2", after its redirects.

    Asks again after a pause while the app is busy.
    """
    for tried in range(_MOST_TRIES):
        found = await _followed(app, address)
        if found.status != _BUSY:
            break
        await asyncio.sleep(_PAUSE * (tried < _MOST_TRIES - 1))
    return found


async def _followed(app: ASGIApp, address: str) -> Rendered:
    for _ in range(_MOST_REDIRECTS):
        status, headers, body = await _get(app, address)
        location = headers.get(b"location")
        if location is None:
            break
        address = location.decode()
    return Rendered(status, body)


async def _get(app: ASGIApp, address: str) -> tuple[int, dict[bytes, bytes], bytes]:
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"accept", b"text/html, */*")],
        "client": None,
        "server": ("127.0.0.1", 80),
    }
    status, headers, body = 500, {}, bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], dict(message["headers"])
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return status, headers, bytes(body)
