"""The process that talks to Ray; only this file imports it."""

import contextlib
import os
import re
import secrets
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingest.cluster.crew import Crew, Sign, in_short
from ingest.cluster.worker import AUTO, Cluster, Work
from ingest.errors import ClusterError
from ingest.transcript import Episode

# Of every Ray process that a run starts. With Ray's own waits, a cut network leaves an episode hanging for minutes.
ENVIRONMENT = {
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_grpc_client_keepalive_time_ms": "5000",
    "RAY_grpc_client_keepalive_timeout_ms": "5000",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "20",
}
_OBJECTS = 80 * 2**20  # bytes of shared memory, the least that Ray takes: episodes and outcomes are small
_VERSIONS = re.compile(r"Ray: (\S+)\s+Python: (\S+)")


def drive(parent: Connection, cluster: Cluster, folder: str | None, episodes: Sequence[Episode], work: Work) -> None:
    """Talk to Ray, in a process of its own, until all episodes have an outcome or the parent closes the pipe.

    `folder` is for the files of a Ray that is started here, None for one that is there.
    """
    _leave_terminal()
    os.environ.update(ENVIRONMENT)
    is_connected = False
    try:
        import ray

        try:
            ray.init(**_options(cluster, folder))
            is_connected = True
            crew = Crew(ray, cluster, episodes, work)
            parent.send(crew.size())
            for said in crew.sayings(parent):
                parent.send(said)
            parent.send(Sign.DONE)
        finally:
            ray.shutdown()
    except (BrokenPipeError, EOFError):
        pass  # the parent has stopped, and wants nothing more
    except Exception as error:  # noqa: BLE001 - whatever Ray raises, the parent says it in a line
        with contextlib.suppress(OSError):
            parent.send(error if isinstance(error, ClusterError) else in_a_line(error, cluster, is_connected))
    finally:
        remove_folder(folder)


def remove_folder(folder: str | None) -> None:
    """Remove the folder of a Ray that was started here; its processes may write there for some seconds more."""
    if folder is None:
        return
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not Path(folder).exists():
            return
        time.sleep(0.25)


def _leave_terminal() -> None:
    os.setsid()  # Ctrl-C in the terminal is the parent's: Ray's processes end in order, not all at once
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    quiet = os.open(os.devnull, os.O_WRONLY)  # Ray's libraries write pages of advice here when a worker is lost
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)


def _options(cluster: Cluster, folder: str | None) -> dict[str, Any]:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}
    if folder is None:
        return options | {"address": cluster.address}
    os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)  # known to the processes of this run alone
    cpus = cluster.workers or len(os.sched_getaffinity(0))
    options |= {"address": "local", "num_cpus": cpus, "include_dashboard": False, "_temp_dir": folder}
    return options | {"object_store_memory": _OBJECTS}


def in_a_line(error: Exception, cluster: Cluster, is_connected: bool) -> ClusterError:
    """Return an error of Ray as one line that says what to do."""
    if is_connected:
        return ClusterError(f"Ray failed: {in_short(error)}; run the same command again to continue")
    refused = f"cannot use the Ray cluster {cluster.address}"
    if cluster.address == AUTO:
        return ClusterError(f"{refused}: {in_short(error)}")
    said = "\n".join(map(str, _with_causes(error)))  # the first says only that it failed
    versions = _VERSIONS.findall(said)
    if len(versions) == 2:
        there, here = (f"Ray {ray} and Python {python}" for ray, python in versions)
        return ClusterError(f"{refused}: it runs {there}, and this machine {here}; install the same on all")
    if "InvalidAuthToken" in said:
        return ClusterError(f"{refused}: its token is another than this machine's (ray get-auth-token shows it)")
    if "No node info" in said:
        node = f"run ray start --address={cluster.address} here, or the command there"
        return ClusterError(f"{refused}: this machine is no node of it; {node}")
    return ClusterError(f"{refused}: {in_short(error)}")


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
