"""What runs on the nodes of a cluster: a worker that ingests one episode at a time, and what it is told."""

import os
import socket
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ingest.errors import ClusterError, LibraryError, StoreError, one_line
from ingest.library.outcome import Outcome
from ingest.library.records import episode_ids
from ingest.library.removal import removal_of
from ingest.library.store import mount_store
from ingest.speech.engines import keep_recogniser
from ingest.stages.recording import StageProgress
from ingest.text.urls import shown_address
from ingest.transcript import Episode
from ingest.versions import own_version

AUTO = "auto"  # the address of a Ray of this machine, for one run
ALONE = 60.0  # seconds without a question, after which a worker ends itself: nobody waits for it any more


class Work(Protocol):
    """What a worker does with an episode; picklable. `ingest.pipeline.ingest_episode` with its settings is one."""

    def __call__(self, episode: Episode, *, progress: StageProgress) -> Outcome:
        """Ingest an episode."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where to ingest: `auto` or the address of a cluster's head, how many episodes at a time (None: one per CPU).

    `host` is the machine of the command.
    """

    address: str
    home: Path
    workers: int | None = None
    store: str | None = field(default=None, repr=False)
    host: str = field(default_factory=socket.gethostname)


class Worker:
    """Ingests on a node, one episode at a time, and says meanwhile how far it is; made by Ray, which calls it."""

    def __init__(self, cluster: Cluster, version: str) -> None:
        self._host = socket.gethostname()
        if own_version() != version:
            raise ClusterError(f"{self._host} has Playback {own_version()}, and this machine has {version}")
        try:
            mount_store(cluster.home, cluster.store)
        except StoreError as error:
            raise ClusterError(f"{self._host}: {one_line(error)}") from error
        keep_recogniser()
        self._cluster = cluster
        self._sees_library = False
        self._far: tuple[str, float, float] | None = None
        self._asked = time.monotonic()
        threading.Thread(target=self._end_when_alone, daemon=True).start()

    def _end_when_alone(self) -> None:
        """End this process when nobody asks any more; where the network is cut, Ray would let it run on for minutes."""
        while time.monotonic() - self._asked < ALONE:
            time.sleep(1)
        os._exit(1)

    def far(self) -> tuple[str, float, float] | None:
        """Return how far the episode at work is; that there is an answer shows that the worker is there."""
        self._asked = time.monotonic()
        return self._far

    def ingest(self, episode: Episode, work: Work) -> Outcome:
        """Ingest an episode; raises ClusterError on a node that does not see the library.

        The outcome of another machine than the command's names it, for it may lack what others have.
        """
        outcome = self._ingest(episode, work)
        if self._host == self._cluster.host:
            return outcome
        return replace(outcome, message=f"{outcome.message} (on {self._host})")

    def _ingest(self, episode: Episode, work: Work) -> Outcome:
        self._far = None
        if not self._sees_library:
            try:
                _require_library(self._cluster, episode)
            except (LibraryError, StoreError) as error:
                return Outcome(episode, "failed", one_line(error), passing=True)
            self._sees_library = True

        def progress(stage: str, done: float, whole: float | None) -> None:
            if stage == "transcribe" and whole is not None:
                self._far = (episode.id, done, whole)

        return work(episode, progress=progress)


def _require_library(cluster: Cluster, episode: Episode) -> None:
    """Raise ClusterError where the library is not: its lease would be one of this node that nobody else sees."""
    if episode.id in episode_ids(cluster.home) or removal_of(cluster.home, episode.id) is not None:
        return
    if cluster.store is None:
        where, advice = str(cluster.home), "share that folder with every node"
    else:
        where, advice = shown_address(cluster.store), "name a host that is the same database for every node"
    raise ClusterError(f"{socket.gethostname()} does not see the library in {where}: {advice}")
