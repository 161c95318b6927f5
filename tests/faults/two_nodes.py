"""Two Ray nodes on this machine, each in a network of its own, with a cable between them that can be pulled."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.cluster.driver import ENVIRONMENT
from tests.faults.on_cluster import BOUND, FOLDER, ROOT

NEAR, FAR = "playback-near", "playback-far"  # the networks: the head and the command are in the first
ADDRESS, _FAR_ADDRESS = "10.231.7.1:6391", "10.231.7.2"
TOKEN = {"RAY_AUTH_TOKEN": "0123456789abcdef" * 4}
# What docs/scale.md tells to set where the head is started.
HEALTH = {
    "RAY_health_check_initial_delay_ms": "5000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def why_not(network: str = NEAR) -> str | None:
    """Return why networks of their own cannot be made here, None if they can."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return "needs root and the command ip"
    try:
        ip("netns", "add", network)
    except subprocess.CalledProcessError as error:
        return f"no network namespaces here: {error.stderr.decode().strip()}"
    ip("netns", "del", network)
    return None


class Nodes:
    """The two nodes; each has one CPU, so one worker is near and one is far."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.near = self._start(NEAR, "--head", "--port", ADDRESS.rpartition(":")[2], "--include-dashboard=false")
        self.far = self._start(FAR, "--address", ADDRESS)

    def _start(self, network: str, *options: str) -> subprocess.Popen[bytes]:
        here = ADDRESS.partition(":")[0] if network == NEAR else _FAR_ADDRESS
        command = ["ip", "netns", "exec", network, sys.executable, "-m", "ray.scripts.scripts", "start", "--block"]
        command += ["--num-cpus=1", "--object-store-memory=83886080", "--disable-usage-stats"]
        log = Path(self._folder, f"{network}.log")
        with log.open("wb") as out:
            node = subprocess.Popen(
                [*command, *options, "--node-ip-address", here, "--temp-dir", self._folder],
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **ENVIRONMENT, **HEALTH, **TOKEN, "PYTHONPATH": f"{ROOT}:{FOLDER}"},
                start_new_session=True,
            )
        began = time.monotonic()
        while "Ray runtime started" not in log.read_text():
            assert node.poll() is None and time.monotonic() - began < BOUND, log.read_text()
            time.sleep(0.2)
        return node

    def cut(self) -> None:
        ip("-n", NEAR, "link", "set", "playback0", "down")

    def connect(self) -> None:
        ip("-n", NEAR, "link", "set", "playback0", "up")

    def mend(self) -> None:
        """Connect the nodes again, and start the far one anew, which Ray may have given up."""
        self.connect()
        _stop(self.far)
        self.far = self._start(FAR, "--address", ADDRESS)

    def stop(self) -> None:
        for node in (self.far, self.near):
            _stop(node)


def _stop(node: subprocess.Popen[bytes]) -> None:
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(node.pid, kind)
            node.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


@contextmanager
def two_nodes() -> Iterator[Nodes]:
    """Start both, connected, and take everything away at the end."""
    folder = tempfile.mkdtemp(prefix="playback-")
    nodes = None
    try:
        for network in (NEAR, FAR):
            ip("netns", "add", network)
            ip("-n", network, "link", "set", "lo", "up")
        ip("-n", NEAR, "link", "add", "playback0", "type", "veth", "peer", "name", "playback1", "netns", FAR)
        for network, cable, address in (
            (NEAR, "playback0", ADDRESS.partition(":")[0]),
            (FAR, "playback1", _FAR_ADDRESS),
        ):
            ip("-n", network, "address", "add", f"{address}/24", "dev", cable)
            ip("-n", network, "link", "set", cable, "up")
        nodes = Nodes(folder)
        yield nodes
    finally:
        if nodes is not None:
            nodes.stop()
        for network in (NEAR, FAR):
            subprocess.run(["ip", "netns", "del", network], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
