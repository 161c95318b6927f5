"""The rate limit: count each client's requests in windows of a minute, in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Network
from math import ceil

from api.server.hosts import address_of

WINDOW = 60.0  # seconds
# Clients counted at the same time, about 2 MB; beyond that, the client with the oldest window is forgotten.
_MOST_CLIENTS = 10_000
# A client with one IPv6 address usually has its whole /64 network.
_IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """A client's remaining requests in its window, and the seconds until the next window."""

    limit: int
    remaining: int
    reset: int
    is_over: bool

    def headers(self) -> dict[str, str]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers-06, with Retry-After if the limit is exceeded."""
        found = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f"{self.limit};w={WINDOW:g}",
        }
        return found | {"Retry-After": str(self.reset)} if self.is_over else found


class Rates:
    """The request counts of one server; not thread-safe, used only in the event loop."""

    def __init__(self, limit: int, most_clients: int = _MOST_CLIENTS) -> None:
        """Allow each client `limit` requests per minute."""
        self._limit = limit
        self._most_clients = most_clients
        # Per client: start of its window and requests in it; oldest window first.
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def count(self, client: str, now: float) -> Allowance:
        """Count a request at `now` (monotonic seconds) and return what is left; refused requests count too."""
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
    """Return the key under which a client is counted: its IPv4 address or IPv6 network; None if it is not counted.

    Programs on this machine are not counted: they have a loopback address or, on a local socket, no address.
    """
    found = None if address is None else address_of(address)
    if found is None or found.is_loopback:
        return None
    return str(found) if found.version == 4 else str(IPv6Network((int(found), _IPV6_PREFIX), strict=False))
