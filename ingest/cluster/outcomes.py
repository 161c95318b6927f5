"""The outcomes of episodes that a Ray cluster ingests, as the command gets them.

The library is the truth, not Ray: a worker stores an episode as a process of `--workers` does, under the same lease,
and what Ray says only decides who tries an episode next. Ray ends a program whose cluster is gone. So a process of its
own talks to Ray, the driver, and this one survives it and says what happened.
"""

import contextlib
import logging
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingest.cluster.crew import SILENCE, START, Sign
from ingest.cluster.driver import drive, remove_folder
from ingest.cluster.worker import AUTO, Cluster, Work
from ingest.errors import ClusterError, one_line
from ingest.library.outcome import Outcome
from ingest.transcript import Episode

logger = logging.getLogger(__name__)

_TOKEN_FILE = Path(".ray") / "auth_token"  # in the home folder: Ray's own place
_CONNECT = 5.0  # seconds for an address to answer
_SPAWN = get_context("spawn")

Report = Callable[[str, float, float], None]  # an episode's id, seconds of sound done, total


def outcomes_on_cluster(
    episodes: Sequence[Episode],
    work: Work,
    died: Callable[[Episode], Outcome],
    cluster: Cluster,
    report: Report | None = None,
    say: Callable[[str], None] = logger.info,
) -> Iterator[Outcome]:
    """Yield the outcome of every episode as it comes from a worker of the cluster; lazily.

    `report` is called in this process while outcomes are awaited, `say` with lines about Ray before that. An episode
    whose worker is lost is tried once more, and if that worker is lost too, gets its outcome from `died`. Raises
    ClusterError, one line, if the cluster cannot be used or does not come back; what it has ingested by then is stored.
    """
    _require(cluster.address)
    shortest = min(tempfile.gettempdir(), "/tmp", key=len)  # noqa: S108 - sockets below have names of 103 characters
    folder = tempfile.mkdtemp(prefix="playback-ray-", dir=shortest) if cluster.address == AUTO else None
    ours, theirs = _SPAWN.Pipe()
    driver = _SPAWN.Process(target=drive, args=(theirs, cluster, folder, tuple(episodes), work), daemon=True)
    try:
        say("starting Ray on this machine" if folder else f"connecting to the Ray cluster {cluster.address}")
        with _interrupts_held_back():
            driver.start()
        theirs.close()
        where = "starts on this machine" if folder else f"lets us in at {cluster.address}; is that its head's address?"
        say(_heard(ours, START, f"no Ray cluster {where}"))
        lost = "the Ray cluster was lost; run the same command again to continue"
        while (said := _heard(ours, SILENCE, lost)) is not Sign.DONE:
            match said:
                case Outcome():
                    yield said
                case Episode():
                    yield died(said)
                case (identifier, done, whole) if report is not None:
                    report(identifier, done, whole)
                case str():
                    logger.warning("%s", said)
    finally:
        ours.close()  # which ends a driver that is well
        if driver.pid is not None:  # else it could not be started
            driver.join(10)
            driver.kill()
            driver.join()
        remove_folder(folder)


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C in the terminal wait, also in a process that is started meanwhile, until that process ignores it."""
    resource_tracker.ensure_running()  # by its own start it would let them through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _heard(driver: Connection, wait: float, silence: str) -> Any:
    """Return what the driver says next; raises ClusterError if it says one, says nothing in time or has ended."""
    said: Any = ClusterError(silence)
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
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or one_line(error)
        raise ClusterError(
            f"no Ray cluster answers at {address}: {reason}; start its head there with ray start --head"
        ) from error
    named = os.environ.get("RAY_AUTH_TOKEN_PATH")
    path = Path(named) if named else Path.home() / _TOKEN_FILE
    if not os.environ.get("RAY_AUTH_TOKEN") and not (path.is_file() and os.access(path, os.R_OK)):
        raise ClusterError(
            f"the cluster's token is missing: put it into {path} or RAY_AUTH_TOKEN (ray get-auth-token shows it)"
        )
