"""A web server for a folder, in a process of its own: files with an ETag, ranges of them, addresses that moved."""

import hashlib
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_BLOCK = 2**14
# Seconds between two blocks, so that a random moment of a run may fall into a download.
_PAUSE = 0.004
# Beside what is served: the paths that moved for good, and a line for each request for a file.
MOVED, ASKED = "moved.json", "asked"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder and yield the host with its port; what is written into it later is served too."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"folder": folder}))
    child = os.fork()
    if child == 0:
        try:
            server.serve_forever()
        finally:
            os._exit(0)
    host = f"127.0.0.1:{server.server_port}"
    server.socket.close()
    try:
        yield host
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def asked(folder: Path) -> list[tuple[str, int]]:
    """Return the path and the first byte of each request for a file so far."""
    lines = (folder / ASKED).read_text().splitlines() if (folder / ASKED).exists() else []
    return [(path, int(first)) for path, first in (line.split() for line in lines)]


class _Handler(BaseHTTPRequestHandler):
    folder: Path

    def do_GET(self) -> None:
        moved = self.folder / MOVED
        target = json.loads(moved.read_bytes()).get(self.path) if moved.exists() else None
        path = self.folder / self.path.lstrip("/")
        if target is not None:
            self._head(301, Location=target)
        elif not path.is_file():
            self._head(404)
        else:
            self._send(path.read_bytes())

    def _send(self, data: bytes) -> None:
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self._head(304, ETag=tag)
            return
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(found[1]) if found and self.headers.get("If-Range") == tag else 0
        with (self.folder / ASKED).open("a") as file:  # before anything is sent, so that who was killed is counted
            file.write(f"{self.path} {first}\n")
        if first >= len(data):
            self._head(416, Content_Range=f"bytes */{len(data)}")
            return
        place = {"Content_Range": f"bytes {first}-{len(data) - 1}/{len(data)}"} if first else {}
        self._head(206 if first else 200, len(data) - first, ETag=tag, **place)
        for begin in range(first, len(data), _BLOCK):
            self.wfile.write(data[begin : begin + _BLOCK])
            time.sleep(_PAUSE)

    def _head(self, status: int, length: int = 0, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content_Length": str(length)}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return  # whoever asked was killed

    def log_message(self, *_: object) -> None:
        return
