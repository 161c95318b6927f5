"""A served Playback through the proxies of deploy/: pages, events, ranges, the assistants' door, and no counts."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import served

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
RECORDING = ROOT / "data" / "sample" / "1-rehearsal.mp3"
EPISODE = "the-moving-day-1-gs63"
NAME = "quotes.example.org"
QUESTION = {"question": "How did they keep both databases in step?"}
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}

pytestmark = pytest.mark.long


class Proxied:
    """Both addresses of running proxies: with encryption before one server, and without before two."""

    def __init__(self, folder: Path, encrypted: int, plain: int, processes: list[int]) -> None:
        self.processes = processes
        self._context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
        self._context.check_hostname = False  # the connection goes to this machine
        self._ports = {"nginx.conf": encrypted, "two-servers.conf": plain}

    def asked(self, proxy: str, method: str, path: str, body: Any = None, **headers: str) -> tuple[HTTPResponse, bytes]:
        """Return the response of one of the proxies and its body."""
        port = self._ports[proxy]
        connection: HTTPConnection = HTTPConnection("127.0.0.1", port, timeout=60)
        if proxy == "nginx.conf":
            connection = HTTPSConnection("127.0.0.1", port, timeout=60, context=self._context)
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, sent, {"Host": NAME, **headers})
        response = connection.getresponse()
        read = response.read()
        connection.close()
        return response, read


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    nginx, openssl = shutil.which("nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx or openssl is not installed")
    folder = tmp_path_factory.mktemp("proxied")
    home = folder / "home"
    playback = [sys.executable, "-m", "api.cli", "--home", str(home)]
    subprocess.run([*playback, "ingest", "data/sample/feed.xml", "--no-audio", "--quiet"], cwd=ROOT, check=True)
    shutil.copy(RECORDING, home / "library" / "episodes" / EPISODE / "audio.mp3")
    certificate = ["-subj", f"/CN={NAME}", "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"]
    subprocess.run(
        [openssl, "req", "-x509", "-nodes", "-newkey", "rsa:2048", *certificate], check=True, capture_output=True
    )
    environment = {**os.environ, "PLAYBACK_PUBLIC_URL": f"https://{NAME}", "PLAYBACK_METRICS": "on"}
    encrypted, plain, redirecting = (free_port() for _ in range(3))
    with ExitStack() as running:
        running_servers = [running.enter_context(served(home, (), ROOT, environment)) for _ in range(2)]
        servers = [server.port for server in running_servers]
        one = (DEPLOY / "nginx.conf").read_text("utf-8").replace(f"/etc/ssl/{NAME}", str(folder))
        one = one.replace("listen 443", f"listen 127.0.0.1:{encrypted}").replace("listen 80", f"listen {redirecting}")
        one = re.sub(r"\n *listen \[::\].*", "", one).replace("127.0.0.1:8000", f"127.0.0.1:{servers[0]}")
        two = (DEPLOY / "two-servers.conf").read_text("utf-8").replace("listen 8080", f"listen 127.0.0.1:{plain}")
        for number, port in enumerate(servers, start=1):
            two = two.replace(f"server{number}:8000", f"127.0.0.1:{port}")
        kept = "".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        everything = f"daemon off; pid {folder}/pid; error_log {folder}/errors; events {{}}\n"
        (folder / "all.conf").write_text(f"{everything}http {{ access_log off; {kept}\n{one}\n{two}\n}}\n")
        proxy = subprocess.Popen([nginx, "-c", folder / "all.conf"])
        try:
            for port in (encrypted, plain):
                wait_for(port)
            yield Proxied(folder, encrypted, plain, [server.process for server in running_servers])
        finally:
            proxy.terminate()
            proxy.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
            continue
        return
    raise AssertionError(f"nothing listens at {port}")


BOTH = pytest.mark.parametrize("proxy", ["nginx.conf", "two-servers.conf"])


@BOTH
def test_pages_and_answers_come_through(proxied: Proxied, proxy: str) -> None:
    """With the public address in what is copied, and an answer as events: quotes first, then the whole."""
    for path in ("/", "/episodes", "/search?q=database", "/verify", "/healthcheck"):
        response, body = proxied.asked(proxy, "GET", path)
        assert (response.status, len(body) > 100) == (200, True), path
    _, feed = proxied.asked(proxy, "GET", "/search.atom?q=database")
    assert f'href="https://{NAME}/'.encode() in feed
    response, body = proxied.asked(proxy, "POST", "/api/answers", QUESTION, **{**JSON, "Accept": "text/event-stream"})
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert re.findall(rb"^event: (\w+)", body, re.MULTILINE) == [b"citations", b"statement", b"answer"]


@BOTH
def test_a_part_of_a_file_comes_through(proxied: Proxied, proxy: str) -> None:
    """As a player asks for a part of a recording."""
    whole, path = RECORDING.read_bytes(), f"/api/episodes/{EPISODE}/audio"
    response, part = proxied.asked(proxy, "GET", path, Range="bytes=100-199")
    assert (response.status, part) == (206, whole[100:200])


@BOTH
def test_an_assistant_comes_through(proxied: Proxied, proxy: str) -> None:
    """Its first request is answered as the server itself answers it."""
    asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
    asked["params"] = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    response, body = proxied.asked(proxy, "POST", "/mcp", asked, **JSON)
    assert response.status == 200
    assert b'"serverInfo"' in body


@BOTH
def test_counts_and_other_names_are_refused(proxied: Proxied, proxy: str) -> None:
    """/metrics however it is written, a host that is not this one, and a body that is too long."""
    for path in ("/metrics", "/metrics?x=1", "//metrics", "/%6detrics", "/./metrics", "/x/../metrics", "/metrics/"):
        response, body = proxied.asked(proxy, "GET", path)
        assert response.status == 404, path
        assert b"playback_requests" not in body
    assert proxied.asked(proxy, "GET", "/", Host="evil.example")[0].status == 400
    assert proxied.asked(proxy, "POST", "/api/answers", b" " * 600_000, **JSON)[0].status == 413


def test_one_of_two_servers_is_enough(proxied: Proxied) -> None:
    """While one ends and when it has ended, no page and no question fails."""
    ending = proxied.processes[1]
    os.kill(ending, signal.SIGTERM)
    for _ in range(20):
        assert_no_request_fails(proxied)
    os.waitid(os.P_PID, ending, os.WEXITED | os.WNOWAIT)  # the fixture reads its exit code
    assert_no_request_fails(proxied)


def assert_no_request_fails(proxied: Proxied) -> None:
    assert proxied.asked("two-servers.conf", "GET", "/episodes")[0].status == 200
    assert proxied.asked("two-servers.conf", "POST", "/api/answers", QUESTION, **JSON)[0].status == 200
