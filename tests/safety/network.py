"""A network for tests: every name leads to this machine, every connection to a canary that counts."""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

PUBLIC = "8.8.8.8"


@dataclass
class Network:
    """What was looked up and connected to; `names` says what a name resolves to, one answer after the other."""

    port: int
    names: dict[str, list[str]] = field(default_factory=dict)
    allowed: set[tuple[str, int]] = field(default_factory=set)
    lookups: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    contacts: list[bytes] = field(default_factory=list)

    def resolve(self, host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        """Addresses as the system reads them, in any spelling; names of `names`, else this machine."""
        self.lookups.append(host)
        try:
            return _getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            answers = self.names.get(host, ["127.0.0.1"])
            address = answers.pop(0) if len(answers) > 1 else answers[0]
            family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (address, port))]


_getaddrinfo = socket.getaddrinfo
_connect = socket.socket.connect


@contextlib.contextmanager
def canary_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Serve the canary, and lead every connection of this process to it but those to `allowed`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        network = Network(listener.getsockname()[1])
        threading.Thread(target=_listen, args=(listener, network), daemon=True).start()

        def connect(self: socket.socket, address: Any) -> None:
            if address[:2] in network.allowed:
                return _connect(self, address)
            network.dialled.append(address[:2])
            if self.family == socket.AF_INET6:
                raise ConnectionRefusedError("the canary speaks IPv4; what was dialled counts all the same")
            return _connect(self, ("127.0.0.1", network.port))

        monkeypatch.setattr(socket, "getaddrinfo", network.resolve)
        monkeypatch.setattr(socket.socket, "connect", connect)
        yield network
        listener.shutdown(socket.SHUT_RDWR)


def _listen(listener: socket.socket, network: Network) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.settimeout(2)
                network.contacts.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret")
