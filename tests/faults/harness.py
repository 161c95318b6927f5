"""A run of Playback in a process of its own, with a fault or without, and what must be the same after both."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from points import Points  # beside this file
from sample import write_feed
from scenarios import BACKUP, SCENARIOS, Look, Sample, asked_for, awaited, run, unreadable
from told import told_by
from web import serving

from index.errors import IndexMissing
from index.generations.manifests import index_folder
from index.maintenance.archive import unpacked
from index.store import open_generation
from ingest.library.records import records
from ingest.storage.files import read_if_whole, read_json


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


@contextmanager
def sampled(folder: Path) -> Iterator[Sample]:
    """Make what all runs share, and serve it while they run."""
    local, web, base = (folder / name for name in ("local", "web", "base"))
    for path in (local, web, base):
        path.mkdir()
    feed = write_feed(local)
    # Twice, so that a generation before the live one is there, from which a purge must remove what it removes.
    for more in (["--limit", "3"], []):
        code, said = forked(lambda more=more: run(base, "ingest", str(feed), "--quiet", *more), folder / "log")
        assert code == 0, said
    with serving(web) as host:
        ids = {record.episode.guid: record.episode.id for record in records(base / "home")}
        yield Sample(feed, web, host, base, ids)


def state_of(place: Path) -> dict[str, object]:
    """Everything that two equal places must have in common: names and bytes of the library, content of the index."""
    home = place / "home"
    found: dict[str, object] = {"names": sorted(path.name for path in (*place.iterdir(), *home.iterdir()))}
    for path in sorted((home / "library").rglob("*")):
        name = path.relative_to(home).as_posix()
        if path.name == "state.json":
            found[name] = json.loads(path.read_bytes())["status"]
        elif path.name == "recording.json":
            # What the server said of a file is not known of one that was brought just before a kill: it is asked again.
            found[name] = {key: value for key, value in read_json(path).items() if key not in ("etag", "last_modified")}
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    if (place / BACKUP).exists():
        found |= {f"backup {name}": checksum for name, checksum in unpacked(place / BACKUP).items()}
    if index_folder(home).exists():
        found["index hidden"] = sorted(path.name for path in index_folder(home).iterdir() if path.name.startswith("."))
    try:
        generation = open_generation(home)
    except IndexMissing:
        return found
    for name, told in told_by(generation).items():
        found[f"index {name}"] = hashlib.sha256(repr(told).encode()).hexdigest()
    generation.close()
    return found


def finished(place: Path) -> dict[str, tuple[str, int]]:
    """The transcripts and heard words that are there whole, with their bytes and when they were written."""
    folder = place / "home" / "library" / "episodes"
    paths = [*folder.glob("*/transcript.json"), *folder.glob("*/heard.json")]
    return {
        path.relative_to(place / "home").as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in paths
        if read_if_whole(path)
    }


class Trial:
    """The undisturbed run of a scenario, and what became of those that were disturbed."""

    def __init__(self, name: str, sample: Sample, folder: Path) -> None:
        self.scenario, self.sample = SCENARIOS[name], sample
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        self.log = self.folder / "log"
        self.failures: list[str] = []
        self.slowest = 0.0
        self.runs = self.resumed = 0
        code, said = forked(lambda: self.scenario.prepare(sample, self.folder / "before") or 0, self.log)
        assert code == 0, said
        place = self.place()
        began = time.monotonic()
        code, said = forked(lambda: self.run(place), self.log)
        self.seconds = time.monotonic() - began
        assert code == 0, said
        self.undisturbed = state_of(place)
        assert not (problems := self._problems(place, self.scenario.left)), problems

    def place(self, where: Path | None = None) -> Path:
        """Return a fresh place, as it is before the command; a copy keeps when its files were written."""
        place = where or Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.folder / "before", place, dirs_exist_ok=True)
        return place

    def run(self, place: Path) -> int:
        """Run the command."""
        return run(place, *self.scenario.arguments(self.sample, place))

    def points(self, files: bool) -> list[str]:
        """Return the points of a run, in order, by a run that writes them down."""
        place, found = self.place(), self.folder / "points"
        notes = os.open(found, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

        def traced() -> int:
            Points(place, lambda number, name: os.write(notes, f"{name}\n".encode()) and None).wrap(files)
            return self.run(place)

        code, said = forked(traced, self.log)
        assert code == 0, said
        os.close(notes)
        shutil.rmtree(place)
        return found.read_text().splitlines()

    def disturbed(self, what: str, run: Callable[[Path], int], killed: bool, small: Path | None = None) -> None:
        """Run with a fault, then without, and note everything that is not as it must be; `small` is on a small disk."""
        place = self.place(small)
        code, said = forked(lambda: run(place), self.log)
        self.runs += 1
        if not killed and (code not in (0, 1) or "Traceback" in said):
            self._fails(what, f"ended with {code}: {said[-300:]}")
        if not killed and code == 1 and not re.search(r"^(playback|person): |: failed: ", said, re.MULTILINE):
            self._fails(what, f"failed and said nothing: {said[-300:]}")
        if small is not None:
            subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        if problems := self._problems(place, self.scenario.torn, half=True):
            self._fails(what, f"half-way {problems}")
        there, first, asked = finished(place), awaited(place), asked_for(self.sample)
        began = time.monotonic()
        code, said = forked(lambda: self.run(place), self.log)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if code != 0:
            self._fails(what, f"the next run ended with {code}: {said[-300:]}")
        elif problems := self._problems(place, self.scenario.left):
            self._fails(what, f"the next run left {problems}")
        elif (differs := _difference(self.undisturbed, state_of(place))) and self._unmended(place):
            self._fails(what, f"the next run left {differs}")
        elif again := _written_again(there, finished(place)):
            self._fails(what, f"what was finished was made again: {again}")
        if self.scenario.steps:
            wanted, got = [] if first is None else [first], asked_for(self.sample)[len(asked) :]
            self.resumed += first is not None and first > 0
            if wanted != got:
                self._fails(what, f"the next run asked for the recording from {got}, not {wanted}")
        shutil.rmtree(place, ignore_errors=small is not None)

    def _problems(self, place: Path, look: Look, half: bool = False) -> str:
        """Return what a scenario says of a place, in a process of its own."""
        report = self.folder / "problems"

        def looked() -> int:
            found = [*look(self.sample, place), *(unreadable(place, self.scenario.silent) if half else ())]
            report.write_text("; ".join(found))
            return 0

        code, said = forked(looked, self.log)
        return report.read_text() if code == 0 else f"cannot be looked at: {said[-300:]}"

    def _unmended(self, place: Path) -> str:
        """Let the doctor remove temporary files, which the next run need not look for, and compare again."""
        code, said = forked(lambda: run(place, "doctor"), self.log)
        return said if code else _difference(self.undisturbed, state_of(place))

    def _fails(self, what: str, how: str) -> None:
        self.failures.append(f"{what}: {how}")
        sys.stderr.write(f"{what}: {how}\n")

    def result(self, **more: object) -> dict[str, object]:
        """Return the figures of the runs since the last result."""
        if self.scenario.steps:
            more["resumed"] = self.resumed
        found = {"runs": self.runs, "slowest_seconds": round(self.slowest, 2), **more}
        self.runs, self.slowest, self.resumed = 0, 0.0, 0
        return found


def _written_again(before: dict[str, tuple[str, int]], now: dict[str, tuple[str, int]]) -> list[str]:
    """Return the files that were there as they are now, and were written once more."""
    return [name for name in before if name in now and before[name][0] == now[name][0] and before[name] != now[name]]


def _difference(expected: dict[str, object], found: dict[str, object]) -> str:
    names = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    return ", ".join(names[:4])
