"""Ingest episodes on a Ray cluster; only this file imports Ray.

The library is the truth, not Ray: a worker stores an episode as a process of `--workers` does, under the same lease,
and what Ray says only decides who tries an episode next. Ray ends a program whose cluster is gone. So a process of its
own talks to Ray, the driver, and this one survives it and says what happened.
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingest.cluster_worker import ALONE, Cluster, Work, Worker
from ingest.errors import ClusterError, one_line
from ingest.library.outcome import Outcome
from ingest.transcript import Episode
from ingest.versions import own_version

AUTO = "auto"  # a Ray of this machine, for one run
# Of every Ray process that a run starts. With Ray's own waits, a cut network leaves an episode hanging for minutes.
ENVIRONMENT = {
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_grpc_client_keepalive_time_ms": "5000",
    "RAY_grpc_client_keepalive_timeout_ms": "5000",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "20",
}
_TOKEN_FILE = Path(".ray") / "auth_token"  # in the home folder: Ray's own place
_OBJECTS = 80 * 2**20  # bytes of shared memory, the least that Ray takes: episodes and outcomes are small
_CONNECT = 5.0  # seconds for an address to answer
_START = 120.0  # seconds for Ray, and for a first worker, to start
_SILENCE = 45.0  # seconds without a word, after which a worker is given up and a driver is stopped
_TICK = 0.5  # seconds between looks
_TRIES = 2  # of an episode in one run; the second worker that is lost with it counts as a failure
_BUSY = 2 * ALONE  # seconds that an episode's lease is waited for: a worker that was given up may still hold it
_SPAWN = get_context("spawn")


Report = Callable[[str, float, float], None]  # an episode's id, seconds of sound done, total


def outcomes_on_cluster(
    episodes: Sequence[Episode],
    work: Work,
    died: Callable[[Episode], Outcome],
    cluster: Cluster,
    report: Report | None = None,
) -> Iterator[Outcome]:
    """Yield the outcome of every episode as it comes from a worker of the cluster; lazily.

    `report` is called in this process while outcomes are awaited. An episode whose worker is lost is tried once more,
    and if that worker is lost too, gets its outcome from `died`. Raises ClusterError, one line, if the cluster cannot
    be used or does not come back; what it has ingested by then is stored.
    """
    _require(cluster.address)
    shortest = min(tempfile.gettempdir(), "/tmp", key=len)  # noqa: S108 - sockets below have names of 103 characters
    folder = tempfile.mkdtemp(prefix="playback-ray-", dir=shortest) if cluster.address == AUTO else None
    ours, theirs = _SPAWN.Pipe()
    driver = _SPAWN.Process(target=_drive, args=(theirs, cluster, folder, tuple(episodes), work), daemon=True)
    try:
        driver.start()
        theirs.close()
        _heard(ours, _START, f"no Ray cluster answers at {cluster.address}")  # that it is connected
        while (said := _heard(ours, _SILENCE, "the Ray cluster was lost")) != "done":
            match said:
                case Outcome():
                    yield said
                case Episode():
                    yield died(said)
                case (identifier, done, whole) if report is not None:
                    report(identifier, done, whole)
    finally:
        ours.close()  # which ends a driver that is well
        driver.join(10)
        driver.kill()
        driver.join()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _heard(driver: Connection, wait: float, silence: str) -> Any:
    """Return what the driver says next; raises ClusterError if it says one, says nothing in time or has ended."""
    said: Any = ClusterError(f"{silence}; run the same command again to continue")
    with contextlib.suppress(EOFError, OSError):
        said = driver.recv() if driver.poll(wait) else said
    if isinstance(said, ClusterError):
        raise said
    return said


def _require(address: str) -> None:
    """Raise ClusterError if Ray is not installed, an address does not answer, or no token for it can be found."""
    if find_spec("ray") is None:
        raise ClusterError("--cluster needs Ray: pip install 'gds-playback[cluster]'")
    if address == AUTO:
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT).close()
    except (OSError, ValueError, OverflowError) as error:
        raise ClusterError(f"no Ray cluster answers at {address}: {one_line(error)}") from error
    named = os.environ.get("RAY_AUTH_TOKEN_PATH")
    path = Path(named) if named else Path.home() / _TOKEN_FILE
    if not os.environ.get("RAY_AUTH_TOKEN") and not (path.is_file() and os.access(path, os.R_OK)):
        raise ClusterError(
            f"the cluster's token is missing: put it into {path} or RAY_AUTH_TOKEN (ray get-auth-token shows it)"
        )


# --- the driver


def _drive(parent: Connection, cluster: Cluster, folder: str | None, episodes: Sequence[Episode], work: Work) -> None:
    """Talk to Ray, in a process of its own, until all episodes have an outcome or the parent closes the pipe."""
    os.setsid()  # Ctrl-C in the terminal is the parent's: Ray's processes end in order, not all at once
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet = os.open(os.devnull, os.O_WRONLY)  # Ray's libraries write pages of advice here when a worker is lost
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.environ.update(ENVIRONMENT)
    try:
        import ray

        _connect(ray, cluster, folder)
        try:
            parent.send("connected")
            for said in _Run(ray, cluster, episodes, work).sayings(parent):
                parent.send(said)
            parent.send("done")
        finally:
            ray.shutdown()
    except (BrokenPipeError, EOFError):
        pass  # the parent has stopped, and wants nothing more
    except ClusterError as error:
        _send_last(parent, error)
    except Exception as error:  # noqa: BLE001 - whatever Ray raises, the parent says it in a line
        _send_last(parent, ClusterError(f"Ray failed: {_short(error)}; run the same command again to continue"))
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _send_last(parent: Connection, error: ClusterError) -> None:
    with contextlib.suppress(OSError):
        parent.send(error)


def _connect(ray: Any, cluster: Cluster, folder: str | None) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}
    if folder is not None:
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)  # known to the processes of this run alone
        cpus = cluster.workers or len(os.sched_getaffinity(0))
        options |= {"address": "local", "num_cpus": cpus, "include_dashboard": False, "_temp_dir": folder}
        options |= {"object_store_memory": _OBJECTS}
    else:
        options |= {"address": cluster.address}
    try:
        ray.init(**options)
    except Exception as error:
        hint = "" if folder else "; does this machine run a node of it, with the same token and version of Ray?"
        raise ClusterError(f"cannot use the Ray cluster {cluster.address}: {_short(error)}{hint}") from error


@dataclass(slots=True)
class _Hand:
    """One worker as the driver sees it: what it was asked, when it last answered, what it is at."""

    actor: Any
    asked: Any
    answered: float
    started: bool = False
    task: Any = None
    episode: Episode | None = None


class _Run:
    """The episodes of a run: who is at work on which, which wait, and how often each was lost."""

    def __init__(self, ray: Any, cluster: Cluster, episodes: Sequence[Episode], work: Work) -> None:
        self._ray, self._cluster, self._work = ray, cluster, work
        self._waiting = [(0.0, episode) for episode in episodes]  # each with the time from which it may be tried
        self._hands: list[_Hand] = []
        self._lost: dict[str, int] = {}
        self._until: dict[str, float] = {}  # when the wait for a lease ends, of episodes whose worker was lost
        self._unstarted = 0
        self._idle_since = time.monotonic()
        cpus = ray.cluster_resources().get("CPU", 1)
        self._most = min(cluster.workers or max(1, int(cpus)), len(episodes))
        self._actor = ray.remote(num_cpus=1, max_concurrency=2, max_restarts=0, max_task_retries=0)(Worker)
        self._here = ray.get_runtime_context().get_node_id()

    def sayings(self, parent: Connection) -> Iterator[Any]:
        """Yield outcomes, episodes lost with their workers and (id, seconds done, total), after each look "beat"."""
        while self._waiting or any(hand.episode for hand in self._hands):
            if parent.poll():
                raise EOFError
            self._employ()
            tasks = [hand.task for hand in self._hands if hand.task is not None]
            asked = [hand.asked for hand in self._hands if not hand.started]
            self._ray.wait([*tasks, *asked], timeout=_TICK) if tasks or asked else time.sleep(_TICK)
            for hand in list(self._hands):
                try:
                    yield from self._news(hand)
                except self._ray.exceptions.RayTaskError as error:
                    if isinstance(error.cause, ClusterError):
                        raise error.cause from error
                    yield from self._unheard(hand, error)
                except self._ray.exceptions.RayError as error:
                    yield from self._loses(hand, error)
            yield "beat"

    def _employ(self) -> None:
        """Ask for as many workers as there is work for, and give those that are free an episode each."""
        now = time.monotonic()
        wanted = min(self._most, len(self._waiting) + sum(hand.episode is not None for hand in self._hands))
        while len(self._hands) < wanted:
            actor = self._actor.remote(self._cluster, own_version())
            self._hands.append(_Hand(actor, actor.far.remote(), now))
        for hand in self._hands:
            due = next((entry for entry in self._waiting if entry[0] <= now), None)
            if due is not None and hand.started and hand.episode is None:
                self._waiting.remove(due)
                hand.episode = due[1]
                hand.task = hand.actor.ingest.remote(hand.episode, self._work)
        if any(hand.started for hand in self._hands):
            self._idle_since = now
        elif now - self._idle_since > _START:
            raise ClusterError(f"no node of the Ray cluster {self._cluster.address} has a free CPU for a worker")

    def _news(self, hand: _Hand) -> Iterator[Any]:
        """Yield what a worker has said since the last look; raises RayError if it is lost."""
        if hand.task is not None and self._is_ready(hand.task):
            outcome = self._ray.get(hand.task)
            hand.task = hand.episode = None
            if not self._is_to_be_tried_later(outcome):
                yield outcome
        now = time.monotonic()
        if self._is_ready(hand.asked):
            far = self._ray.get(hand.asked)
            hand.started, hand.answered, self._unstarted = True, now, 0
            hand.asked = hand.actor.far.remote()
            if far is not None and hand.episode is not None and far[0] == hand.episode.id:
                yield far
        elif hand.started and now - hand.answered > _SILENCE:
            raise self._ray.exceptions.RayError("it does not answer")

    def _is_to_be_tried_later(self, outcome: Outcome) -> bool:
        """Whether another process has the episode, and that may be a worker that was given up and still runs."""
        if outcome.status != "busy" or time.monotonic() > self._until.get(outcome.episode.id, 0.0):
            return False
        self._waiting.append((time.monotonic() + 5, outcome.episode))
        return True

    def _unheard(self, hand: _Hand, error: Exception) -> Iterator[Outcome]:
        """Yield the failure of an episode whose outcome could not be had from a worker that is well."""
        episode, hand.task, hand.episode = hand.episode, None, None
        if episode is None:
            raise ClusterError(f"a worker failed: {_short(error)}") from error
        yield Outcome(episode, "failed", f"its worker failed: {_short(error)}; please report it")

    def _loses(self, hand: _Hand, error: Exception) -> Iterator[Episode]:
        """Give a worker up; its episode is tried once more, the second time it is yielded."""
        self._hands.remove(hand)
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(hand.actor)
        if not any(node["Alive"] and node["NodeID"] == self._here for node in self._ray.nodes()):
            raise ClusterError("Ray on this machine has stopped; run the same command again to continue")
        if not hand.started:
            self._unstarted += 1
            if self._unstarted > 3:
                raise ClusterError(f"workers do not start: {_why_not_started(error)}")
        if hand.episode is None:
            return
        identifier = hand.episode.id
        self._lost[identifier] = self._lost.get(identifier, 0) + 1
        self._until[identifier] = time.monotonic() + _BUSY
        if self._lost[identifier] < _TRIES:
            self._waiting.append((0.0, hand.episode))
        else:
            yield hand.episode

    def _is_ready(self, reference: Any) -> bool:
        return bool(self._ray.wait([reference], timeout=0)[0])


def _why_not_started(error: Exception) -> str:
    said = _short(error)
    ours = re.match(r"ingest\.errors\.\w+: ", said)
    return said[ours.end() :] if ours else f"{said}; is Playback installed on every node?"


def _short(error: Exception) -> str:
    """Return the last line of an error of Ray, whose messages are pages long."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[-1].split())[:300] if lines else type(error).__name__
