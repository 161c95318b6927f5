"""A client of Playback's HTTP interface: `Playback`, or `AsyncPlayback` for asyncio; no model, no index, no library.

With `values`, the one folder that imports something here, because programs of others import it by this name.
"""

from api.client.clients import AsyncPlayback, Playback
from api.client.failure import RequestFailed

__all__ = ["AsyncPlayback", "Playback", "RequestFailed"]
