"""The protocol over standard input and output, for one client that started this program."""

from mcp.server.stdio import stdio_server

from api.mcp.server import server_of
from api.server.live_index import Live
from api.server.work_queue import WorkQueue


async def serve_streams(live: Live) -> None:
    """Serve until the client closes its end; meanwhile nothing else is written to standard output."""
    server = server_of(live, WorkQueue())
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
