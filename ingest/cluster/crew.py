"""The workers of a run, and which of them tries which episode."""

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from multiprocessing.connection import Connection
from typing import Any

from ingest.cluster.worker import ALONE, Cluster, Work, Worker
from ingest.errors import ClusterError
from ingest.library.outcome import Outcome
from ingest.transcript import Episode
from ingest.versions import own_version

START = 120.0  # seconds for Ray, and for a first worker, to start
SILENCE = 45.0  # seconds without a word, after which a worker is given up and a driver is stopped
_TICK = 0.5  # seconds between looks
_TRIES = 2  # of an episode in one run; the second worker that is lost with it counts as a failure
_STARTS = 3  # of workers that fail one after the other
_BUSY = 2 * ALONE  # seconds that an episode's lease is waited for: a worker that was given up may still hold it


class Sign(Enum):
    """What the driver says of itself: that it lives, that all is done."""

    BEAT = auto()
    DONE = auto()


@dataclass(slots=True)
class _Hand:
    """One worker as the driver sees it: what it was asked, when it last answered, what it is at."""

    actor: Any
    asked: Any
    answered: float
    started: bool = False
    task: Any = None
    episode: Episode | None = None


class Crew:
    """The episodes of a run: who is at work on which, which wait, and how often each was lost."""

    def __init__(self, ray: Any, cluster: Cluster, episodes: Sequence[Episode], work: Work) -> None:
        self._ray, self._cluster, self._work = ray, cluster, work
        self._waiting = [(0.0, episode) for episode in episodes]  # each with the time from which it may be tried
        self._hands: list[_Hand] = []
        self._lost: dict[str, int] = {}
        self._until: dict[str, float] = {}  # when the wait for a lease ends, of episodes whose worker was lost
        # Workers that did not start, one after the other; why, if it is to be said; and the reasons that were said.
        self._unstarted, self._why_unstarted, self._said = 0, "", set[str]()
        self._has_fewer = False  # so that no more are asked for, which is to be said
        self._idle_since = time.monotonic()
        cpus = ray.cluster_resources().get("CPU", 1)
        self._most = min(cluster.workers or max(1, int(cpus)), len(episodes))
        self._actor = ray.remote(num_cpus=1, max_concurrency=2, max_restarts=0, max_task_retries=0)(Worker)
        self._here = ray.get_runtime_context().get_node_id()

    def size(self) -> str:
        """Return a line that says how many nodes there are, and how many episodes are ingested at a time at most."""
        nodes = sum(node["Alive"] for node in self._ray.nodes())
        return f"Ray has {nodes} {'node' if nodes == 1 else 'nodes'}; episodes at a time: {self._most}"

    def sayings(self, parent: Connection) -> Iterator[Any]:
        """Yield outcomes, episodes lost with their workers, (id, seconds done, total), and lines that warn.

        After each look, Sign.BEAT. Raises EOFError when the parent closes the pipe.
        """
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
            if any(hand.started for hand in self._hands):
                yield from self._warnings()
            yield Sign.BEAT

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
        elif now - self._idle_since > START:
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
            if not hand.started:
                hand.started, self._unstarted = True, 0
            hand.answered = now
            hand.asked = hand.actor.far.remote()
            if far is not None and hand.episode is not None and far[0] == hand.episode.id:
                yield far
        elif hand.started and now - hand.answered > SILENCE:
            raise self._ray.exceptions.RayError(f"it has not answered for {SILENCE:.0f} s")

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
            raise ClusterError(f"a worker failed: {in_short(error)}") from error
        yield Outcome(episode, "failed", f"its worker failed: {in_short(error)}; please report it")

    def _loses(self, hand: _Hand, error: Exception) -> Iterator[Any]:
        """Give a worker up; its episode is tried once more, the second time it is yielded."""
        self._hands.remove(hand)
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(hand.actor)
        if not any(node["Alive"] and node["NodeID"] == self._here for node in self._ray.nodes()):
            raise ClusterError("Ray on this machine has stopped; run the same command again to continue")
        if not hand.started:
            self._misses(error)
        if hand.episode is None:
            return
        identifier = hand.episode.id
        self._lost[identifier] = self._lost.get(identifier, 0) + 1
        self._until[identifier] = time.monotonic() + _BUSY
        if self._lost[identifier] < _TRIES:
            self._waiting.append((0.0, hand.episode))
            yield f"a worker was lost at {identifier}, which is tried once more ({in_short(error)})"
        else:
            yield hand.episode

    def _misses(self, error: Exception) -> None:
        """Ask for no more workers after so many that do not start; raises ClusterError if there is no other.

        What a worker itself says is said at once: its machine lacks something, and a short run may end before the next.
        """
        self._unstarted += 1
        own = _own_words(error)
        if self._unstarted < _STARTS:
            self._why_unstarted = own or self._why_unstarted
            return
        self._why_unstarted = own or _why_not_started(error)
        if not self._hands:
            raise ClusterError(f"workers do not start: {self._why_unstarted}")
        self._most, self._has_fewer = len(self._hands), True

    def _warnings(self) -> Iterator[str]:
        """Yield a line if workers do not start, with a reason that was not said yet, or if there will be fewer."""
        said = []
        if self._why_unstarted and self._why_unstarted not in self._said:
            said.append(f"workers do not start: {self._why_unstarted}")
            self._said.add(self._why_unstarted)
        if self._has_fewer:
            said.append(f"the run goes on with {self._most} at a time")
        self._why_unstarted, self._has_fewer = "", False
        if said:
            yield "; ".join(said)

    def _is_ready(self, reference: Any) -> bool:
        return bool(self._ray.wait([reference], timeout=0)[0])


def _own_words(error: Exception) -> str:
    """Return what a worker of ours says of why it does not start, with its machine; "" if it is Ray that says it."""
    said = in_short(error)
    ours = re.match(r"ingest\.errors\.\w+: ", said)
    return said[ours.end() :] if ours else ""


def _why_not_started(error: Exception) -> str:
    """Return what Ray says of why a worker did not start, and on which machine if it does."""
    machine = re.search(r"\bip[=:] ?([^\s,)]+)", str(error))
    where = f" on {machine[1]}" if machine else ""
    return f"{in_short(error)}{where}; is Playback installed on every node?"


def in_short(error: Exception) -> str:
    """Return the last line of an error of Ray, whose messages are pages long."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[-1].split())[:300] if lines else type(error).__name__
