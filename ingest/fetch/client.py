"""Fetch feeds, captions and recordings over HTTP, with limits on size, time and rate."""

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
    "MOST_REDIRECTS",
    "Downloaded",
    "FetchLimits",
    "Fetched",
    "download",
    "fetch",
    "is_unchanged",
    "led_to",
    "open_client",
]

MOST_REDIRECTS = 5
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_FOR_GOOD = frozenset({301, 308})
# A document of up to this many bytes is held in memory, a larger one in a temporary file; most feeds are smaller.
_MOST_IN_MEMORY = 2**22
FEED_LIMITS = FetchLimits()
# An hour of talk at 128 kbit/s takes two hours to download at 8 kB/s.
DOWNLOAD_LIMITS = FetchLimits(size=2**30, seconds=4 * 3600.0, rate=4_096.0, attempts=6)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A server's response: the decoded body, its final URL, and the validators for the next conditional request.

    The URL includes the name and password that were sent. `moved` says that all redirects were permanent, so that the
    final URL is the one to request from now on. `redirect` says that the URL is where a redirect leads, not yet asked.
    """

    data: bytes
    url: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    not_modified: bool = False
    moved: bool = False
    redirect: bool = False


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The SHA-256 of a downloaded file, and the validators for the next conditional request."""

    sha256: str
    etag: str | None = None
    last_modified: str | None = None


def open_client(allow: frozenset[str] = frozenset()) -> httpx.Client:
    """Return a client for public web servers and the hosts in `allow` ("host" or "host:port"); the caller closes it.

    It ignores proxies and passwords from the environment: an address behind a proxy cannot be checked.
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
    follow: bool = True,
) -> Fetched:
    """Get a document; if validators are given and it has not changed, `not_modified` is set.

    Follows redirects, or with `follow` False returns the first one as `redirect`, and retries after transient errors.
    Raises SourceError, one line with the address.
    """
    headers = {"Accept-Encoding": "gzip", **_conditions(etag, last_modified)}
    with contextlib.ExitStack() as stack:
        http = client or stack.enter_context(open_client())
        name, deadline = shown_address(url), time.monotonic() + limits.seconds
        return retry(lambda: _fetched(http, url, headers, limits, deadline, follow), name, limits, deadline)


def download(
    url: str,
    target: Path,
    *,
    client: httpx.Client | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    limits: FetchLimits = DOWNLOAD_LIMITS,
    check: Callable[[Path], object] | None = None,
) -> Downloaded:
    """Download a file, whole or not at all; raises SourceError.

    After a broken connection the partial download stays beside `target` in a hidden file, and the next call resumes it
    if the server's file is unchanged. After any other failure, or if `check` raises SourceError, nothing is left.
    `progress` is called with the bytes received and the total bytes (None if unknown).
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
    """Return whether a server's file is unchanged, by a conditional request without reading the body.

    Returns False also if the server cannot tell. Raises SourceError as `fetch` does.
    """
    headers = {"Accept-Encoding": "identity", **_conditions(known.etag, known.last_modified)}
    if not _is_conditional(headers):
        return False

    def is_not_modified() -> bool:
        with _answer(client, url, headers, deadline) as (response, _):
            return response.status_code == 304

    deadline = time.monotonic() + FEED_LIMITS.seconds
    return retry(is_not_modified, shown_address(url), FEED_LIMITS, deadline)


def _fetched(
    http: httpx.Client, url: str, headers: dict[str, str], limits: FetchLimits, deadline: float, follow: bool
) -> Fetched:
    with _answer(http, url, headers, deadline, follow) as (response, final):
        if response.has_redirect_location:
            return Fetched(b"", str(_redirected(final, response.headers["Location"])), redirect=True)
        if response.status_code == 304 and _is_conditional(headers):
            data = b""
        elif response.is_success and response.status_code != 206:
            data = _gathered(_blocks(response, shown_address(url), limits.size, limits, deadline))
        else:
            raise SourceError(f"{shown_address(url)}: {status_message(response.status_code)}", response.status_code)
        names = ("ETag", "Last-Modified", "Content-Type")
        etag, modified, kind = (response.headers.get(name) for name in names)
        moved = bool(response.history) and all(other.status_code in _FOR_GOOD for other in response.history)
        return Fetched(data, str(final), etag, modified, kind, response.status_code == 304, moved)


@contextlib.contextmanager
def _answer(
    http: httpx.Client, url: str, headers: dict[str, str], deadline: float, follow: bool = True
) -> Iterator[tuple[httpx.Response, httpx.URL]]:
    """Follow redirects, unless `follow` is False, and yield the final response, its body not yet read, and its address.

    Turns errors of httpx, here and while the caller reads the body, into SourceError or TransientError. Their messages
    hold no password.
    """
    try:
        address, history = _web_address(url), list[httpx.Response]()
        for _ in range(MOST_REDIRECTS + 1):
            # httpx logs the request's address, so the password is passed separately.
            bare = address.copy_with(userinfo=b"")
            auth = httpx.BasicAuth(address.username, address.password) if address.userinfo else None
            request = http.build_request("GET", bare, headers=headers, extensions={"deadline": deadline})
            response = http.send(request, auth=auth, stream=True, follow_redirects=False)
            with contextlib.closing(response):
                if follow and response.has_redirect_location:
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
        raise SourceError(f"{shown_address(url)}: redirects more than {MOST_REDIRECTS} times; give the final address")
    except httpx.TimeoutException as error:
        raise TransientError(f"did not answer in time ({printable(str(error))})") from error
    except httpx.TransportError as error:
        raise TransientError(f"cannot be reached ({printable(str(error))})") from error
    except httpx.InvalidURL as error:
        raise SourceError(
            f"{shown_address(url)}: is not a valid address; check it, including its name and password"
        ) from error


def _received(http: httpx.Client, part: PartialDownload, limits: FetchLimits, deadline: float) -> httpx.Headers:
    """Receive the missing bytes of a partial download and return the headers; received bytes stay for a retry."""
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
            raise TransientError("the partial download cannot be resumed")
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
        part.forget()  # otherwise each retry would request the same empty range
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
    # Joining the blocks in memory would hold the document twice.
    try:
        with tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY) as file:
            for block in received:
                file.write(block)
            file.seek(0)
            return file.read()
    except OSError as error:
        raise SourceError(
            f"the response cannot be stored: {error.strerror}; free some space for temporary files"
        ) from error


def _web_address(url: str) -> httpx.URL:
    address = httpx.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise SourceError(f"{shown_address(url)}: is not an http or https address; check it")
    return address


def led_to(address: str, location: str) -> str:
    """Return the new address of a feed that says it has moved; name and password are kept only on the same origin.

    Raises SourceError if it is not a web address.
    """
    try:
        return str(_redirected(httpx.URL(address), location))
    except httpx.InvalidURL as error:
        raise SourceError(f"{shown_address(location)}: is not a valid address; check it") from error


def _redirected(address: httpx.URL, location: str) -> httpx.URL:
    """Return a redirect's target; name and password are kept only on the same origin."""
    target = _web_address(str(address.join(location)))
    # httpx drops the default port, so equal origins have equal parts.
    same = (target.scheme, target.host, target.port) == (address.scheme, address.host, address.port)
    return target.copy_with(userinfo=address.userinfo) if same and not target.userinfo else target


def _version() -> str:
    try:
        return importlib.metadata.version("gds-playback")
    except importlib.metadata.PackageNotFoundError:
        return "0"
