"""The command that serves one assistant over standard input and output (Model Context Protocol)."""

import anyio

from api.errors import SettingError
from api.mcp.endpoint import is_installed
from api.server.live_index import followed
from api.settings import Settings
from index.models.encoder import Encoder


def serve_assistant(settings: Settings, encoder: Encoder | None = None) -> None:
    """Serve until the client closes its end; raises SettingError if the extra `mcp` is not installed."""
    if not is_installed():
        raise SettingError("the extra mcp is not installed; run: pip install 'gds-playback[mcp]'")
    from api.mcp.standard_streams import serve_streams

    with followed(settings, encoder) as live:
        anyio.run(serve_streams, live)
