"""The only outgoing HTTP but for the language model's: feeds, captions and recordings, within bounds."""

import contextlib
import importlib.metadata
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpcore
import httpx

from ingest.connect import PublicBackend, check_host
from ingest.errors import SourceError
from ingest.library import sha256_of, sync_folder
from ingest.part import Part
from ingest.retry import FetchLimits, PassingError, asked_wait, tried

__all__ = ["DOWNLOAD_LIMITS", "FEED_LIMITS", "FetchLimits", "Fetched", "download", "fetch", "open_client"]

_MOST_REDIRECTS = 5
# Seconds until a server has sent its headers.
_HEAD_SECONDS = 60.0
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_FOR_GOOD = frozenset({301, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_ADVICE = {
    401: "asks for a password; put it into the address (https://name:password@…)",
    403: "refuses us; check that the address is public",
    404: "is not there; check the address",
    410: "is gone for good; look for the show's new address",
}
FEED_LIMITS = FetchLimits()
# An hour of talk at 128 kbit/s takes two hours at 8 kB/s.
DOWNLOAD_LIMITS = FetchLimits(seconds=4 * 3600.0, rate=4_096.0, attempts=6)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sent: the decoded body, its final URL, and the validators for the next conditional request.

    `moved` says that every redirect on the way was for good, so that the final URL is the one to ask from now on.
    """

    data: bytes
    url: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    not_modified: bool = False
    moved: bool = False


def open_client(allow: frozenset[str] = frozenset()) -> httpx.Client:
    """Return a client that asks public web servers only, and the hosts in `allow` ("host" or "host:port"); close it.

    Proxies and passwords of the environment are not used: an address behind a proxy could not be checked.
    """
    agent = f"gds-playback/{_version()} (podcast knowledge base; one request at a time)"
    transport = _PublicTransport(frozenset(host.lower() for host in allow))
    return httpx.Client(transport=transport, headers={"User-Agent": agent}, timeout=_TIMEOUT, trust_env=False)


def fetch(
    url: str,
    *,
    client: httpx.Client | None = None,
    limit: int = 50 * 2**20,
    etag: str | None = None,
    last_modified: str | None = None,
    limits: FetchLimits = FEED_LIMITS,
) -> Fetched:
    """Get a document of at most `limit` bytes (decoded); with validators an unchanged one comes as `not_modified`.

    Redirects are followed, failures that may pass are tried again. Raises SourceError, one line with the address.
    """
    headers = {"Accept-Encoding": "gzip"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}
    with contextlib.ExitStack() as stack:
        http = client or stack.enter_context(open_client())
        deadline = time.monotonic() + limits.seconds
        return tried(lambda: _fetched(http, url, headers, limit, (limits, deadline)), _shown(url), limits, deadline)


def download(
    url: str,
    target: Path,
    *,
    client: httpx.Client | None = None,
    limit: int = 2**30,
    progress: Callable[[int, int | None], None] | None = None,
    limits: FetchLimits = DOWNLOAD_LIMITS,
) -> str:
    """Get a file of at most `limit` bytes, whole or not at all, and return its SHA-256 as hexadecimal digits.

    What was received lies beside `target` in a hidden file, and the next call goes on from there if the server's file
    is still the same. `progress` is told the bytes there and the bytes in all (None if unknown). Raises SourceError.
    """
    with contextlib.ExitStack() as stack:
        http = client or stack.enter_context(open_client())
        deadline = time.monotonic() + limits.seconds
        part = Part(url, target.with_name(f".{target.name}.part"), limit, progress)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            tried(lambda: _received(http, part, limits, deadline), _shown(url), limits, deadline)
            digest = sha256_of(part.path)
            part.path.replace(target)
            part.note.unlink(missing_ok=True)
            sync_folder(target.parent)
        except OSError as error:
            raise SourceError(f"{target}: cannot be written: {error.strerror or error}") from error
        return digest


class _PublicTransport(httpx.BaseTransport):
    """One connection for each request, made by a backend that checks the address and keeps to the deadline."""

    def __init__(self, allow: frozenset[str]) -> None:
        self._allow = allow
        self._tls: ssl.SSLContext | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        check_host(url.host, url.port or {"http": 80, "https": 443}[url.scheme], self._allow)
        if url.scheme == "https" and self._tls is None:
            self._tls = httpx.create_ssl_context()
        deadline = request.extensions.get("deadline", time.monotonic() + FEED_LIMITS.seconds)
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
    """The body of a response, whose end closes the connection."""

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


def _fetched(
    http: httpx.Client, url: str, headers: dict[str, str], limit: int, bounds: tuple[FetchLimits, float]
) -> Fetched:
    with _answer(http, url, headers, bounds[1]) as response:
        conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
        if response.status_code == 304 and conditional:
            data = b""
        elif response.is_success and response.status_code != 206:
            data = b"".join(_blocks(response, limit, *bounds))
        else:
            raise SourceError(f"{_shown(url)}: {_refusal(response.status_code)}")
        names = ("ETag", "Last-Modified", "Content-Type")
        etag, modified, kind = (response.headers.get(name) for name in names)
        moved = bool(response.history) and all(other.status_code in _FOR_GOOD for other in response.history)
        return Fetched(data, str(response.url), etag, modified, kind, response.status_code == 304, moved)


@contextlib.contextmanager
def _answer(http: httpx.Client, url: str, headers: dict[str, str], deadline: float) -> Iterator[httpx.Response]:
    """Yield the response behind all redirects, its body not yet read.

    What httpx raises, here or in the reader of the body, becomes SourceError or PassingError.
    """
    try:
        address, history = _web_address(url), list[httpx.Response]()
        for _ in range(_MOST_REDIRECTS + 1):
            request = http.build_request("GET", address, headers=headers, extensions={"deadline": deadline})
            response = http.send(request, stream=True, follow_redirects=False)
            with contextlib.closing(response):
                if response.has_redirect_location:
                    address = _web_address(str(address.join(response.headers["Location"])))
                    history.append(response)
                    continue
                response.history = history
                if response.status_code in _PASSING:
                    raise PassingError(_refusal(response.status_code), asked_wait(response.headers.get("Retry-After")))
                yield response
                return
        raise SourceError(f"{_shown(url)}: redirects more than {_MOST_REDIRECTS} times; give the address it ends at")
    except httpx.TimeoutException as error:
        raise PassingError(f"did not answer in time ({error})") from error
    except httpx.TransportError as error:
        raise PassingError(f"cannot be reached ({error})") from error
    except httpx.DecodingError as error:
        raise SourceError(f"{_shown(url)}: its compressed data are damaged ({error}); try again later") from error
    except httpx.InvalidURL as error:
        raise SourceError(f"{_shown(url)}: is no valid address ({error}); check it") from error


def _blocks(response: httpx.Response, limit: int, limits: FetchLimits, deadline: float) -> Iterator[bytes]:
    """Yield the decoded body block by block, lazily, within the bounds on bytes, time and rate.

    A block of gzip grows at most a thousandfold, to some 64 MB; more than one layer of it is refused.
    """
    shown = _shown(str(response.url))
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", "gzip", ""):
        raise SourceError(f"{shown}: comes in an encoding that was not asked for; report it to the publisher")
    too_large = SourceError(f"{shown}: is larger than {limit:,} bytes; it was not fetched")
    if int(_digits(response.headers.get("Content-Length")) or 0) > limit:
        raise too_large
    received, since, in_window = 0, time.monotonic(), 0
    for block in response.iter_bytes():
        received, in_window, now = received + len(block), in_window + len(block), time.monotonic()
        if received > limit:
            raise too_large
        if now > deadline:
            raise SourceError(f"{shown}: took too long; try again when the connection is better")
        if now - since >= limits.window:
            if in_window < limits.rate * (now - since):
                raise PassingError(f"sends less than {limits.rate:.0f} bytes per second")
            since, in_window = now, 0
        yield block


def _received(http: httpx.Client, part: Part, limits: FetchLimits, deadline: float) -> None:
    """Receive what is missing of a part; whatever is there stays for the next try."""
    there, validator = part.resumable()
    headers = {"Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={there}-", "If-Range": validator} if validator else {}
    with _answer(http, part.url, headers, deadline) as response:
        whole = _whole_size(response)
        if response.status_code == 416 and there and whole == there:
            return
        if response.status_code == 416 or (response.status_code == 206 and _first_byte(response) != there):
            part.note.unlink(missing_ok=True)
            raise PassingError("cannot go on with what was received")
        if not response.is_success:
            raise SourceError(f"{_shown(part.url)}: {_refusal(response.status_code)}")
        if response.status_code != 206:
            there = 0
            part.remember(_validator(response))
        if whole is not None and whole > part.limit:
            raise SourceError(f"{_shown(part.url)}: is larger than {part.limit:,} bytes; it was not downloaded")
        with part.path.open("ab" if there else "wb") as file:
            for block in _blocks(response, part.limit - there, limits, deadline):
                file.write(block)
                if part.progress is not None:
                    part.progress(file.tell(), whole)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
    if whole is not None and size != whole:
        raise PassingError(f"ended after {size:,} of {whole:,} bytes")
    if not size:
        raise SourceError(f"{_shown(part.url)}: is empty; check the address")


def _web_address(url: str) -> httpx.URL:
    address = httpx.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise SourceError(f"{_shown(url)}: is no http or https address; check it")
    return address


def _refusal(status: int) -> str:
    advice = _ADVICE.get(status, "failed; try again later" if status >= 500 else "was refused; check the address")
    return f"{advice.partition(';')[0]} (status {status}){advice[len(advice.partition(';')[0]) :]}"


def _validator(response: httpx.Response) -> str | None:
    """What If-Range may name: a strong ETag, else the date; none where the body is encoded on its way."""
    if "Content-Encoding" in response.headers or response.headers.get("Accept-Ranges", "").lower() == "none":
        return None
    etag: str | None = response.headers.get("ETag")
    modified: str | None = response.headers.get("Last-Modified")
    return etag if etag and etag.startswith('"') else modified


def _whole_size(response: httpx.Response) -> int | None:
    """The bytes of the whole file, of which the response may be a part; None if the server does not say."""
    if "Content-Range" in response.headers:
        return _digits(response.headers["Content-Range"].rpartition("/")[2])
    encoded = "Content-Encoding" in response.headers or not response.is_success
    return None if encoded else _digits(response.headers.get("Content-Length"))


def _first_byte(response: httpx.Response) -> int | None:
    found = re.match(r"bytes (\d{1,15})-", response.headers.get("Content-Range", ""))
    return int(found.group(1)) if found else None


def _digits(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,15}", text.strip()) else None


def _shown(url: str) -> str:
    """An address for messages: without password, and without the query, where tokens stand."""
    bare = re.sub(r"(?<=://)[^/@]*@", "", url.partition("#")[0])
    path, query, _ = bare.partition("?")
    return "".join(letter for letter in f"{path}{query and '?…'}" if letter.isprintable())[:300]


def _version() -> str:
    try:
        return importlib.metadata.version("gds-playback")
    except importlib.metadata.PackageNotFoundError:
        return "0"
