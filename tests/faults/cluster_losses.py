"""What a run of `playback ingest --cluster` can lose: who takes it away, and how the command must end then."""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import StoreError
from ingest.library.records import episode_ids
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount
from tests.faults.on_cluster import Run, below, kill
from tests.faults.two_nodes import Nodes
from tests.postgres import kill_postmaster, restart

CONTINUE = "run the same command again to continue"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is lost in a run, where Ray runs, and how long an episode takes, in seconds.

    The head is killed while episodes last longer than the workers can go on without it.
    """

    lost: str
    is_on_nodes: bool = False
    is_in_database: bool = False
    seconds: float = 1.0


HEAD, RAYLET = Kind("the head", seconds=8.0), Kind("the raylet", seconds=2.0)
DRIVER, COMMAND = Kind("the driver", is_on_nodes=True), Kind("the command", is_on_nodes=True)
WORKER = Kind("a worker", is_on_nodes=True, is_in_database=True)
DATABASE = Kind("the database", is_on_nodes=True, is_in_database=True)
CUT, CUT_AWHILE = Kind("the network", is_on_nodes=True), Kind("the network for a while", is_on_nodes=True)
NODE = Kind("the other node", is_on_nodes=True)
# In turns, so that any number of runs has all of them.
ORDER = (HEAD, WORKER, DATABASE, CUT, COMMAND, WORKER, DATABASE, NODE, RAYLET, DATABASE, DRIVER, HEAD)
ORDER += (CUT_AWHILE, WORKER, COMMAND, DATABASE)


@dataclass(frozen=True, slots=True)
class Scene:
    """What runs beside the command: a PostgreSQL, and two Ray nodes if there can be networks."""

    server: Any
    nodes: Nodes | None


def workers_of(run: Run, scene: Scene | None) -> list[int]:
    """Return the processes of Ray's workers, below the command or on its nodes."""
    roots = [run.process.pid]
    if scene is not None and scene.nodes is not None:
        roots += [scene.nodes.near.pid, scene.nodes.far.pid]
    return [pid for root in roots for pid, name in below(root) if "ray::Worker" in name]


def lose(
    kind: Kind, run: Run, workers: Sequence[int], scene: Scene, store: str | None, chance: random.Random
) -> float | None:
    """Take away what the kind says; for the database, start it again and return the seconds until it answers."""
    match kind.lost:
        case "the head":
            kill(run.processes("gcs_server")[:1])
        case "the raylet":
            kill(run.processes("raylet")[:1])
        case "the driver":
            kill(run.processes("driver")[:1])
        case "the command":
            run.process.kill()
        case "a worker":
            kill([chance.choice(list(workers))] if workers else [])
        case "the database":
            kill_postmaster(scene.server)
            restart(scene.server)
            return _seconds_until_it_answers(str(store))
        case "the other node":
            assert scene.nodes is not None
            kill([pid for pid, name in below(scene.nodes.far.pid) if name == "raylet"])
        case _:
            assert scene.nodes is not None
            scene.nodes.cut()
            if kind is CUT_AWHILE:
                time.sleep(chance.uniform(1, 30))
                scene.nodes.connect()
    return None


def wrong(kind: Kind, code: int, said: str) -> Iterator[str]:
    """Yield how a command ended that should have ended otherwise."""
    goes_on = kind in (WORKER, CUT, CUT_AWHILE, NODE)
    if "Traceback" in said or "please report it" in said:
        yield f"it did not end with a line: {said[-300:]!r}"
    if goes_on and code != 0:
        yield f"it did not go on: {said[-300:]!r}"
    if kind in (HEAD, RAYLET, DRIVER) and code != 0 and not said.rstrip().endswith(CONTINUE):
        yield f"its last line does not say how to go on: {said[-300:]!r}"


def _seconds_until_it_answers(url: str) -> float:
    """Ask for the library, as a process that is started now does, until there is an answer."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        while True:
            try:
                mount_store(Path(folder), url)
                episode_ids(Path(folder))
            except StoreError:
                time.sleep(0.05)
            else:
                unmount(Path(folder))
                return time.monotonic() - begun
