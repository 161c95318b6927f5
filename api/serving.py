"""Run the server: listen, answer, and stop without dropping requests in progress."""

import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from threading import current_thread, main_thread
from types import FrameType
from urllib.parse import urlsplit

import uvicorn

from api.app import create_app
from api.server.hosts import LOOPBACK
from api.server.memory import limit_arenas
from api.settings import Settings
from index.models.encoder import Encoder
from ingest.errors import SourceError

# Seconds that requests in progress have to finish after SIGTERM; the queue (api.server.work_queue) is empty by then.
_GRACE = 5
# Simultaneous connections; uvicorn refuses more. Below 1,024, the usual limit of open files per process.
_MOST_CONNECTIONS = 512


def serve(settings: Settings, host: str, port: int, encoder: Encoder | None = None) -> None:
    """Serve until stopped; accepts the names of `accepted_hosts`.

    After SIGTERM, requests in progress have a few seconds to finish, then the program exits with code 0. Raises
    SourceError if it cannot listen on the address, KeyboardInterrupt after Ctrl-C.
    """
    limit_arenas()
    app = create_app(replace(settings, hosts=accepted_hosts(settings, host)), encoder)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SourceError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose others with --host and --port"
        ) from error
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # it would log questions; api.server.access_log does not
        ws="none",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE,
    )
    # uvicorn handles the signal, shuts down gracefully, and raises it again for this handler.
    if current_thread() is main_thread():
        signal.signal(signal.SIGTERM, _exit)
    with listening:
        StoppingServer(config, app.state.stopping.set).run(sockets=[listening])


def accepted_hosts(settings: Settings, host: str) -> tuple[str, ...]:
    """Return the host names to accept: those of this machine, `host`, PLAYBACK_HOSTS, and PLAYBACK_PUBLIC_URL's."""
    public = urlsplit(settings.public_url or "").hostname
    return (*LOOPBACK, host, *settings.hosts, *([public] if public else []))


class StoppingServer(uvicorn.Server):
    """A server that announces its shutdown, so that long responses can end cleanly."""

    def __init__(self, config: uvicorn.Config, on_shutdown: Callable[[], None]) -> None:
        """Call `on_shutdown` before waiting for requests in progress."""
        super().__init__(config)
        self._on_shutdown = on_shutdown

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Announce the shutdown, then stop as uvicorn does."""
        self._on_shutdown()
        await super().shutdown(sockets)


def _exit(number: int, frame: FrameType | None) -> None:
    # A further signal while the interpreter ends would change the exit code: Python puts the default handler back then.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)
