"""Run the server: listen, answer, and stop without dropping what is under way."""

import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from threading import current_thread, main_thread
from types import FrameType

import uvicorn

from api.app import create_app
from api.server.hosts import LOOPBACK
from api.server.memory import limit_arenas
from api.settings import Settings
from index.encode import Encoder
from ingest.errors import SourceError

# Seconds that what is under way has to end after SIGTERM; its queue is empty by then (api.routes.work).
_GRACE = 5
# Connections at once; those beyond it are refused by uvicorn. Below the 1,024 files a process may usually open.
_MOST_CONNECTIONS = 512


def serve(settings: Settings, host: str, port: int, encoder: Encoder | None = None) -> None:
    """Serve until stopped, under the names of this machine, `host` and those of the settings.

    SIGTERM lets what is under way end, within seconds, and then the program with exit code 0. Raises SourceError if the
    address cannot be listened on, KeyboardInterrupt after Ctrl-C.
    """
    limit_arenas()
    app = create_app(replace(settings, hosts=(*LOOPBACK, host, *settings.hosts)), encoder)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SourceError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose others by --host and --port"
        ) from error
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # it would print questions; api.routes.access does not
        ws="none",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE,
    )
    # uvicorn takes the signal over, stops in order, and raises it again for this handler.
    if current_thread() is main_thread():
        signal.signal(signal.SIGTERM, _stopped)
    with listening:
        StoppingServer(config, app.state.stopping.set).run(sockets=[listening])


class StoppingServer(uvicorn.Server):
    """A server that says when it begins to stop, so that what would run on for long can end in order."""

    def __init__(self, config: uvicorn.Config, say: Callable[[], None]) -> None:
        """Call `say` before waiting for what is under way."""
        super().__init__(config)
        self._say = say

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so, then stop as uvicorn does."""
        self._say()
        await super().shutdown(sockets)


def _stopped(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
