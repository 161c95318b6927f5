"""The sample show on a real server, and what a browser is started with."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import uvicorn

from api.app import create_app
from api.settings import Settings

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "api" / "pages" / "node_modules" / "axe-core" / "axe.min.js"
NOTICE = "This is a sample: an invented show with computer voices."
_START_SECONDS = 60
# It reaches nothing but the server of these tests, and plays without being clicked.
OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()


def ingest_sample(home: Path) -> None:
    """Ingest and index the sample show, as `make run` does."""
    command = [sys.executable, "-m", "api.cli", "--home", str(home), "ingest", "--quiet", "data/sample/feed.xml"]
    subprocess.run(command, cwd=ROOT, check=True)


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve a library on a free port of this machine while the block lasts; yields the address without a last slash."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="warning"))
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
