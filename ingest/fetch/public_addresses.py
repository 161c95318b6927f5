"""Connect to public addresses only: resolve a name once, check the addresses, and connect to a checked one.

A feed can name any address, so without this check it could make Playback send requests to machines behind the
firewall. The check runs where the socket is opened, so it covers every redirect, and a name that resolves differently
a moment later does no harm. TLS still verifies the host name, because httpcore passes it on separately.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future

import httpcore

from ingest.errors import SourceError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Special in IANA's registries although Python 3.11 calls them global, or carrying an IPv4 address (Teredo). The last is
# a public number, but it is Azure's internal endpoint, which gives virtual machines private data.
_SPECIAL = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20", "168.63.129.16/32"))
)
# The 32 bits before the IPv4 address in an ISATAP address (RFC 5214).
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
_WEB_PORTS = (80, 443)
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".localdomain", ".home.arpa")
# Limits concurrent name lookups; a lookup that never answers holds its thread until it does.
_LOOKUPS = threading.BoundedSemaphore(16)


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet; an embedded IPv4 address decides for an IPv6 one.

    Raises ValueError if the text is not an IP address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        last = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if int(ip) >> 32 & 0xFFFF_FFFF in _ISATAP and not is_public(str(last)):
            return False
        carried = ip.ipv4_mapped or ip.sixtofour or (last if ip in _NAT64 else None)
        if carried is not None:
            return is_public(str(carried))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL)


def is_allowed(host: str, port: int, allow: frozenset[str]) -> bool:
    """Return whether a host is allowed by name ("intranet.example") or with one port ("127.0.0.1:8080")."""
    return host.lower() in allow or f"{host.lower()}:{port}" in allow


def check_host(host: str, port: int, allow: frozenset[str]) -> None:
    """Raise SourceError for a host that is refused whatever it resolves to: a local name or an unusual port."""
    if is_allowed(host, port, allow):
        return
    name = host.lower().rstrip(".")
    if f".{name}".endswith(_LOCAL_NAMES):
        raise SourceError(
            f"{host}: is not on the public internet, so no request was sent; allow it with --allow-host {host}"
        )
    if port not in _WEB_PORTS:
        raise SourceError(f"{host}: port {port} is not a web port; allow it with --allow-host {host}:{port}")


def addresses_of(host: str, port: int, seconds: float) -> list[str]:
    """Return the IP addresses of a host, each once, in the system's order.

    Raises httpcore.ConnectError if it has none, httpcore.ConnectTimeout after `seconds`. The system's resolver has no
    timeout, so it runs in a thread that is abandoned.
    """
    if not _LOOKUPS.acquire(timeout=seconds):
        raise httpcore.ConnectTimeout("too many names are being looked up")
    looked_up: Future[list[str]] = Future()
    threading.Thread(target=_look_up, args=(host, port, looked_up), name="resolver", daemon=True).start()
    try:
        return looked_up.result(seconds)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"the name {host} was not found in {seconds:.0f} s") from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} was not found: {error}") from error


def _look_up(host: str, port: int, looked_up: "Future[list[str]]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        looked_up.set_result(list(dict.fromkeys(str(socket_address[0]) for *_, socket_address in found)))
    except (OSError, UnicodeError) as error:
        looked_up.set_exception(error)
    finally:
        _LOOKUPS.release()


class PublicBackend(httpcore.NetworkBackend):
    """Opens the sockets of one request; every wait ends at `deadline`, in seconds of the monotonic clock."""

    def __init__(self, allow: frozenset[str], deadline: float) -> None:
        self.deadline = deadline
        self._allow = allow
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the host's first address that answers; raises SourceError if any of them is not public."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("no address")
        for address in self._addresses(host, port, timeout):
            try:
                left = self.left(timeout, httpcore.ConnectTimeout)
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self)
        raise failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Refuse: a feed must not name a local socket."""
        raise SourceError(f"{path}: is a local socket, not an address on the internet")

    def left(self, timeout: float | None, error: type[Exception]) -> float:
        """Return the seconds that one wait may take; raises `error` if the deadline has passed."""
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise error("the time limit for the whole request has passed")
        return remaining if timeout is None else min(timeout, remaining)

    def _addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        addresses = addresses_of(host, port, self.left(timeout, httpcore.ConnectTimeout))
        if not is_allowed(host, port, self._allow) and not all(map(is_public, addresses)):
            raise SourceError(
                f"{host}: is not on the public internet, so no request was sent; allow it with --allow-host {host}"
            )
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A stream whose waits end at the deadline, so that a slow server cannot keep the connection open."""

    def __init__(self, stream: httpcore.NetworkStream, backend: PublicBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._backend.left(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._backend)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
