"""How often one client may ask: requests counted in windows of a minute, in bounded memory; pure but for its counts."""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Network
from math import ceil

from api.server.hosts import address_of

WINDOW = 60.0  # seconds
# Clients counted at once, about 2 MB; beyond it the one whose window is the oldest starts anew.
_MOST_CLIENTS = 10_000
# Who has one IPv6 address has all of its network.
_IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a client has left: requests in its window, and seconds until a new one begins."""

    limit: int
    remaining: int
    reset: int
    is_over: bool

    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers-06, and when to come back if it is over."""
        found = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f"{self.limit};w={WINDOW:g}",
        }
        return found | {"Retry-After": str(self.reset)} if self.is_over else found


class Rates:
    """The counts of one server; for one thread, its event loop."""

    def __init__(self, limit: int, most_clients: int = _MOST_CLIENTS) -> None:
        """Allow `limit` requests a minute to each client."""
        self._limit = limit
        self._most_clients = most_clients
        # By client: when its window began, and the requests in it; the oldest window first.
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def count(self, client: str, now: float) -> Allowance:
        """Count a request at `now` (seconds, never going back) and return what is left; refused ones count too."""
        began, counted = self._windows.get(client, (now, 0))
        if now - began >= WINDOW or counted == 0:
            self._windows.pop(client, None)
            began, counted = now, 0
            if len(self._windows) >= self._most_clients:
                self._windows.popitem(last=False)
        counted += 1
        self._windows[client] = (began, counted)
        reset = max(1, ceil(began + WINDOW - now))
        return Allowance(self._limit, max(0, self._limit - counted), reset, counted > self._limit)


def counted_as(address: str | None) -> str | None:
    """Return what a client is counted as: its IPv4 address or IPv6 network; None if it is not counted.

    Not counted are programs of this machine: those with a loopback address or, behind a local socket, with none.
    """
    found = None if address is None else address_of(address)
    if found is None or found.is_loopback:
        return None
    return str(found) if found.version == 4 else str(IPv6Network((int(found), _IPV6_PREFIX), strict=False))
