"""A web server on raw sockets that lies in over sixty ways, each with what Playback says of it."""

import contextlib
import gzip
import itertools
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# What the server has; it begins as an MP3 does and is not empty, round or alike anywhere.
RECORDING = b"ID3" + bytes((place * 7 + place // 251) % 256 for place in range(50_000))
_ETAG = 'ETag: "one"'


@dataclass
class Asked:
    """A connection with a request: its headers, how many came before it from this client, and the server's port."""

    connection: socket.socket
    path: str
    headers: dict[str, str]
    nth: int
    port: int

    @property
    def first(self) -> int | None:
        """The first byte of the range that is asked for."""
        wanted = self.headers.get("range", "")
        return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else None

    def send(self, *lines: str, body: bytes = b"") -> None:
        """A head of these lines, with what stands behind it."""
        self.connection.sendall("\r\n".join((*lines, "", "")).encode("latin-1") + body)


Lie = Callable[[Asked], None]
MINUTE = 60.0


class Kept(Exception):
    """A client was still there after a minute of a reply without end; not handled, so that the test fails."""


def _until_left() -> Iterator[None]:
    """Go on until the client leaves, which ends the reply that goes on."""
    until = time.monotonic() + MINUTE
    while time.monotonic() < until:
        yield
    raise Kept


@dataclass
class Server:
    """Where the server is, and what it does with each request."""

    port: int
    lie: Lie
    requests: list[Asked] = field(default_factory=list)


def _head(*lines: str, status: str = "200 OK") -> tuple[str, ...]:
    return (f"HTTP/1.1 {status}", *lines)


def says(*lines: str, status: str = "200 OK", body: bytes = b"") -> Lie:
    """A reply that is the same whatever is asked."""
    return lambda asked: asked.send(*_head(*lines, status=status), body=body)


def whole(*lines: str, body: bytes = RECORDING) -> Lie:
    """A reply whose lines alone are malformed."""
    return says(f"Content-Length: {len(body)}", *lines, body=body)


def endless(*lines: str, piece: bytes = b"x" * 65_536, pause: float = 0.0) -> Lie:
    """A head, and then the same piece until the client leaves."""

    def lie(asked: Asked) -> None:
        asked.send(*_head(*lines))
        for _ in _until_left():
            asked.connection.sendall(piece)
            time.sleep(pause)

    return lie


def raw(start: bytes, piece: bytes = b"", pause: float = 0.0) -> Lie:
    """Bytes that need not be HTTP; with a piece they go on until the client leaves."""

    def lie(asked: Asked) -> None:
        asked.connection.sendall(start)
        for _ in _until_left() if piece else ():
            asked.connection.sendall(piece)
            time.sleep(pause)

    return lie


def silent(start: bytes = b"") -> Lie:
    """Bytes, and then nothing while the client waits."""

    def lie(asked: Asked) -> None:
        asked.connection.sendall(start)
        try:
            asked.connection.recv(1)
        except TimeoutError:
            raise Kept from None

    return lie


def resets(start: bytes) -> Lie:
    """Bytes, and then the connection is torn down."""

    def lie(asked: Asked) -> None:
        asked.connection.sendall(start)
        time.sleep(0.02)
        asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return lie


def begun_then(then: Lie, *lines: str) -> Lie:
    """The first answer breaks off after 20,000 bytes of the recording; `then` answers every further request."""
    first = says(f"Content-Length: {len(RECORDING)}", *(lines or (_ETAG,)), body=RECORDING[:20_000])
    return lambda asked: first(asked) if asked.nth == 0 else then(asked)


def part(
    *lines: str, shift: int = 0, total: str | None = None, most: int | None = None, body: bytes = RECORDING
) -> Lie:
    """A partial response, wrong by `shift` bytes, with another size of the whole or only `most` bytes."""

    def lie(asked: Asked) -> None:
        if asked.first is None:
            return whole(_ETAG)(asked)
        start = asked.first + shift
        sent = body[start:][:most]
        said = f"Content-Range: bytes {start}-{start + len(sent) - 1}/{total or len(body)}"
        asked.send(*_head(said, f"Content-Length: {len(sent)}", *lines, status="206 Partial Content"), body=sent)

    return lie


def redirects(location: str, status: str = "302 Found") -> Lie:
    """A redirect; {port} and {nth} are the server's port and the number of the request."""

    def lie(asked: Asked) -> None:
        address = location.format(port=asked.port, nth=asked.nth + 1)
        asked.send(*_head(f"Location: {address}", "Content-Length: 0", status=status))

    return lie


def _gzip(data: bytes, level: int = 9) -> bytes:
    return gzip.compress(data, level, mtime=0)


_CHUNKED = "Transfer-Encoding: chunked"
_ZIPPED = "Content-Encoding: gzip"
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"  # of deflate: unpacks to nothing
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


def bomb(size: int) -> bytes:
    """Zeros in gzip that unpack to so many MiB; made without holding them."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join((*(packer.compress(bytes(2**20)) for _ in range(size)), packer.flush()))


_BOMB = bomb(30)
_LATER = "try again later"

# What a server does, and what is said of it by whoever downloads a recording of at most 200,000 bytes from it; None
# where the recording arrives all the same.
LIES: dict[str, tuple[Lie, str | None]] = {
    "nothing wrong": (whole(), None),
    "larger than announced to be allowed": (says("Content-Length: 999999999"), "is larger than 200,000 bytes"),
    "endless without a length": (endless(), "is larger than 200,000 bytes"),
    "endless in chunks": (endless(_CHUNKED, piece=b"1000\r\n" + b"x" * 4096 + b"\r\n"), "is larger than 200,000 bytes"),
    "endless in tiny chunks": (
        endless(_CHUNKED, piece=b"10\r\n%b\r\n" % bytes(16) * 99),
        "is larger than|took too long",
    ),
    "endless within its length": (endless("Content-Length: 60000"), None),
    "empty": (says("Content-Length: 0"), "is empty; check the address"),
    "one byte": (whole(body=b"I"), None),
    "shorter than its length": (says("Content-Length: 50003", body=RECORDING[:999]), f"cannot be reached .*{_LATER}"),
    "longer than its length": (says("Content-Length: 50003", body=RECORDING + b"more"), None),
    "a length of thirty digits": (says(f"Content-Length: {'9' * 30}", body=b"x"), f"cannot be reached .*{_LATER}"),
    "a length below nothing": (says("Content-Length: -1", body=b"x"), f"cannot be reached .*{_LATER}"),
    "a length that is no number": (says("Content-Length: many", body=b"x"), f"cannot be reached .*{_LATER}"),
    "two lengths": (says("Content-Length: 5", "Content-Length: 6", body=b"xxxxxx"), f"cannot be reached .*{_LATER}"),
    "a length and chunks": (
        says("Content-Length: 5", _CHUNKED, body=b"9\r\nxxxxxxxxx\r\n0\r\n\r\n"),
        "ended after 9 of 5",
    ),
    "a byte now and then": (endless("Content-Length: 9999", piece=b"x", pause=0.03), "sends less than|time"),
    "silence at once": (silent(), f"did not answer in time .*{_LATER}"),
    "silence after the head": (
        silent(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        f"did not answer in time .*{_LATER}",
    ),
    "silence in the body": (
        silent(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxxx"),
        f"did not answer in time .*{_LATER}",
    ),
    "a head that drips": (raw(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.03), f"did not answer in time .*{_LATER}"),
    "a head of endless lines": (raw(b"HTTP/1.1 200 OK\r\n", b"X-Flood: x\r\n" * 999), f"cannot be reached .*{_LATER}"),
    "a head of one endless line": (raw(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65_536), f"cannot be reached .*{_LATER}"),
    "endless heads to come": (raw(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "time|cannot be reached"),
    "a thousand cookies": (whole(*(f"Set-Cookie: c{n}={'x' * 50}" for n in range(1000))), None),
    "torn down at once": (resets(b""), f"cannot be reached .*{_LATER}"),
    "torn down in the head": (resets(b"HTTP/1.1 200 OK\r\nContent-"), f"cannot be reached .*{_LATER}"),
    "torn down in the body": (
        resets(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxxx"),
        f"cannot be reached .*{_LATER}",
    ),
    "closed at once": (raw(b""), f"cannot be reached .*{_LATER}"),
    "no HTTP": (raw(b"\x00\xff\x1b[2Jgarbage\r\n\r\n"), f"cannot be reached .*{_LATER}"),
    "a body without a head": (raw(RECORDING), f"cannot be reached .*{_LATER}"),
    "another version": (raw(b"HTTP/9.9 200 OK\r\nContent-Length: 1\r\n\r\nx"), None),
    "a status that is none": (says(status="banana"), f"cannot be reached .*{_LATER}"),
    "a status that is too high": (says(status="999 Odd"), "failed .status 999.; try again later"),
    "a status that steers terminals": (says(status="404 \x1b[2J\x07gone"), "404|cannot be reached"),
    "a name of a header that is none": (whole("Odd\x01Name: x"), f"cannot be reached .*{_LATER}"),
    "no content": (says(status="204 No Content"), "is empty"),
    "another protocol": (says("Upgrade: x", status="101 Switching Protocols"), "status 101|cannot be reached"),
    "not changed, unasked": (says(status="304 Not Modified"), "was refused .status 304."),
    "chunks of no size": (says(_CHUNKED, body=b"\r\nx\r\n"), f"cannot be reached .*{_LATER}"),
    "chunks of a size that is none": (says(_CHUNKED, body=b"ZZ\r\nx\r\n"), f"cannot be reached .*{_LATER}"),
    "chunks of a size below nothing": (says(_CHUNKED, body=b"-5\r\nx\r\n"), f"cannot be reached .*{_LATER}"),
    "a chunk of a size beyond all": (says(_CHUNKED, body=b"f" * 16 + b"\r\nx"), f"cannot be reached .*{_LATER}"),
    "a size of a chunk that never ends": (endless(_CHUNKED, piece=b"0" * 4096), f"cannot be reached .*{_LATER}"),
    "a chunk that is longer than its size": (
        says(_CHUNKED, body=b"1\r\nxxxx\r\n0\r\n\r\n"),
        f"cannot be reached .*{_LATER}",
    ),
    "chunks that break off": (says(_CHUNKED, body=b"5\r\nxxxxx\r\n"), f"cannot be reached .*{_LATER}"),
    "an endless trailer": (endless(_CHUNKED, piece=b"0\r\n" + b"X: y\r\n" * 9999), f"cannot be reached .*{_LATER}"),
    "a bomb": (whole(_ZIPPED, body=_BOMB), "is larger than 200,000 bytes"),
    "a bomb without a length": (says(_ZIPPED, body=_BOMB), "is larger than 200,000 bytes"),
    "a bomb of nothing": (endless(_ZIPPED, piece=_EMPTY_BLOCK * 9999), "compressed data are damaged"),
    "a bomb of empty blocks": (
        lambda asked: endless(_ZIPPED, piece=_EMPTY_BLOCK * 9999)(_then(asked, _GZIP_HEAD)),
        "is larger than 200,000 bytes",
    ),
    "zipped twice": (
        whole("Content-Encoding: gzip, gzip", body=_gzip(_BOMB)),
        "has an encoding that was not requested",
    ),
    "said to be zipped": (whole(_ZIPPED), "compressed data are damaged"),
    "zipped and cut off": (whole(_ZIPPED, body=_gzip(RECORDING)[:-20]), "ended in the middle of its compressed data"),
    "zipped with more behind it": (
        whole(_ZIPPED, body=_gzip(RECORDING) * 2),
        "has extra bytes after its compressed data",
    ),
    "zipped though not asked": (whole(_ZIPPED, body=_gzip(RECORDING)), None),
    "in Brotli": (whole("Content-Encoding: br"), "has an encoding that was not requested"),
    "deflated": (whole("Content-Encoding: deflate", body=zlib.compress(RECORDING)), "that was not requested"),
    "in an encoding of the server's own": (
        whole("Content-Encoding: x\x7f"),
        "that was not requested|cannot be reached",
    ),
    "a page as a recording": (
        whole("Content-Type: audio/mpeg", body=b"\n <!DOCTYPE html><title>Log in</title>"),
        "is a web page, not a recording",
    ),
    "a feed as a recording": (whole(body=b"\xef\xbb\xbf<?xml version='1.0'?><rss/>"), "is a web page, not a recording"),
    "a part, unasked": (
        says("Content-Range: bytes 5-9/10", "Content-Length: 5", status="206 P", body=b"xxxxx"),
        "cannot be resumed",
    ),
    "a part without its place": (says("Content-Length: 5", status="206 P", body=b"xxxxx"), "cannot be resumed"),
    "never the range that is asked for": (says(status="416 No"), "cannot be resumed"),
    "going on, honestly": (begun_then(part(_ETAG)), None),
    "going on at another place": (begun_then(part(_ETAG, shift=7)), None),
    "going on before the place": (begun_then(part(_ETAG, shift=-7)), None),
    "going on with the whole": (begun_then(whole(_ETAG)), None),
    "going on with another tag": (begun_then(part('ETag: "two"', body=RECORDING[::-1])), None),
    "going on with another size": (begun_then(part(body=RECORDING + b"more")), None),
    "going on with no size": (begun_then(part(_ETAG, total="*")), None),
    "going on bit by bit": (begun_then(part(_ETAG, most=20_000)), None),
    "going on with nothing": (begun_then(part(_ETAG, most=0)), None),
    "going on zipped": (begun_then(part(_ETAG, _ZIPPED)), None),
    "never going on": (begun_then(says(status="416 No")), "cannot be resumed"),
    "gone in the middle": (begun_then(says(status="404 Gone", body=b"x")), "was not found .status 404."),
    "a page in the middle": (begun_then(whole(body=b"<html>")), "is a web page, not a recording"),
    "too large in the middle": (begun_then(says("Content-Length: 9999999")), "is larger than 200,000 bytes"),
    "a redirect to itself": (redirects("/"), "redirects more than 5 times"),
    "redirects without end": (redirects("/{nth}"), "redirects more than 5 times"),
    "a redirect to a file": (redirects("file:///etc/passwd"), "is not an http or https address"),
    "a redirect to data": (redirects("data:audio/mpeg,x"), "is not a valid address"),
    "a redirect to a private address": (redirects("http://10.0.0.1/"), "is not on the public internet"),
    "a redirect to this machine": (redirects("http://[::1]:{port}/"), "--allow-host"),
    "a redirect to another port": (redirects("http://127.0.0.1:22/"), "--allow-host"),
    "a redirect to nowhere": (says(status="302 Found"), "was refused .status 302."),
    "a redirect to no address": (redirects("http://[::1"), f"cannot be reached .*{_LATER}"),
    "a redirect to control characters": (redirects("http://x\x1b[2J/"), "valid address|no http|cannot be reached"),
    "a redirect to a very long address": (
        redirects(f"http://10.0.0.1/{'x' * 70_000}"),
        "valid address|public|too long",
    ),
    "a redirect to a name of many letters": (redirects(f"http://{'x' * 300}.example/"), "address|cannot be reached"),
    "a password asked for": (says(status="401 No"), "asks for a password"),
    "forbidden": (says(status="403 No"), "refuses access"),
    "not there": (says(status="404 No", body=b"<html>" * 99), "was not found"),
    "not there, without end": (
        lambda asked: (asked.send(*_head(status="404 No")), endless()(asked))[0],
        "was not found",
    ),
    "gone": (says(status="410 Gone"), "has been removed permanently"),
    "too many": (says(status="429 Slow"), f"status 429.*{_LATER}"),
    "come back in a day": (says("Retry-After: 86400", status="429 Slow"), "try again in 86400 s"),
    "come back in an age": (says(f"Retry-After: {'9' * 40}", status="503 Busy"), "try again in 31536000 s"),
    "come back in the year 9999": (
        says("Retry-After: Fri, 31 Dec 9999 23:59:59 -2359", status="503 Busy"),
        "try again in 31536000 s",
    ),
    "come back before now": (says("Retry-After: -5", status="503 Busy"), f"status 503.*{_LATER}"),
    "come back at once, always": (says("Retry-After: 0", status="503 Busy"), f"status 503.*{_LATER}"),
    "come back at a time that is none": (says("Retry-After: soon\x7f", status="503 Busy"), "status 503|cannot be"),
    "broken": (says(status="500 Oops"), f"status 500.*{_LATER}"),
    "a gate that is broken": (says(status="502 Oops"), f"status 502.*{_LATER}"),
    "busy once": (lambda asked: (says(status="503 Busy") if asked.nth == 0 else whole())(asked), None),
}


def _then(asked: Asked, start: bytes) -> Asked:
    """The same connection, which sends these bytes as soon as a head was sent."""

    class Started:
        def __init__(self) -> None:
            self.heads = itertools.count()

        def sendall(self, data: bytes) -> None:
            asked.connection.sendall(data + start if next(self.heads) == 0 else data)

    return Asked(Started(), asked.path, asked.headers, asked.nth, asked.port)  # type: ignore[arg-type]


@contextlib.contextmanager
def lying(lie: Lie) -> Iterator[Server]:
    """Serve one lie on this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1], lie)
        threading.Thread(target=_listen, args=(listener, server), daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


def _listen(listener: socket.socket, server: Server) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, server), daemon=True).start()


def _answer(connection: socket.socket, server: Server) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(MINUTE)
        head = b""
        while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
            head += more
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path = first.split(" ")[1] if first.count(" ") > 1 else ""
        asked = Asked(connection, path, headers, len(server.requests), server.port)
        server.requests.append(asked)
        server.lie(asked)
