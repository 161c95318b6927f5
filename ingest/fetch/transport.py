"""A transport for httpx that connects only to addresses checked by `ingest.fetch.public_addresses`."""

import contextlib
import ssl
import time
from collections.abc import Iterator

import httpcore
import httpx

from ingest.fetch.public_addresses import PublicBackend, check_host
from ingest.fetch.retry import FetchLimits

# A server must send its headers within this many seconds.
_HEAD_SECONDS = 60.0
# Seconds that a request without a deadline may take.
_USUAL = FetchLimits().seconds


class PublicTransport(httpx.BaseTransport):
    """Opens one connection per request, through a backend that checks the address and enforces the deadline."""

    def __init__(self, allow: frozenset[str]) -> None:
        self._allow = allow
        self._tls: ssl.SSLContext | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request within the deadline in its extensions; raises SourceError for a non-public address."""
        url = request.url
        port = {"http": 80, "https": 443}[url.scheme] if url.port is None else url.port
        check_host(url.host, port, self._allow)
        if url.scheme == "https" and self._tls is None:
            self._tls = httpx.create_ssl_context()
        deadline = request.extensions.get("deadline", time.monotonic() + _USUAL)
        backend = PublicBackend(self._allow, min(deadline, time.monotonic() + _HEAD_SECONDS))
        pool = httpcore.ConnectionPool(ssl_context=self._tls, max_connections=1, network_backend=backend)
        try:
            with _as_httpx():
                response = pool.handle_request(
                    httpcore.Request(
                        request.method,
                        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                        headers=request.headers.raw,
                        content=request.stream,
                        extensions={"timeout": request.extensions.get("timeout", {})},
                    )
                )
        except BaseException:
            pool.close()
            raise
        backend.deadline = deadline
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response, pool))


class _Body(httpx.SyncByteStream):
    """A response body that closes the connection when it is closed."""

    def __init__(self, response: httpcore.Response, pool: httpcore.ConnectionPool) -> None:
        self._response = response
        self._pool = pool

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
        self._pool.close()


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.TimeoutException(str(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.TransportError(str(error)) from error
