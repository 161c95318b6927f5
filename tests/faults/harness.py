"""A run of Playback in a process of its own, with a fault or without, and what must be the same after both."""

import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from points import Points  # beside this file
from sample import make_feed

from api.cli import main
from index.store import index_folder, open_generation
from ingest.library import read_if_whole

READY = 10.0  # seconds in which a run after a fault must have ended


def forked(work: Callable[[], int], log: Path) -> tuple[int, str]:
    """Run work in a process of its own; return its exit code, negative for the signal that ended it, and what it said.

    A process that has not ended after a minute is killed: nothing here may wait for ever.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(opened, 1)
            os.dup2(opened, 2)
            signal.alarm(60)
            code = work()
        except BaseException:  # noqa: BLE001 - said in the log, which is what the parent looks at
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), log.read_text(errors="replace")


def run_ingest(feed: Path, home: Path) -> int:
    """Run the command."""
    return main(["--home", str(home), "ingest", str(feed), "--quiet"])


def doctor(home: Path) -> int:
    """Run the doctor; what it prints goes to the log."""
    return main(["--home", str(home), "doctor"])


def state_of(home: Path) -> dict[str, object]:
    """Everything that two equal data folders must have in common: names and bytes of the library, rows of the index."""
    found: dict[str, object] = {}
    for path in sorted((home / "library").rglob("*")):
        name = path.relative_to(home).as_posix()
        if path.name == "state.json":
            found[name] = json.loads(path.read_bytes())["status"]
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    generation = open_generation(home)
    number = generation.manifest.generation
    generation.close()
    database = sqlite3.connect(f"file:{index_folder(home) / str(number) / 'passages.sqlite'}?immutable=1", uri=True)
    for table in ("episodes", "passages", "sentences", "encoded", "speakers", "starters"):
        rows = database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
        found[f"index {table}"] = hashlib.sha256(repr(rows).encode()).hexdigest()
    database.close()
    found["index hidden"] = sorted(path.name for path in index_folder(home).iterdir() if path.name.startswith("."))
    return found


def finished(home: Path) -> dict[Path, int]:
    """The transcripts and heard words that are there whole, with when they were written."""
    folder = home / "library" / "episodes"
    paths = [*folder.glob("*/transcript.json"), *folder.glob("*/heard.json")]
    return {path: path.stat().st_mtime_ns for path in paths if read_if_whole(path)}


class Trial:
    """The undisturbed run, and what became of those that were disturbed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.feed = make_feed(folder)
        self.failures: list[str] = []
        self.slowest = 0.0
        self.runs = 0
        home = folder / "undisturbed"
        began = time.monotonic()
        code, said = forked(lambda: run_ingest(self.feed, home), self.log)
        self.seconds = time.monotonic() - began
        assert code == 0, said
        self.undisturbed = state_of(home)

    def points(self, files: bool) -> list[str]:
        """Return the points of a run, in order, by a run that writes them down."""
        home, found = self.folder / "traced", self.folder / "points"
        notes = os.open(found, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

        def run() -> int:
            Points(home, lambda number, name: os.write(notes, f"{name}\n".encode()) and None).wrap(files)
            return run_ingest(self.feed, home)

        code, said = forked(run, self.log)
        assert code == 0, said
        os.close(notes)
        shutil.rmtree(home)
        return found.read_text().splitlines()

    def disturbed(self, what: str, run: Callable[[Path], int], killed: bool, small: Path | None = None) -> None:
        """Run with a fault, then without, and note everything that is not as it must be; `small` is on a small disk."""
        home = small or Path(tempfile.mkdtemp(dir=self.folder)) / "home"
        code, said = forked(lambda: run(home), self.log)
        self.runs += 1
        if not killed and (code not in (0, 1) or "Traceback" in said):
            self.failures.append(f"{what}: ended with {code}: {said[-300:]}")
        if not killed and code == 1 and not re.search(r"^playback: |: failed: ", said, re.MULTILINE):
            self.failures.append(f"{what}: failed and said nothing: {said[-300:]}")
        there = finished(home)
        if small is not None:
            subprocess.run(["mount", "-o", "remount,size=64m", small.parent], check=True)
        began = time.monotonic()
        code, said = forked(lambda: run_ingest(self.feed, home), self.log)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if code != 0:
            self.failures.append(f"{what}: the next run ended with {code}: {said[-300:]}")
        elif (differs := _difference(self.undisturbed, state_of(home))) and self._unmended(home):
            self.failures.append(f"{what}: the next run left {differs}")
        elif any(finished(home)[name] != written for name, written in there.items()):
            self.failures.append(f"{what}: what was finished was made again")
        shutil.rmtree(home if small else home.parent)

    def _unmended(self, home: Path) -> str:
        """Let the doctor remove temporary files, which the next run need not look for, and compare again."""
        code, said = forked(lambda: doctor(home), self.log)
        return said if code else _difference(self.undisturbed, state_of(home))

    def result(self, **more: object) -> dict[str, object]:
        """What to print."""
        if self.slowest > READY:
            self.failures.append(f"ready again after {self.slowest:.1f} s")
        return {"runs": self.runs, "slowest_seconds": round(self.slowest, 2), **more, "failures": self.failures}


def _difference(expected: dict[str, object], found: dict[str, object]) -> str:
    names = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    return ", ".join(names[:4])
