import gzip
import hashlib
import http.server
import itertools
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate

import httpcore
import httpx
import pytest

from ingest.errors import SourceError
from ingest.fetch.client import Downloaded, FetchLimits, download, fetch, is_unchanged, open_client
from ingest.fetch.public_addresses import is_public

URL = "https://pods.example/feed.xml"
QUICK = FetchLimits(seconds=60.0, backoff=0.0)
RECORDING = bytes(range(256)) * 4_000

Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


def mocked(*answers: httpx.Response | Exception) -> tuple[httpx.Client, list[httpx.Request]]:
    """A client whose server gives these answers in turn, the last again and again, and the requests that it got."""
    asked: list[httpx.Request] = []
    coming = itertools.chain(answers, itertools.repeat(answers[-1]))

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        reply = next(coming)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return httpx.Client(transport=httpx.MockTransport(answer)), asked


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], str]]:
    """Starts a server on this machine that answers GET with a function, and gives its address."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(answer: Handler) -> str:
        class Answers(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    answer(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Keep quiet."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def local() -> Iterator[httpx.Client]:
    with open_client(frozenset({"127.0.0.1"})) as client:
        yield client


def reply(request: http.server.BaseHTTPRequestHandler, status: int = 200, body: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def ranges(data: bytes, etag: str, stop: int | None = None) -> tuple[Handler, list[str | None]]:
    """A server of one file that understands ranges; it breaks off its first answer after `stop` bytes."""
    seen: list[str | None] = []

    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        wanted = request.headers["Range"] if request.headers["If-Range"] == etag else None
        seen.append(wanted)
        first = int(wanted[6:-1]) if wanted else 0
        request.send_response(206 if wanted else 200)
        request.send_header("ETag", etag)
        request.send_header("Content-Length", str(len(data) - first))
        if wanted:
            request.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        request.end_headers()
        request.wfile.write(data[first : stop if len(seen) == 1 else None])
        request.close_connection = True

    return answer, seen


def test_a_document_comes_with_its_validators():
    """The body, the final address and what the next conditional request needs."""
    headers = {"ETag": '"a1"', "Last-Modified": "Thu, 28 Oct 2021 09:00:00 GMT", "Content-Type": "application/rss+xml"}
    client, asked = mocked(
        httpx.Response(301, headers={"Location": "/new.xml"}), httpx.Response(200, headers=headers, content=b"x")
    )
    fetched = fetch(URL, client=client)
    assert (fetched.data, fetched.url) == (b"x", "https://pods.example/new.xml")
    assert (fetched.etag, fetched.last_modified, fetched.content_type) == tuple(headers.values())
    assert (fetched.not_modified, len(asked)) == (False, 2)


def test_an_unchanged_document_is_not_sent_again():
    """With validators the request is conditional, and 304 is an answer."""
    client, asked = mocked(httpx.Response(304))
    fetched = fetch(URL, client=client, etag='"a1"', last_modified="yesterday")
    assert (fetched.data, fetched.not_modified) == (b"", True)
    assert (asked[0].headers["If-None-Match"], asked[0].headers["If-Modified-Since"]) == ('"a1"', "yesterday")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (404, "was not found (status 404); check the address"),
        (410, "has been removed permanently (status 410); look for the show's new address"),
        (401, "asks for a password (status 401); put it into the address (https://name:password@…)"),
        (403, "refuses access (status 403); check that the address is public"),
        (418, "was refused (status 418); check the address"),
        (501, "failed (status 501); try again later"),
        (304, "was refused (status 304); check the address"),
        (206, "was refused (status 206); check the address"),
    ],
)
def test_a_refusal_is_one_line_and_final(status, says):
    """It names the address without password and query, the status, and what to do; nothing is tried again."""
    client, asked = mocked(httpx.Response(status))
    with pytest.raises(SourceError) as error:
        fetch("https://ada:secret@pods.example/feed.xml?token=secret", client=client)
    assert str(error.value) == f"https://pods.example/feed.xml?…: {says}"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "failure", [httpx.Response(503), httpx.Response(429), httpx.ConnectError("x"), httpx.ReadTimeout("x")]
)
def test_what_may_pass_is_tried_again(failure):
    """Busy servers and broken connections get another chance, and no more than a few."""
    client, asked = mocked(failure, failure, httpx.Response(200, content=b"x"))
    assert fetch(URL, client=client, limits=QUICK).data == b"x"
    assert len(asked) == 3
    client, asked = mocked(failure)
    with pytest.raises(SourceError, match=r"^https://pods\.example/feed\.xml: .*; try again later$"):
        fetch(URL, client=client, limits=QUICK)
    assert len(asked) == 4


@pytest.mark.parametrize("as_date", [False, True])
def test_a_server_says_when_to_come_back(as_date, monkeypatch):
    """Retry-After in seconds or as a date is kept to."""
    after = formatdate(time.time() + 7.5, usegmt=True) if as_date else "7"
    waits: list[float] = []
    monkeypatch.setattr("ingest.fetch.retry.time.sleep", waits.append)
    client, _ = mocked(httpx.Response(429, headers={"Retry-After": after}), httpx.Response(200, content=b"x"))
    fetch(URL, client=client)
    assert len(waits) == 1
    assert waits[0] == pytest.approx(7, abs=1)


def test_a_server_that_wants_us_back_tomorrow_is_left():
    """A long wait is not waited for but told."""
    client, asked = mocked(httpx.Response(503, headers={"Retry-After": "86400"}))
    with pytest.raises(SourceError, match="try again in 86400 s"):
        fetch(URL, client=client)
    assert len(asked) == 1


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://h.example/x", "/etc/passwd", "https://", "http://[::1", "x"]
)
def test_only_web_addresses_are_asked(url):
    """Anything but http and https is refused before anything is sent, as an address and as a redirect."""
    client, asked = mocked(httpx.Response(200))
    with pytest.raises(SourceError):
        fetch(url, client=client)
    assert asked == []


def test_a_redirect_may_not_leave_the_web():
    """A server cannot send us to a file."""
    client, asked = mocked(httpx.Response(302, headers={"Location": "file:///etc/passwd"}))
    with pytest.raises(SourceError, match="is not an http or https address"):
        fetch(URL, client=client)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("statuses", "moved"), [((301,), True), ((308, 301), True), ((302,), False), ((301, 307), False), ((), False)]
)
def test_a_feed_moved_if_every_redirect_is_for_good(statuses, moved):
    """One redirect that holds for today only, and the address of today is not the one to keep."""
    away = [httpx.Response(status, headers={"Location": f"/{status}"}) for status in statuses]
    client, _ = mocked(*away, httpx.Response(200, content=b"here"))
    fetched = fetch(URL, client=client)
    assert (fetched.data, fetched.moved) == (b"here", moved)
    assert fetched.url == (f"https://pods.example/{statuses[-1]}" if statuses else URL)


def test_redirects_end():
    """A circle of redirects ends after five."""
    client, asked = mocked(httpx.Response(302, headers={"Location": "/again"}))
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        fetch(URL, client=client)
    assert len(asked) == 6


def test_too_many_bytes_are_refused(serve, local):
    """A body over the limit is refused whether its length is announced or not."""
    for headers in ({}, {"Content-Length": "0"}):

        def answer(request, headers=headers):
            request.send_response(200)
            if not headers:
                request.send_header("Content-Length", "2000")
            request.end_headers()
            request.wfile.write(b"x" * 2000)

        with pytest.raises(SourceError, match="is larger than 1,000 bytes"):
            fetch(serve(answer), client=local, limits=FetchLimits(size=1000))


def test_a_gzip_bomb_is_refused(serve, local):
    """The limit counts decoded bytes."""
    bomb = gzip.compress(bytes(30 * 2**20))
    address = serve(lambda request: reply(request, body=bomb, Content_Encoding="gzip"))
    with pytest.raises(SourceError, match="is larger than 1,048,576 bytes"):
        fetch(address, client=local, limits=FetchLimits(size=2**20))


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_encodings_that_were_not_asked_for_are_refused(serve, local, encoding):
    """One layer of gzip is bounded, others are not."""
    address = serve(lambda request: reply(request, body=b"x", Content_Encoding=encoding))
    with pytest.raises(SourceError, match="has an encoding that was not requested"):
        fetch(address, client=local)


def test_damaged_gzip_is_one_line(serve, local):
    """Compressed data that are none give a clear error."""
    address = serve(lambda request: reply(request, body=b"not gzip", Content_Encoding="gzip"))
    with pytest.raises(SourceError, match="its compressed data are damaged"):
        fetch(address, client=local)


def test_gzip_is_decoded_and_the_agent_is_honest(serve, local):
    """A feed comes decoded; the server is told who asks."""
    agents: list[str] = []

    def answer(request):
        agents.append(request.headers["User-Agent"])
        reply(request, body=gzip.compress(b"<rss/>"), Content_Encoding="gzip")

    assert fetch(serve(answer), client=local).data == b"<rss/>"
    assert agents[0].startswith("gds-playback/")


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_server_that_drips_is_left(serve, local, where):
    """A byte now and then, in the headers or in the body, does not hold us longer than the whole request may take."""

    ended = []

    def answer(request):
        start = b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 1000\r\n\r\n" if where == "body" else b"X-Slow: ")
        request.wfile.write(start)
        for _ in range(900):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.05)
        ended.append(where)

    with pytest.raises(SourceError, match=r"time|too long"):
        fetch(serve(answer), client=local, limits=FetchLimits(seconds=0.5, backoff=0.0, attempts=2))
    assert ended == []


def test_a_server_below_the_least_rate_is_left(serve, local):
    """A body that comes too slowly is given up before its time is over."""

    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        for _ in range(1500):  # until the client leaves
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.02)

    limits = FetchLimits(seconds=30.0, rate=10_000.0, window=0.1, attempts=1)
    with pytest.raises(SourceError, match="sends less than 10000 bytes per second"):
        fetch(serve(answer), client=local, limits=limits)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "192.0.2.1",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "3fff::1",
    ],
)
def test_addresses_that_are_not_public(address):
    """Private, local, special and carried addresses are none of the public internet."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"])
def test_addresses_that_are_public(address):
    """A carried address is judged by what it carries."""
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0", "①②⑦.0.0.1"],
)
def test_every_spelling_of_a_private_address_is_refused(host):
    """However an address of this machine is written, no request is sent to it."""
    with pytest.raises(SourceError):
        fetch(f"http://{host}/feed.xml", limits=FetchLimits(seconds=2.0, attempts=1))


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "printer.local", "metadata.google.internal"]
)
def test_names_of_the_local_network_are_refused_unasked(host, monkeypatch):
    """They are refused before the name is looked up."""
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(SourceError, match="is not on the public internet"):
        fetch(f"http://{host}/")


def test_ports_of_other_services_are_refused(monkeypatch):
    """Only 80 and 443, unless the host was allowed."""
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(SourceError, match=r"port 22 is not a web port; allow it with --allow-host pods.example:22"):
        fetch("http://pods.example:22/")


def test_a_name_that_resolves_to_a_private_address_is_refused(monkeypatch):
    """One private address among several is enough."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(SourceError, match=r"pods\.example: is not on the public internet"):
        fetch("http://pods.example/")


def test_the_checked_address_is_the_one_connected_to(monkeypatch):
    """A name is looked up once; what it resolves to a moment later does not matter, and Host stays the name."""
    connected: list[str] = []
    lookups: list[str] = []
    sent: list[bytes] = []

    class Wire(httpcore.NetworkStream):
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"

        def write(self, buffer, timeout=None):
            sent.append(buffer)

        def read(self, max_bytes, timeout=None):
            answer, self.answer = self.answer, b""
            return answer

        def close(self):
            """Nothing is open."""

        def get_extra_info(self, info):
            return None

    def resolve(host, port, **kwargs):
        lookups.append(host)
        address = "8.8.8.8" if len(lookups) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(self, host, *args, **kwargs):
        connected.append(host)
        return Wire()

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    assert fetch("http://pods.example/feed").data == b"x"
    assert (connected, lookups) == (["8.8.8.8"], ["pods.example"])
    assert b"Host: pods.example\r\n" in b"".join(sent)


def test_tls_is_asked_for_by_name(monkeypatch):
    """The name, not the address, is what the certificate is checked against."""
    names: list[str | None] = []

    class Wire(httpcore.NetworkStream):
        def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            names.append(server_hostname)
            assert ssl_context.check_hostname
            raise httpcore.ConnectError("enough")

        def close(self):
            """Nothing is open."""

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *args, **kwargs: Wire())
    with pytest.raises(SourceError, match=r"cannot be reached \(enough\)"):
        fetch(URL, limits=FetchLimits(attempts=1))
    assert names == ["pods.example"]


def test_a_redirect_to_a_private_address_is_refused(serve):
    """An allowed server cannot send us on to one that is not."""
    other = serve(lambda request: reply(request, body=b"secret"))
    address = serve(lambda request: reply(request, 302, Location=other))
    with (
        open_client(frozenset({address.removeprefix("http://")})) as client,
        pytest.raises(SourceError, match="allow it with --allow-host"),
    ):
        fetch(address, client=client)


def test_a_download_arrives_whole(serve, local, tmp_path):
    """The file, its SHA-256, progress in bytes, and nothing else in the folder."""
    address = serve(lambda request: reply(request, body=RECORDING))
    steps: list[tuple[int, int | None]] = []
    target = tmp_path / "audio" / "audio.mp3"
    brought = download(address, target, client=local, progress=lambda done, whole: steps.append((done, whole)))
    assert (target.read_bytes() == RECORDING, brought.sha256) == (True, hashlib.sha256(RECORDING).hexdigest())
    assert steps[-1] == (len(RECORDING), len(RECORDING))
    assert [path.name for path in target.parent.iterdir()] == ["audio.mp3"]


def test_a_broken_download_goes_on_where_it_stopped(serve, local, tmp_path):
    """After a broken connection only what is missing is asked for."""
    answer, seen = ranges(RECORDING, '"v1"', stop=300_000)
    brought = download(serve(answer), tmp_path / "a.mp3", client=local, limits=QUICK)
    assert brought.sha256 == hashlib.sha256(RECORDING).hexdigest()
    assert seen == [None, "bytes=300000-"]


def test_a_later_run_goes_on_where_the_last_stopped(serve, local, tmp_path):
    """What was received outlives the process, and is hidden until it is whole."""
    target = tmp_path / "a.mp3"
    answer, seen = ranges(RECORDING, '"v1"', stop=300_000)
    address = serve(answer)
    with pytest.raises(SourceError):
        download(address, target, client=local, limits=FetchLimits(attempts=1))
    assert not target.exists() and not list(tmp_path.glob("a.*"))
    download(address, target, client=local)
    assert target.read_bytes() == RECORDING
    assert seen == [None, "bytes=300000-"]


def test_a_file_that_changed_meanwhile_is_received_anew(serve, local, tmp_path):
    """Two versions are never mixed."""
    target = tmp_path / "a.mp3"
    (tmp_path / ".a.mp3.part").write_bytes(b"old")
    old, _ = ranges(b"old" * 10, '"v0"', stop=5)
    new, seen = ranges(RECORDING, '"v1"')
    answers = iter([old, new])
    address = serve(lambda request: next(answers)(request))
    download(address, target, client=local, limits=QUICK)
    assert target.read_bytes() == RECORDING
    assert seen == [None]


def test_a_part_of_another_address_is_not_gone_on_from(serve, local, tmp_path):
    """A part belongs to the address it came from."""
    answer, _ = ranges(b"other" * 9, '"v1"', stop=9)
    with pytest.raises(SourceError):
        download(serve(answer), tmp_path / "a.mp3", client=local, limits=FetchLimits(attempts=1))
    answer, seen = ranges(RECORDING, '"v1"')
    download(serve(answer), tmp_path / "a.mp3", client=local)
    assert ((tmp_path / "a.mp3").read_bytes() == RECORDING, seen) == (True, [None])


def test_a_part_that_was_whole_is_taken(serve, local, tmp_path):
    """A run that died between the last byte and the name goes on without asking for the bytes again."""
    target = tmp_path / "a.mp3"
    answer, _ = ranges(RECORDING, '"v1"', stop=300_000)

    def full(request):
        if request.headers["Range"]:
            return reply(request, 416, Content_Range=f"bytes */{len(RECORDING)}")
        return answer(request)

    address = serve(full)
    with pytest.raises(SourceError):
        download(address, target, client=local, limits=FetchLimits(attempts=1))
    (tmp_path / ".a.mp3.part").write_bytes(RECORDING)
    assert download(address, target, client=local).sha256 == hashlib.sha256(RECORDING).hexdigest()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda request: reply(request, 404), "was not found"),
        (lambda request: reply(request, 200), "is empty"),
        (lambda request: reply(request, 200, RECORDING), "is larger than 1,000 bytes"),
    ],
)
def test_a_failed_download_leaves_what_was_there(serve, local, tmp_path, answer, says):
    """The file of an earlier download stays until another is whole."""
    target = tmp_path / "a.mp3"
    target.write_bytes(b"before")
    with pytest.raises(SourceError, match=says):
        download(serve(answer), target, client=local, limits=replace(QUICK, size=1000))
    assert target.read_bytes() == b"before"


def test_what_the_check_refuses_takes_no_place(serve, local, tmp_path):
    """The check sees the whole file before it is renamed; refused, nothing of it stays."""
    seen = []

    def check(path):
        seen.append(path.read_bytes())
        raise SourceError("no recording")

    target = tmp_path / "a.mp3"
    target.write_bytes(b"before")
    answer, _ = ranges(RECORDING, '"v1"')
    with pytest.raises(SourceError, match="no recording"):
        download(serve(answer), target, client=local, check=check)
    assert (seen, target.read_bytes()) == ([RECORDING], b"before")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp3"]


@pytest.mark.parametrize(
    ("known", "is_known"),
    [
        (Downloaded("", etag='"v1"'), True),
        (Downloaded("", etag='"v0"'), False),
        (Downloaded(""), False),
    ],
)
def test_a_server_is_asked_whether_its_file_is_still_the_same(serve, local, known, is_known):
    """A conditional request; without a validator no request tells anything, so there is none."""
    asked = []

    def answer(request):
        asked.append(request.headers.get("If-None-Match"))
        reply(request, 304 if asked[-1] == '"v1"' else 200, b"" if asked[-1] == '"v1"' else RECORDING)

    assert is_unchanged(serve(answer), known, local) is is_known
    assert asked == ([known.etag] if known.etag else [])


def test_a_folder_that_cannot_be_written_is_named(serve, local, tmp_path):
    """The error names the target, not only the address."""
    (tmp_path / "audio").write_bytes(b"a file, not a folder")
    with pytest.raises(SourceError, match=r"audio/a\.mp3: cannot be written"):
        download(serve(lambda request: reply(request, body=b"x")), tmp_path / "audio" / "a.mp3", client=local)


def test_waiting_is_logged_without_secrets(caplog):
    """The log says what is waited for, and no password or token."""
    client, _ = mocked(httpx.Response(503), httpx.Response(200, content=b"x"))
    with caplog.at_level(logging.INFO, logger="ingest"):
        fetch("https://ada:secret@pods.example/feed?key=secret", client=client, limits=QUICK)
    assert "retrying in" in caplog.text
    assert "secret" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("ingest"))
