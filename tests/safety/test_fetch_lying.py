"""Whatever a server does: given up, within the limits, whole or not at all, and said in one line."""

import contextlib
import hashlib
import http.server
import shutil
import ssl
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.fetch.client import FetchLimits, download, fetch, open_client
from tests.safety.lying import LIES, RECORDING, Lie, begun_then, lying, redirects, silent

ROOT = Path(__file__).parents[2]
MOST = 200_000
QUICK = FetchLimits(seconds=1.0, rate=20_000.0, window=0.2, attempts=4, backoff=0.0, longest_wait=1.0)
PATIENT = replace(QUICK, seconds=60.0, window=30.0)  # as a busy machine may need
EVERY_LIE = pytest.mark.parametrize(("lie", "says"), LIES.values(), ids=LIES)


def limits_for(says: str | None) -> FetchLimits:
    """Limits that end what only time can end."""
    return replace(QUICK if "time" in (says or "") else PATIENT, size=MOST)


def is_one_line(message: str) -> bool:
    return message.isprintable() and len(message) < 700


def test_there_are_enough_lies() -> None:
    """Thirty ways at least."""
    assert len(LIES) >= 30


@EVERY_LIE
def test_a_recording(lie: Lie, says: str | None, tmp_path: Path) -> None:
    """It arrives whole under its name, or not at all: nothing is left of it, and one line says what happened."""
    target = tmp_path / "audio.mp3"
    with lying(lie) as server, open_client(frozenset({f"127.0.0.1:{server.port}"})) as client:
        address = f"http://127.0.0.1:{server.port}/"
        if says is None:
            brought = download(address, target, client=client, limits=limits_for(says))
            assert brought.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
            assert len(target.read_bytes()) == 1 or target.read_bytes() in (RECORDING, b"x" * 60_000)
        else:
            with pytest.raises(SourceError, match=says) as error:
                download(address, target, client=client, limits=limits_for(says))
            assert is_one_line(str(error.value))
            assert not target.exists()
        assert len(server.requests) <= 6
    assert {path.name for path in tmp_path.iterdir()} <= {"audio.mp3"}


@EVERY_LIE
def test_a_document(lie: Lie, says: str | None) -> None:
    """It comes whole and within the limit, or one line says why not."""
    with lying(lie) as server, open_client(frozenset({f"127.0.0.1:{server.port}"})) as client:
        try:
            fetched = fetch(f"http://127.0.0.1:{server.port}/", client=client, limits=limits_for(says))
        except SourceError as error:
            assert is_one_line(str(error))
        else:
            assert len(fetched.data) <= MOST


@pytest.mark.parametrize("start", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b""])
def test_https_where_there_is_none(start: bytes, tmp_path: Path) -> None:
    """A server without TLS, with an alert for every greeting, or silent, is one line; nothing goes on in the clear."""
    with lying(silent(start)) as server, open_client(frozenset({"127.0.0.1"})) as client:
        with pytest.raises(SourceError, match=r"cannot be reached|did not answer in time") as error:
            download(f"https://127.0.0.1:{server.port}/", tmp_path / "a", client=client, limits=QUICK)
        assert is_one_line(str(error.value))
        assert not any("host" in asked.headers for asked in server.requests)
    assert list(tmp_path.iterdir()) == []


def test_only_what_can_be_gone_on_from_is_kept(tmp_path: Path) -> None:
    """A connection that breaks leaves a hidden part for the next run; a refusal then takes that away as well."""
    once = FetchLimits(seconds=1.5, attempts=1)
    with lying(begun_then(silent())) as server, open_client(frozenset({"127.0.0.1"})) as client:
        address = f"http://127.0.0.1:{server.port}/"
        with pytest.raises(SourceError, match="cannot be reached"):
            download(address, tmp_path / "a.mp3", client=client, limits=once)
        assert sorted(path.name for path in tmp_path.iterdir()) == [".a.mp3.part", ".a.mp3.part.json"]
        server.lie = LIES["gone"][0]
        with pytest.raises(SourceError, match="has been removed permanently"):
            download(address, tmp_path / "a.mp3", client=client, limits=PATIENT)
    assert list(tmp_path.iterdir()) == []


def test_a_password_goes_to_its_own_host_only() -> None:
    """The name and password of an address are not sent to another server that it redirects to."""
    with lying(LIES["nothing wrong"][0]) as other, lying(redirects(f"http://127.0.0.1:{other.port}/")) as server:
        with open_client(frozenset({"127.0.0.1"})) as client:
            fetch(f"http://ada:canary@127.0.0.1:{server.port}/", client=client, limits=PATIENT)
        assert "authorization" in server.requests[0].headers
        assert "authorization" not in other.requests[0].headers


def test_all_lies_together_take_little_memory() -> None:
    """With the limits of a feed (50 MiB), no lie makes the process grow by more than 64 MiB."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells a process how much memory it took at most")
    done = subprocess.run(
        [sys.executable, "-m", "tests.safety.memory"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=600
    )
    grown = int(done.stdout.split()[-1])
    assert 45 <= grown <= 64, done.stdout


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_server_that_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    """A certificate that it signed itself ends the connection before a request, or its password, is sent."""
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    names = ("-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key", "-out", tmp_path / "certificate")
    subprocess.run([*made, *names], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    class Server(http.server.HTTPServer):
        def get_request(self) -> tuple[object, object]:
            connection, address = super().get_request()
            return tls.wrap_socket(connection, server_side=True), address

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        port = server.server_address[1]
        with open_client(frozenset({f"localhost:{port}"})) as client, contextlib.ExitStack() as stack:
            stack.callback(server.shutdown)
            with pytest.raises(SourceError, match=r"cannot be reached .*CERTIFICATE_VERIFY_FAILED") as error:
                fetch(f"https://ada:canary-0f@localhost:{port}/", client=client, limits=PATIENT)
    assert is_one_line(str(error.value))
    assert "canary" not in str(error.value)
    assert asked == []
