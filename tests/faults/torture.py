"""Runs of Playback that are killed, whose disk fails, or that crowd each other; prints what came of them.

    python tests/faults/torture.py kill|moments|disk|limits|room|together|switches [--every N] [--seed N]

A run ingests a feed of four episodes and publishes the index, with an encoder and an engine that need no model. The
points at which it changes the disk are found by an undisturbed run. After each fault the same command runs undisturbed,
and library and index must equal those of the undisturbed run. The result is a JSON object; `failures` must be empty.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import Trial, forked, run_ingest  # beside this file
from points import Points
from sample import Stems, listened

import index.build
import index.encode
import index.encoder_files
import ingest.pipeline
import ingest.stages
from api.live import Live
from api.settings import Settings

ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}


def kill(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """kill -9 before every point at which a name changes or is made durable, and once after the last."""
    points = trial.points(files=False)

    for number in range(1 + seed % every, len(points) + 1, every):

        def run(home: Path, number: int = number) -> int:
            Points(home, lambda now, name: os.kill(os.getpid(), signal.SIGKILL) if now == number else None).wrap()
            return run_ingest(trial.feed, home)

        trial.disturbed(f"kill before {number}, {points[number - 1]}", run, killed=True)
    return trial.result(points=len(points))


def moments(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """kill -9 at 60 / `every` random moments of a run."""
    chance = random.Random(seed)
    for _ in range(max(1, 60 // every)):
        moment = chance.uniform(0, trial.seconds)

        def run(home: Path, moment: float = moment) -> int:
            if (child := os.fork()) == 0:
                time.sleep(moment)
                os.kill(os.getppid(), signal.SIGKILL)
                os._exit(0)
            code = run_ingest(trial.feed, home)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return code

        trial.disturbed(f"kill after {moment:.3f} s", run, killed=True)
    return trial.result(seconds=round(trial.seconds, 2))


def disk(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Let the n-th operation fail, n = 1, 2, … until none does: once, and from there on; EIO and ENOSPC by turns."""
    points = trial.points(files=True)
    for number in range(1 + seed % every, len(points) + 1, every):
        name, code = list(ERRORS.items())[number // every % 2]
        for lasting in (False, True):

            def run(home: Path, number: int = number, code: int = code, lasting: bool = lasting) -> int:
                def fail(now: int, name: str) -> None:
                    if now == number or (lasting and now > number):
                        raise OSError(code, os.strerror(code))

                Points(home, fail).wrap(files=True)
                return run_ingest(trial.feed, home)

            what = f"{name} {'from' if lasting else 'at'} {number}, {points[number - 1]}"
            trial.disturbed(what, run, killed=False)
    return trial.result(points=len(points))


def limits(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Let no file grow beyond a size, from nothing up to where none is as large (RLIMIT_FSIZE)."""
    sizes = [0, *(int(100 * 1.5**step) for step in range(20))]
    for size in sizes[seed % every :: every]:

        def run(home: Path, size: int = size) -> int:
            # What a run says goes to a file too; a pipe has no size.
            said, say = os.pipe()
            if (child := os.fork()) == 0:
                os.close(said)
                os.dup2(say, 1)
                os.dup2(say, 2)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                code = run_ingest(trial.feed, home)
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
            with small_disk(trial.folder / f"disk-{size}", size) as home:
                trial.disturbed(
                    f"a disk of {size} bytes", lambda _, home=home: run_ingest(trial.feed, home), False, home
                )
        except subprocess.CalledProcessError:
            return trial.result(skipped="no disk may be mounted here")
    return trial.result(sizes=len(sizes))


@contextmanager
def small_disk(where: Path, size: int) -> Iterator[Path]:
    """Mount a tmpfs of a size and yield the home on it; after the first run it grows, as if somebody freed space."""
    where.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", where], check=True, capture_output=True)
    try:
        yield where / "home"
    finally:
        subprocess.run(["umount", where], check=True)


def together(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Let four processes ingest the same feed at once, in 10 / `every` rounds."""
    for number in range(max(1, 10 // every)):

        def run(home: Path) -> int:
            children = []
            for _ in range(4):
                if (child := os.fork()) == 0:
                    code = run_ingest(trial.feed, home)
                    sys.stdout.flush()
                    os._exit(code)
                children.append(child)
            return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)

        trial.disturbed(f"four at once, round {number}", run, killed=False)
    return trial.result()


def switches(trial: Trial, every: int, seed: int) -> dict[str, object]:
    """Ask 1,000 / `every` questions of a server's data while 10 generations are published, each of other passages."""
    home = trial.folder / "switched"
    code, said = forked(lambda: run_ingest(trial.feed, home), trial.log)
    assert code == 0, said
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

    threads = [threading.Thread(target=ask, args=(words,)) for words in ("mast", "rope", "sail", "who paid")]
    for thread in threads:
        thread.start()
    for number in range(10):
        index.build.build(home, Stems(), shape=(20 + number, 1))
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


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trial", choices=tuple(TRIALS))
    parser.add_argument("--every", type=int, default=1, help="only every N-th point (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="where to begin counting, and chance (default: 0)")
    options = parser.parse_args()
    index.encode.load_encoder = lambda name: Stems()  # type: ignore[assignment, return-value]
    ingest.stages.transcribe = listened
    ingest.pipeline.weights_available = lambda listening, download: Path()
    index.encoder_files.weights_named = lambda name: Stems.weights
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        result = TRIALS[options.trial](Trial(Path(folder)), options.every, options.seed)
    sys.stdout.write(f"{json.dumps(result, indent=1)}\n")
    return 1 if result["failures"] else 0


if __name__ == "__main__":
    sys.exit(_main())
