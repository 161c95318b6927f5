"""The sample show on real servers, and what a browser is started with."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx
import uvicorn

from api.app import create_app
from api.settings import Settings
from index.models.encoder import Encoder

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
NODE_MODULES = ROOT / "api" / "pages" / "node_modules"
NOTICE = "This is a sample: an invented show with computer voices."
OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --mute-audio "
    # Else a page that a test makes up, which counts as one of the internet, may frame nothing of this machine.
    "--disable-features=LocalNetworkAccessChecks"
).split()
# It reaches nothing but the servers of these tests.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
_START_SECONDS = 60
_PLAYBACK = (sys.executable, "-m", "api.cli", "--home")


def ingest_sample(home: Path) -> None:
    """Ingest and index the sample show, as `make run` does."""
    command = [*_PLAYBACK, home, "ingest", "--quiet", "data/sample/feed.xml"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


# A name of this machine on an internal network, as a test gives it to Chromium.
OTHER_NAME = "playback.internal"


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Run `playback serve` on a free port while the block lasts, as `make run` does; yields its address.

    It answers questions from the first request on, so that no test waits for the encoder.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    server = subprocess.Popen(
        [*_PLAYBACK, home, "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "PLAYBACK_NOTICE": NOTICE, "PLAYBACK_HOSTS": OTHER_NAME},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_answering(server, address)
        yield address
    finally:
        server.terminate()
        server.wait(_START_SECONDS)


def _wait_until_answering(server: subprocess.Popen[bytes], address: str) -> None:
    until = monotonic() + _START_SECONDS
    while True:
        assert server.poll() is None, "the server stopped"
        assert monotonic() < until, "the server did not start"
        try:
            answer_of(address, "boats")
        except httpx.ConnectError:
            sleep(0.1)
        else:
            return


@contextmanager
def served(settings: Settings, encoder: Encoder | None = None) -> Iterator[str]:
    """Serve a library from a thread of the tests, whose encoder and assets can be others; yields the address."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings, encoder), port=0, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + _START_SECONDS
    while not server.started:
        assert monotonic() < until, "the server did not start"
        sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def answer_of(site: str, question: str) -> Any:
    """The answer to a question by the interface."""
    response = httpx.post(f"{site}/api/answers", json={"question": question}, timeout=_START_SECONDS)
    return response.raise_for_status().json()
