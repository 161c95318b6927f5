"""Runs of `playback ingest --cluster` that lose something at a moment drawn by chance, and what each run left.

    python -m tests.faults.cluster_runs 64 [SEED]

kills a process or cuts the network in each run, at a moment between its first episode's begin and its last one's end,
and prints a line for each run, then a table. Then the same command without a cluster must end what was begun. Network
namespaces need root and the command `ip`; without them only runs that start a Ray of their own are made.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api import cli
from api.terminal import commands, ingest_run  # noqa: F401 - which each fork would import else
from benchmarks.figures import table
from index.mounting import prepare
from ingest.errors import StoreError
from ingest.library.records import episode_ids
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount
from tests.faults.on_cluster import Left, Run, below, kill, left_by, left_running, whole, write_many
from tests.faults.two_nodes import ADDRESS, NEAR, TOKEN, Nodes, two_nodes, why_not
from tests.postgres import fresh_database, kill_postmaster, restart, running_server

COUNT = 6  # episodes with text; the recording of the sample is a seventh, without it
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
class Ended:
    """A run: when it lost what, in seconds after its first episode had begun, and what it left.

    `until` are the seconds to its next acknowledged episode or its end; `answers` those from the database's restart to
    its first answer.
    """

    kind: Kind
    second: float
    before: int
    in_flight: int
    code: int
    acknowledged: int
    left: Left
    until: float
    answers: float | None
    is_late: bool  # whether it had ended before
    faults: tuple[str, ...]

    def line(self) -> str:
        answers = "" if self.answers is None else f", the database answered after {self.answers:.2f} s"
        when = f"at {self.second:.1f} s with {self.before} acknowledged and {self.in_flight} in flight"
        left = self.left
        stored = f"{self.acknowledged} acknowledged, {left.stored} stored, {len(left.lost)} lost"
        what = f"{stored}, {len(left.doubled)} doubled, {len(left.half)} half"
        end = f"exit {self.code}, {self.until:.1f} s until its next word{answers}"
        return f"{self.kind.lost} {when}; {what}; {end}; {'; '.join(self.faults) or 'whole'}"


@dataclass(frozen=True, slots=True)
class Scene:
    """What runs beside the command: a PostgreSQL, and two Ray nodes if there can be networks."""

    server: Any
    nodes: Nodes | None


def run_losing(kind: Kind, scene: Scene, chance: random.Random) -> tuple[Ended, list[int]]:
    """Ingest, lose something, run again; return what happened and the processes that must end by themselves."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        home, feed = place / "home", write_many(place / "feed", COUNT)
        home.mkdir()
        (home / "seconds").write_text(str(kind.seconds))
        store = stack.enter_context(_database(scene.server)) if kind.is_in_database else None
        variables = {} if store is None else {"PLAYBACK_STORE": store}
        run = _started(kind, home, feed, variables)
        began, before, rest = _moment(run, kind, chance)
        time.sleep(rest)
        in_flight = len(run.begun() - set(run.acknowledged()))
        started = [pid for pid, _ in below(run.process.pid)]
        workers = _workers(run, scene if kind.is_on_nodes else None)
        lost_at, before = time.monotonic(), len(run.acknowledged())
        is_late = run.process.poll() is not None
        answers = _lose(kind, run, workers, scene, store, chance)
        from_now = lost_at if answers is None else time.monotonic() - answers
        while run.process.poll() is None and len(run.acknowledged()) == before:
            time.sleep(0.05)
        until = time.monotonic() - from_now
        code, said = run.end()
        faults = list(_wrong(kind, code, said))
        faults += [f"worker {pid} runs on" for pid in left_running(workers)]
        if scene.nodes is not None and kind in (CUT, CUT_AWHILE, NODE):
            scene.nodes.mend()
        mount_store(home, store)
        left = left_by(home, run)
        unmount(home)
        code_of_next, said_by_next = _without_cluster(home, feed, variables)
        mount_store(home, store)
        after = left_by(home, run)
        faults += dict.fromkeys(left.faults + after.faults)
        if code_of_next != 0 or not whole(home, COUNT) or after.stored != COUNT:
            faults.append(f"the next run did not end it: {said_by_next[-300:]!r}")
        unmount(home)
        acknowledged = len(run.acknowledged())
        ended = Ended(
            kind, lost_at - began, before, in_flight, code, acknowledged, left, until, answers, is_late, tuple(faults)
        )
        return ended, started


def _without_cluster(home: Path, feed: Path, variables: dict[str, str]) -> tuple[int, str]:
    """Run the same command without a cluster, in a fork, which has everything imported; return its code and words."""
    with tempfile.TemporaryFile("w+") as out:
        sys.stdout.flush()
        process = os.fork()
        if process == 0:
            code = 70
            try:
                sys.stdout = sys.stderr = out
                os.environ.update(variables)
                code = cli.main(["--home", str(home), "ingest", str(feed), "--no-audio", "--no-index", "--quiet"])
            finally:
                out.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        out.seek(0)
        return code, out.read()


def _started(kind: Kind, home: Path, feed: Path, variables: dict[str, str]) -> Run:
    if kind.is_on_nodes:
        inside = ("ip", "netns", "exec", NEAR)
        return Run(home, feed, "--cluster", ADDRESS, inside=inside, **TOKEN, **variables)
    return Run(home, feed, "--cluster", "auto", "--workers", "2", **variables)


def _moment(run: Run, kind: Kind, chance: random.Random) -> tuple[float, int, float]:
    """Wait for a number of acknowledged episodes drawn by chance; return when the first began, that number, and how
    many seconds more to wait.
    """
    after, rest = chance.randrange(COUNT), chance.uniform(0, kind.seconds / 2)
    while not run.begun() and run.process.poll() is None:
        time.sleep(0.02)
    began = time.monotonic()
    run.wait_for(after)
    return began, after, rest


def _workers(run: Run, scene: Scene | None) -> list[int]:
    roots = [run.process.pid]
    if scene is not None and scene.nodes is not None:
        roots += [scene.nodes.near.pid, scene.nodes.far.pid]
    return [pid for root in roots for pid, name in below(root) if "ray::Worker" in name]


def _lose(
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


def _wrong(kind: Kind, code: int, said: str) -> Iterator[str]:
    """Yield how a command ended that should have ended otherwise."""
    goes_on = kind in (WORKER, CUT, CUT_AWHILE, NODE)
    if "Traceback" in said or "please report it" in said:
        yield f"it did not end with a line: {said[-300:]!r}"
    if goes_on and code != 0:
        yield f"it did not go on: {said[-300:]!r}"
    if kind in (HEAD, RAYLET, DRIVER) and code != 0 and not said.rstrip().endswith(CONTINUE):
        yield f"its last line does not say how to go on: {said[-300:]!r}"


@contextmanager
def _database(server: Any) -> Iterator[str]:
    with fresh_database(server) as url:
        prepare(url, is_upgrade=False)
        yield url


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


def figures(runs: Sequence[Ended]) -> str:
    """Return a table of the runs by what they lost."""
    rows = []
    for kind in dict.fromkeys(one.kind for one in runs):
        mine = [one for one in runs if one.kind is kind]
        went_on = sum(one.code == 0 for one in mine)
        lefts = [one.left for one in mine]
        rows.append(
            [
                kind.lost,
                str(len(mine)),
                f"{min(one.before for one in mine)} to {max(one.before for one in mine)}",
                f"{sum(one.acknowledged for one in mine)}, {sum(left.stored for left in lefts)}",
                *(str(sum(map(len, part))) for part in zip(*((o.lost, o.doubled, o.half) for o in lefts), strict=True)),
                f"{went_on}, {len(mine) - went_on}",
                f"{max(one.until for one in mine):.1f} s",
            ]
        )
    heads = ["lost", "runs", "after so many episodes", "acknowledged, stored", "acknowledged and not stored"]
    return table([*heads, "doubled", "half", "ended, stopped", "silent at most"], rows)


def main(runs: int, seed: int = 19) -> int:
    """Make the runs and print a line for each, then the table; return how many faults they had."""
    done: list[Ended] = []
    waits: list[int] = []
    reason = why_not()
    with ExitStack() as stack:
        server = stack.enter_context(running_server())
        nodes = None if reason else stack.enter_context(two_nodes())
        if reason:
            print(f"runs on two nodes are left out: {reason}")
        order = [kind for kind in ORDER if nodes is not None or not kind.is_on_nodes]
        chance = random.Random(seed)
        while len(done) < runs:
            begun = time.monotonic()
            ended, started = run_losing(order[len(done) % len(order)], Scene(server, nodes), chance)
            waits += started
            if ended.is_late:
                continue  # the next draw is another moment
            done.append(ended)
            print(f"{len(done):3} ({time.monotonic() - begun:.0f} s) {ended.line()}", flush=True)
    faults = sum(len(one.faults) for one in done)
    running = left_running(waits)
    print(figures(done))
    answers = [one.answers for one in done if one.answers is not None]
    slowest = f"; the database answered at most {max(answers):.2f} s after its restart" if answers else ""
    print(f"{runs} runs with seed {seed}: {faults} faults, {len(running)} processes left running{slowest}")
    return faults + len(running)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that Ray, PostgreSQL and the networks are taken away
    sys.exit(min(1, main(*map(int, sys.argv[1:]))))
