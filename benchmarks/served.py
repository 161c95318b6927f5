"""Run a server in its own process for benchmarks: start it, ask it, watch its size from outside, stop it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

_HOST = "127.0.0.1"
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its port, its process, and its folder for temporary files."""

    port: int
    process: int
    temporary: Path

    def connection(self, timeout: float = 60.0) -> HTTPConnection:
        """Return an unopened connection to the server; `timeout` in seconds for each read."""
        return HTTPConnection(_HOST, self.port, timeout=timeout)


@dataclass(frozen=True, slots=True)
class Size:
    """The resources of a process: memory in bytes, threads, open files and sockets, temporary files."""

    memory: int
    threads: int
    descriptors: int
    temporary: int


@contextmanager
def served(
    home: Path,
    command: Sequence[str] = (),
    folder: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[Served]:
    """Run `playback serve` on a free port of the loopback interface during the block; its exit code must be 0.

    Runs `command` in `folder`, or else this code. Yields once its encoder is loaded.
    """
    with socket.create_server((_HOST, 0)) as listening:
        port = listening.getsockname()[1]
    with TemporaryDirectory() as temporary:
        words = [*(command or (sys.executable, "-m", "api.cli", "--home", str(home), "serve")), "--port", str(port)]
        variables = {**environment, "TMPDIR": temporary}
        process = subprocess.Popen(words, cwd=folder, env=variables)  # noqa: S603 - our own program
        try:
            found = Served(port, process.pid, Path(temporary))
            _wait_until_ready(found, process)
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(_STOP_SECONDS)
    if code != 0:
        raise SystemExit(f"the server ended with {code}")


def size_of(server: Served) -> Size:
    """Read the current size of the server's process from /proc."""
    return Size(
        memory=_resident(server.process),
        threads=int(_status(server.process)["Threads"]),
        descriptors=len(list(Path(f"/proc/{server.process}/fd").iterdir())),
        temporary=sum(1 for _ in server.temporary.rglob("*")),
    )


def cpu_seconds(server: Served) -> float:
    """Return the CPU seconds that the server's processes have used so far."""
    ticks = 0
    for process in _processes(server.process):
        fields = _stat(process)
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(server: Served) -> int:
    """Return the bytes that are resident for the server's processes; what two of them share counts twice."""
    return sum(_resident(process) for process in _processes(server.process))


def read_all(server: Served) -> None:
    """Make the server read every transcript once, because it caches what it has read."""
    connection = server.connection()
    connection.request("GET", "/api/episodes")
    for episode in json.load(connection.getresponse())["episodes"]:
        connection.request("GET", f"/api/episodes/{episode['id']}/transcript.txt")
        connection.getresponse().read()
    connection.close()


def asked(connection: HTTPConnection, question: str) -> tuple[int, float]:
    """Ask a question and return the status with Retry-After in seconds, 0 if the header is missing."""
    body = json.dumps({"question": question})
    connection.request("POST", "/api/answers", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    return response.status, float(response.headers.get("Retry-After", 0))


def _processes(root: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has ended since
                parents[int(folder.name)] = int(_stat(int(folder.name))[1])
    found = [root]
    for process in found:  # grows while it is read
        found += [child for child, parent in parents.items() if parent == process]
    return found


def _resident(process: int) -> int:
    return int(_status(process)["VmRSS"].split()[0]) * 1024


def _status(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _stat(process: int) -> list[str]:
    """Return the fields of /proc/<process>/stat from the state on, which stands behind the name in brackets."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _wait_until_ready(server: Served, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = server.connection()
        try:
            connection.request("GET", "/healthcheck")
            if json.load(connection.getresponse())["status"] == "ok":
                return
        except ConnectionRefusedError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise SystemExit("the server did not start, or has nothing to answer from")
