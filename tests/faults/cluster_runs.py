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
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount
from tests.faults.cluster_losses import CUT, CUT_AWHILE, NODE, ORDER, Kind, Scene, lose, workers_of, wrong
from tests.faults.on_cluster import Left, Run, below, left_by, left_running, whole, write_many
from tests.faults.two_nodes import ADDRESS, NEAR, TOKEN, two_nodes, why_not
from tests.postgres import fresh_database, running_server

COUNT = 6  # episodes with text; the recording of the sample is a seventh, without it


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
        workers = workers_of(run, scene if kind.is_on_nodes else None)
        lost_at, before = time.monotonic(), len(run.acknowledged())
        is_late = run.process.poll() is not None
        answers = lose(kind, run, workers, scene, store, chance)
        from_now = lost_at if answers is None else time.monotonic() - answers
        while run.process.poll() is None and len(run.acknowledged()) == before:
            time.sleep(0.05)
        until = time.monotonic() - from_now
        code, said = run.end()
        faults = list(wrong(kind, code, said))
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


@contextmanager
def _database(server: Any) -> Iterator[str]:
    with fresh_database(server) as url:
        prepare(url, is_upgrade=False)
        yield url


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
