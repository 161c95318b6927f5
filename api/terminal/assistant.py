"""The command that serves one assistant over standard input and output (Model Context Protocol)."""

import anyio

from api.errors import SettingError
from api.mcp.endpoint import is_installed
from api.server.live_index import followed
from api.server.work_queue import WorkQueue
from api.settings import Settings
from index.encode import Encoder


def serve_assistant(settings: Settings, encoder: Encoder | None = None) -> None:
    """Serve until the input ends; raises SettingError if the extra `mcp` is not installed."""
    if not is_installed():
        raise SettingError("the extra mcp is not installed; run: pip install 'gds-playback[mcp]'")
    with followed(settings, encoder) as live:
        from mcp.server.stdio import stdio_server

        from api.mcp.server import server_of

        async def serve() -> None:
            server = server_of(live, WorkQueue())
            async with stdio_server() as (read, write):
                await server.run(read, write, server.create_initialization_options())

        anyio.run(serve)
