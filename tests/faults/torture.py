"""Runs of Playback that are killed, whose disk fails, or that crowd each other; prints what came of them.

    python tests/faults/torture.py TRIAL[/N]… [--of COMMAND|all] [--seed N]

TRIAL is kill, moments, disk, limits, room, together or switches; with /N it takes only every N-th point. A run is a
command that changes a data folder of four episodes (see `scenarios`), with an encoder and an engine that need no model.
The points at which it changes the disk are found by an undisturbed run. After each fault the data folder must be
readable, then the same command runs undisturbed, and all must be as after an undisturbed run alone. The result is a
JSON object; `failures` must be empty.
"""

import argparse
import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import Trial, forked, sampled  # beside this file
from points import Points
from sample import WORDS, Stems, listened
from scenarios import SCENARIOS

import api.knowledge_base
import index.building.build
import index.maintenance.doctor
import index.models.encoders
import ingest.pipeline
import ingest.stages.heard_words
from api.server.live_index import Live
from api.settings import Settings
from index.chunk import PassageShape

ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}


def kill(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """kill -9 before every point at which a name changes or is made durable; of a download, a block is written too."""
    files = trial.scenario.steps
    points = trial.points(files)

    for number in _every(points, every, seed):

        def run(place: Path, number: int = number) -> int:
            Points(place, lambda now, name: os.kill(os.getpid(), signal.SIGKILL) if now == number else None).wrap(files)
            return trial.run(place)

        trial.disturbed(f"kill before {number}, {points[number - 1]}", run, killed=True)
    return trial.result(points=len(points))


def moments(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """kill -9 at 60 / `every` random moments of a run."""
    chance = random.Random(seed)
    for _ in range(max(1, 60 // every)):
        moment = chance.uniform(0, trial.seconds)

        def run(place: Path, moment: float = moment) -> int:
            if (child := os.fork()) == 0:
                time.sleep(moment)
                os.kill(os.getppid(), signal.SIGKILL)
                os._exit(0)
            code = trial.run(place)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return code

        trial.disturbed(f"kill after {moment:.3f} s", run, killed=True)
    return trial.result(seconds=round(trial.seconds, 2))


def disk(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Let the n-th operation fail, n = 1, 2, … until none does: once, and from there on; EIO and ENOSPC by turns."""
    points = trial.points(files=True)
    for number in _every(points, every, seed):
        name, code = list(ERRORS.items())[number // every % 2]
        for lasting in (False, True):

            def run(place: Path, number: int = number, code: int = code, lasting: bool = lasting) -> int:
                def fail(now: int, name: str) -> None:
                    if now == number or (lasting and now > number):
                        raise OSError(code, os.strerror(code))

                Points(place, fail).wrap(files=True)
                return trial.run(place)

            what = f"{name} {'from' if lasting else 'at'} {number}, {points[number - 1]}"
            trial.disturbed(what, run, killed=False)
    return trial.result(points=len(points))


def limits(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Let no file grow beyond a size, from nothing up to where none is as large (RLIMIT_FSIZE)."""
    sizes = [0, *(int(100 * 1.5**step) for step in range(24))]
    for size in sizes[seed % every :: every]:

        def run(place: Path, size: int = size) -> int:
            # What a run says goes to a file too; a pipe has no size.
            said, say = os.pipe()
            if (child := os.fork()) == 0:
                os.close(said)
                os.dup2(say, 1)
                os.dup2(say, 2)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                code = trial.run(place)
                sys.stdout.flush()
                os._exit(code)
            os.close(say)
            with os.fdopen(said, "rb") as pipe:
                os.write(1, pipe.read())
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

        trial.disturbed(f"no file beyond {size} bytes", run, killed=False)
    return trial.result(sizes=len(sizes))


def room(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Give a run a small disk of its own (tmpfs), from too small for anything to large enough; needs root."""
    sizes = [2**20, *(2**20 * step // 4 for step in range(15, 45, 2))]
    for size in sizes[seed % every :: every]:
        try:
            with small_disk(trial.folder / f"disk-{size}", size) as place:
                trial.disturbed(f"a disk of {size} bytes", trial.run, killed=False, small=place)
        except subprocess.CalledProcessError:
            return trial.result(skipped="no disk may be mounted here")
    return trial.result(sizes=len(sizes))


def _every(points: Sequence[str], every: int, seed: int) -> range:
    """Return the numbers of every n-th point, from 1, beginning where the seed says; of few points at least one."""
    return range(1 + seed % min(every, len(points)), len(points) + 1, every)


@contextmanager
def small_disk(where: Path, size: int) -> Iterator[Path]:
    """Mount a tmpfs of a size and yield it; after the first run it grows, as if somebody freed space."""
    where.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", where], check=True, capture_output=True)
    try:
        yield where
    finally:
        subprocess.run(["umount", where], check=True)


def together(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Let four processes run the same command at once, in 10 / `every` rounds."""
    for number in range(max(1, 10 // every)):

        def run(place: Path) -> int:
            children = []
            for _ in range(4):
                if (child := os.fork()) == 0:
                    code = trial.run(place)
                    sys.stdout.flush()
                    os._exit(code)
                children.append(child)
            return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)

        trial.disturbed(f"four at once, round {number}", run, killed=False)
    return trial.result()


def switches(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Ask 1,000 / `every` questions of a server's data while 10 generations are published, each of other passages."""
    place = trial.place()
    code, said = forked(lambda: trial.run(place), trial.log)
    assert code == 0, said
    home = place / "home"
    live = Live(Settings(home=home), Stems())
    numbers: set[int] = set()
    asked = threading.Semaphore(0)

    def ask(words: str) -> None:
        query = Stems().encode_query(words)
        for _ in range(max(1, 250 // every)):
            try:
                base = live.base()
                found = base.generation.nearest("passage", query, 5)
                passages = base.generation.passages(found.ids)
                if not passages or [passage.id for passage in passages] != list(found.ids):
                    trial.failures.append("an answer was mixed from two generations")
                numbers.add(base.generation.manifest.generation)
            except Exception as error:  # noqa: BLE001 - any failure of a query is a failure of the trial
                trial.failures.append(f"a query failed: {error!r}")
            asked.release()
            time.sleep(0.01)

    threads = [threading.Thread(target=ask, args=(words,)) for words in (*WORDS, "who paid")]
    for thread in threads:
        thread.start()
    for number in range(10):
        index.building.build.build(home, Stems(), shape=PassageShape(20 + number, 1))
    for thread in threads:
        thread.join()
    live.close()
    count = 0
    while asked.acquire(blocking=False):
        count += 1
    return trial.result(queries=count, generations_seen=len(numbers))


TRIALS: dict[str, Callable[[Trial, int, int], dict[str, object]]] = {
    "kill": kill,
    "moments": moments,
    "disk": disk,
    "limits": limits,
    "room": room,
    "together": together,
    "switches": switches,
}


def _trial(text: str) -> tuple[str, int]:
    """Read the name of a trial and the N of its N-th points."""
    name, _, every = text.partition("/")
    if name not in TRIALS or not (every or "1").isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(TRIALS)}, or N is no number")
    return name, max(1, int(every or 1))


def _not_awaited(fd: Any) -> None:
    """Stand in for `os.fsync`, as no trial cuts the power; a wrong descriptor is still refused."""
    os.fstat(fd)


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trials", nargs="+", type=_trial, metavar="TRIAL[/N]", help=", ".join(TRIALS))
    parser.add_argument("--of", choices=(*SCENARIOS, "all"), default="ingest", help="the command (default: ingest)")
    parser.add_argument("--seed", type=int, default=0, help="where to begin counting, and chance (default: 0)")
    options = parser.parse_args()
    os.fsync = _not_awaited
    for module in (index.models.encoders, index.maintenance.doctor):
        module.encoder_to_build_with = lambda *_: Stems()  # type: ignore[assignment]
        module.weights_and_form = lambda home, name: (Stems.weights, Stems.form)  # type: ignore[assignment]
    api.knowledge_base.encoder_to_ask_with = lambda *_: Stems()  # type: ignore[assignment]
    ingest.stages.heard_words.transcribe = listened
    ingest.pipeline.weights_available = lambda listening, download: Path()
    results: dict[str, dict[str, object]] = {}
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, sampled(Path(folder)) as sample:
        for name in SCENARIOS if options.of == "all" else (options.of,):
            trial = Trial(name, sample, Path(folder))
            for kind, every in options.trials:
                found = TRIALS[kind](trial, every, options.seed)
                sys.stderr.write(f"{kind} of {name}: {json.dumps(found)}\n")
                results.setdefault(kind, {})[name] = found
            failures += trial.failures
    sys.stdout.write(f"{json.dumps({**results, 'failures': failures}, indent=1)}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(_main())
