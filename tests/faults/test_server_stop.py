"""A server that is told to stop: what is under way ends, streams end in order, and the exit code is 0."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from index.building.build import build
from ingest.library.records import episode_folder
from tests.api.conftest import HashedStems, library_of
from tests.api.running import asking, wait_for
from tests.api.scripted_model import drips, scripted_model

ROOT = Path(__file__).parents[2]
QUESTION = "Which council paid for the lighthouse database?"
# As `playback serve` runs it, with an encoder that needs no loading and is slow for a "slow" question.
PROGRAM = """
import sys, time
from dataclasses import replace
from pathlib import Path
from api.serving import serve
from api.settings import read_settings
from tests.api.conftest import HashedStems

class Slow(HashedStems):
    def encode_query(self, text):
        sys.stdout.write("encoding\\n")
        sys.stdout.flush()
        time.sleep(2.0 if "slow" in text else 0.0)
        return super().encode_query(text)

serve(replace(read_settings(), home=Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]), Slow())
"""


@pytest.fixture(scope="module")
def served_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("stopped")
    library_of(home)
    build(home, HashedStems())
    return home


@contextmanager
def program(home: Path, **variables: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The server in a process of its own, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: process.poll() is not None or is_up(port), 60)
        yield process, port
    finally:
        process.kill()
        process.communicate()


def is_up(port: int) -> bool:
    try:
        return read(port, "/healthcheck")[0] == 200
    except ConnectionRefusedError:
        return False


def is_closed(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
    except ConnectionError:
        return True
    return False


def read(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its exit code and what it said, when it has ended; a server that does not end fails."""
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_an_idle_server_stops(served_home: Path) -> None:
    """SIGTERM: exit 0, without a word."""
    with program(served_home) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert ended(process) == (0, "")


def test_a_signal_that_repeats_changes_nothing(served_home: Path) -> None:
    """SIGTERM again and again until the process has ended: exit 0, without a word."""
    with program(served_home) as (process, _):
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.005)
        assert ended(process) == (0, "")


def test_what_is_under_way_is_answered(served_home: Path) -> None:
    """A question that is being worked on gets its whole answer, one that waits too; nothing new is taken."""
    with program(served_home) as (process, port):
        connections = [asking(port, f"slow {number}: {QUESTION}") for number in range(3)]
        assert process.stdout is not None
        assert "encoding" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: is_closed(port))
        assert process.poll() is None
        for connection in connections:
            response = connection.getresponse()
            assert response.status == 200
            answer = json.load(response)
            assert answer["citations"] or answer["related"]
            connection.close()
        assert ended(process) == (0, "")


def test_a_stream_ends_in_order(served_home: Path) -> None:
    """A language model that still writes is given up; the stream ends with the whole answer, in quotes."""
    with scripted_model() as script:
        script.reply = drips(b"HTTP/1.1 200 OK\r\n\r\n", b" ", 0.02)
        with program(
            served_home, PLAYBACK_LLM_URL=script.url, PLAYBACK_LLM_MODEL="small-model", PLAYBACK_LOG="error"
        ) as (process, port):
            connection = asking(port, QUESTION, Accept="text/event-stream")
            response = connection.getresponse()
            assert response.readline() == b"event: citations\n"
            wait_for(lambda: bool(script.requests))
            process.send_signal(signal.SIGTERM)
            name, data = response.read().decode().split("\n\n")[-2].split("\n")
            connection.close()
            assert name == "event: answer"
            assert json.loads(data.removeprefix("data: "))["composer"] == "extractive"
            assert ended(process)[0] == 0


def test_who_does_not_read_on_keeps_nobody(served_home: Path) -> None:
    """A download that is not read is cut off, and the server ends."""
    path = episode_folder(served_home, "harbour-2-bbbb") / "audio.mp3"
    path.write_bytes(bytes(30_000_000))
    try:
        with program(served_home) as (process, port):
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/api/episodes/harbour-2-bbbb/audio")
            assert connection.getresponse().status == 200
            process.send_signal(signal.SIGTERM)
            assert ended(process)[0] == 0
            connection.close()
    finally:
        path.unlink()


@pytest.fixture(scope="module")
def standing(served_home: Path) -> Iterator[int]:
    """The port of a server that is not stopped, with another name and a low rate."""
    with program(served_home, PLAYBACK_HOSTS="playback.example.org", PLAYBACK_RATE="3") as (_, port):
        yield port


def test_names_of_this_machine_are_served_and_no_others(standing: int) -> None:
    """`playback serve` answers to loopback names and to those of PLAYBACK_HOSTS."""
    hosts = (f"localhost:{standing}", f"127.0.0.1:{standing}", "[::1]", "playback.example.org")
    for number, host in enumerate(hosts):
        reader = {"X-Forwarded-For": f"198.51.100.{number}"}  # each has a rate of its own
        assert read(standing, "/healthcheck", Host=host, **reader)[0] == 200
    for host in ("evil.example", "", "127.0.0.1.evil.example"):
        assert read(standing, "/healthcheck", Host=host)[0] == 400


def test_a_proxy_on_this_machine_names_the_client(standing: int) -> None:
    """Behind it the rate of each reader is counted, by the address that the proxy says."""
    reader = {"X-Forwarded-For": "203.0.113.9"}
    assert [read(standing, "/healthcheck", **reader)[0] for _ in range(5)] == [200] * 3 + [429] * 2
    assert read(standing, "/healthcheck", **{"X-Forwarded-For": "203.0.113.10"})[0] == 200
    assert read(standing, "/healthcheck")[0] == 200
