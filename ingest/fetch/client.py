"""The only outgoing HTTP but for the language model's: feeds, captions and recordings, within bounds."""

import contextlib
import importlib.metadata
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from ingest.errors import SourceError, TransientError
from ingest.fetch.partial_download import PartialDownload, continues, kept_to_resume, validator, whole_size
from ingest.fetch.response_body import blocks
from ingest.fetch.retry import PASSING, FetchLimits, retry, retry_after_seconds, status_message
from ingest.fetch.transport import PublicTransport
from ingest.storage.files import sha256_of, sync_folder
from ingest.text.urls import printable, shown_address

__all__ = [
    "DOWNLOAD_LIMITS",
    "FEED_LIMITS",
    "Downloaded",
    "FetchLimits",
    "Fetched",
    "download",
    "fetch",
    "is_unchanged",
    "led_to",
    "open_client",
]

_MOST_REDIRECTS = 5
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_FOR_GOOD = frozenset({301, 308})
# Bytes of a document up to which it is gathered in memory; most feeds are smaller.
_MOST_IN_MEMORY = 2**22
FEED_LIMITS = FetchLimits()
# An hour of talk at 128 kbit/s takes two hours at 8 kB/s.
DOWNLOAD_LIMITS = FetchLimits(size=2**30, seconds=4 * 3600.0, rate=4_096.0, attempts=6)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sent: the decoded body, its final URL, and the validators for the next conditional request.

    The URL holds the name and password that were sent there. `moved` says that every redirect on the way was for good,
    so that the final URL is the one to ask from now on.
    """

    data: bytes
    url: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    not_modified: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The SHA-256 of a file that was received, and the validators for the next conditional request."""

    sha256: str
    etag: str | None = None
    last_modified: str | None = None


def open_client(allow: frozenset[str] = frozenset()) -> httpx.Client:
    """Return a client that asks public web servers only, and the hosts in `allow` ("host" or "host:port"); close it.

    Proxies and passwords of the environment are not used: an address behind a proxy could not be checked.
    """
    agent = f"gds-playback/{_version()} (podcast knowledge base; one request at a time)"
    transport = PublicTransport(frozenset(host.lower() for host in allow))
    return httpx.Client(transport=transport, headers={"User-Agent": agent}, timeout=_TIMEOUT, trust_env=False)


def fetch(
    url: str,
    *,
    client: httpx.Client | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    limits: FetchLimits = FEED_LIMITS,
) -> Fetched:
    """Get a document; with validators an unchanged one comes as `not_modified`.

    Redirects are followed, failures that may pass are tried again. Raises SourceError, one line with the address.
    """
    headers = {"Accept-Encoding": "gzip", **_conditions(etag, last_modified)}
    with contextlib.ExitStack() as stack:
        http = client or stack.enter_context(open_client())
        name, deadline = shown_address(url), time.monotonic() + limits.seconds
        return retry(lambda: _fetched(http, url, headers, limits, deadline), name, limits, deadline)


def download(
    url: str,
    target: Path,
    *,
    client: httpx.Client | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    limits: FetchLimits = DOWNLOAD_LIMITS,
    check: Callable[[Path], object] | None = None,
) -> Downloaded:
    """Get a file, whole or not at all.

    What a broken connection left lies beside `target` in a hidden file, and the next call goes on from there if the
    server's file is still the same; of any other failure nothing is left, nor of a file for which `check` raises
    SourceError. `progress` is told the bytes there and the bytes in all (None if unknown). Raises SourceError.
    """
    with contextlib.ExitStack() as stack:
        http = client or stack.enter_context(open_client())
        deadline = time.monotonic() + limits.seconds
        part = PartialDownload(url, target.with_name(f".{target.name}.part"), limits.size, progress)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with kept_to_resume(part):
                headers = retry(lambda: _received(http, part, limits, deadline), shown_address(url), limits, deadline)
                if check is not None:
                    check(part.path)
            digest = sha256_of(part.path)
            part.path.replace(target)
            part.note.unlink(missing_ok=True)
            sync_folder(target.parent)
        except OSError as error:
            raise SourceError(f"{target}: cannot be written: {error.strerror or error}") from error
        return Downloaded(digest, headers.get("ETag"), headers.get("Last-Modified"))


def is_unchanged(url: str, known: Downloaded, client: httpx.Client) -> bool:
    """Say whether a server's file is the one that was received, by a conditional request whose body is not read.

    False also where the server cannot tell. Raises SourceError as `fetch` does.
    """
    headers = {"Accept-Encoding": "identity", **_conditions(known.etag, known.last_modified)}
    if not _is_conditional(headers):
        return False

    def asked() -> bool:
        with _answer(client, url, headers, deadline) as (response, _):
            return response.status_code == 304

    deadline = time.monotonic() + FEED_LIMITS.seconds
    return retry(asked, shown_address(url), FEED_LIMITS, deadline)


def _fetched(http: httpx.Client, url: str, headers: dict[str, str], limits: FetchLimits, deadline: float) -> Fetched:
    with _answer(http, url, headers, deadline) as (response, final):
        if response.status_code == 304 and _is_conditional(headers):
            data = b""
        elif response.is_success and response.status_code != 206:
            data = _gathered(_blocks(response, shown_address(url), limits.size, limits, deadline))
        else:
            raise SourceError(f"{shown_address(url)}: {status_message(response.status_code)}")
        names = ("ETag", "Last-Modified", "Content-Type")
        etag, modified, kind = (response.headers.get(name) for name in names)
        moved = bool(response.history) and all(other.status_code in _FOR_GOOD for other in response.history)
        return Fetched(data, str(final), etag, modified, kind, response.status_code == 304, moved)


@contextlib.contextmanager
def _answer(
    http: httpx.Client, url: str, headers: dict[str, str], deadline: float
) -> Iterator[tuple[httpx.Response, httpx.URL]]:
    """Yield the response behind all redirects, its body not yet read, and the address that it came from.

    What httpx raises, here or in the reader of the body, becomes SourceError or TransientError, without a password.
    """
    try:
        address, history = _web_address(url), list[httpx.Response]()
        for _ in range(_MOST_REDIRECTS + 1):
            # The client logs the address it is given, so the password goes beside it.
            bare = address.copy_with(userinfo=b"")
            auth = httpx.BasicAuth(address.username, address.password) if address.userinfo else None
            request = http.build_request("GET", bare, headers=headers, extensions={"deadline": deadline})
            response = http.send(request, auth=auth, stream=True, follow_redirects=False)
            with contextlib.closing(response):
                if response.has_redirect_location:
                    address = _redirected(address, response.headers["Location"])
                    history.append(response)
                    continue
                response.history = history
                if response.status_code in PASSING:
                    raise TransientError(
                        status_message(response.status_code), retry_after_seconds(response.headers.get("Retry-After"))
                    )
                yield response, address
                return
        raise SourceError(
            f"{shown_address(url)}: redirects more than {_MOST_REDIRECTS} times; give the address it ends at"
        )
    except httpx.TimeoutException as error:
        raise TransientError(f"did not answer in time ({printable(str(error))})") from error
    except httpx.TransportError as error:
        raise TransientError(f"cannot be reached ({printable(str(error))})") from error
    except httpx.InvalidURL as error:
        raise SourceError(f"{shown_address(url)}: is no valid address; check it, its name and password too") from error


def _received(http: httpx.Client, part: PartialDownload, limits: FetchLimits, deadline: float) -> httpx.Headers:
    """Receive what is missing of a part and return the headers; whatever is there stays for the next try."""
    name, before = shown_address(part.url), part.resumable()
    there = before.there if before else 0
    headers = {"Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={there}-", "If-Range": before.validator} if before else {}
    with _answer(http, part.url, headers, deadline) as (response, _):
        whole = whole_size(response.headers)
        if response.status_code == 416 and before and whole == there == before.whole:
            return response.headers
        if response.status_code == 416 or (response.status_code == 206 and not continues(response.headers, before)):
            part.forget()
            raise TransientError("cannot go on with what was received")
        if not response.is_success:
            raise SourceError(f"{name}: {status_message(response.status_code)}")
        if response.status_code != 206:
            there = 0
            part.remember(validator(response.headers), whole)
        if whole is not None and whole > part.limit:
            raise SourceError(f"{name}: is larger than {part.limit:,} bytes; it was not fetched")
        received = _blocks(response, name, part.limit - there, limits, deadline)
        size = part.append(received, there, whole)
    if there and size == there:
        part.forget()  # or an empty part would be asked for again and again
    if whole is not None and size != whole:
        raise TransientError(f"ended after {size:,} of {whole:,} bytes")
    if not size:
        raise SourceError(f"{name}: is empty; check the address")
    return response.headers


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    found = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in found.items() if value}


def _is_conditional(headers: dict[str, str]) -> bool:
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def _blocks(response: httpx.Response, name: str, limit: int, limits: FetchLimits, deadline: float) -> Iterator[bytes]:
    assert isinstance(response.stream, httpx.SyncByteStream)
    return blocks(response.stream, response.headers, name, limit, limits, deadline)


def _gathered(received: Iterator[bytes]) -> bytes:
    # Joined in memory, the blocks and the whole would be there at once, or a buffer that grows and its copy.
    try:
        with tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY) as file:
            for block in received:
                file.write(block)
            file.seek(0)
            return file.read()
    except OSError as error:
        raise SourceError(f"what was sent cannot be held: {error.strerror}; make room for temporary files") from error


def _web_address(url: str) -> httpx.URL:
    address = httpx.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise SourceError(f"{shown_address(url)}: is no http or https address; check it")
    return address


def led_to(address: str, location: str) -> str:
    """Return where a feed leads that says it moved; a name and password go on within their origin and to no other.

    Raises SourceError if that is no web address.
    """
    try:
        return str(_redirected(httpx.URL(address), location))
    except httpx.InvalidURL as error:
        raise SourceError(f"{shown_address(location)}: is no valid address; check it") from error


def _redirected(address: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads; a name and password go on within their origin and never to another one."""
    target = _web_address(str(address.join(location)))
    # httpx leaves out a port that is the usual one, so equal origins have equal parts.
    same = (target.scheme, target.host, target.port) == (address.scheme, address.host, address.port)
    return target.copy_with(userinfo=address.userinfo) if same and not target.userinfo else target


def _version() -> str:
    try:
        return importlib.metadata.version("gds-playback")
    except importlib.metadata.PackageNotFoundError:
        return "0"
