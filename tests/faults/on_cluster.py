"""A run of `playback ingest --cluster` in a process of its own, the processes it starts, and what it must leave."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import PlaybackError
from ingest.library.outcome import load_state
from ingest.library.records import episode_folder, episode_ids, load_record, load_transcript, transcript_ids
from ingest.storage.documents import matching
from ingest.storage.mounts import is_mounted
from tests.faults.sample import TALK, write_feed

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
# Seconds after which a run that says nothing has failed its promise to end. Ray starts slowly on a busy machine.
BOUND = 240.0
FIRST = 10  # the number of the first episode


def write_many(folder: Path, count: int) -> Path:
    """Write a feed of so many episodes with text, each with a word of its own, and the recording of the sample."""
    folder.mkdir(parents=True, exist_ok=True)
    words = (f"{'bcdfghjklmnprst'[n % 15]}oa{'lmnrst'[n // 15 % 6]}er" for n in range(count))
    return write_feed(folder, told={FIRST + n: TALK.format(word) for n, word in enumerate(words)})


class Run:
    """A run of the command; what it prints is read while it runs. `inside` is put before the command."""

    def __init__(self, home: Path, feed: Path, *options: str, inside: Sequence[str] = (), **variables: str) -> None:
        self._home = home
        self.said = home.parent / f"said-{random.getrandbits(32)}"
        self.began = time.monotonic()
        command = [*inside, sys.executable, str(FOLDER / "slow_ingest.py"), "--home", str(home), "ingest", str(feed)]
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--no-audio", "--no-index", "--quiet", *options],
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": f"{ROOT}:{FOLDER}", "PYTHONUNBUFFERED": "1", **variables},
            )

    def acknowledged(self) -> list[str]:
        """Return the ids of the episodes that it says are ingested, in order."""
        return re.findall(r"^(\S+)  ingested: ", self.said.read_text(), re.MULTILINE)

    def begun(self) -> set[str]:
        """Return the ids of the episodes that workers have begun, in this run or an earlier one."""
        folder = self._home / "begun"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def wait_for(self, count: int) -> None:
        """Wait until it has acknowledged so many episodes, or has ended."""
        while len(self.acknowledged()) < count and self.process.poll() is None:
            assert time.monotonic() - self.began < BOUND, self.said.read_text()
            time.sleep(0.05)

    def end(self) -> tuple[int, str]:
        """Wait for its end; return its exit code and what it said. Fails if it does not come."""
        code = self.process.wait(BOUND)
        return code, self.said.read_text()

    def processes(self, name: str) -> list[int]:
        """Return the processes below it whose command begins with a name, such as "raylet", or "driver"."""
        return [pid for pid, command in below(self.process.pid) if name in command]


def below(root: int) -> Iterator[tuple[int, str]]:
    """Yield every process below one with a word for its command: the file that runs, `ray::Worker`, or `driver`."""
    children: dict[int, list[int]] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
        commands[int(folder.name)] = "driver" if "--multiprocessing-fork" in words else words[0].rpartition("/")[2]
    waiting = [root]
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            yield pid, commands[pid]
            waiting.append(pid)


def kill(pids: Sequence[int]) -> None:
    """Kill processes, which may be gone."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def left_running(pids: Sequence[int]) -> list[int]:
    """Return those of the processes that still run after two minutes: agents of a Ray without a head take one."""
    for _ in range(1200):
        running = [pid for pid in pids if _is_running(pid)]
        if not running:
            return []
        time.sleep(0.1)
    return running


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Left:
    """What a run left in the library: how many episodes are stored whole, and the ids of those that are not as said."""

    stored: int
    lost: tuple[str, ...]  # acknowledged and not stored
    doubled: tuple[str, ...]
    half: tuple[str, ...]

    @property
    def faults(self) -> list[str]:
        """Return what is wrong, a line each."""
        kinds = {"acknowledged and not stored": self.lost, "doubled": self.doubled, "half": self.half}
        return [f"{identifier} is {kind}" for kind, ids in kinds.items() for identifier in ids]


def left_by(home: Path, run: Run) -> Left:
    """Return what a run left, whatever happened to it.

    An episode is half if its transcript cannot be read, and in a database, where both are one commit, if it has a
    transcript and no outcome.
    """
    stored, half, doubled = set(), [], []
    for identifier in transcript_ids(home):
        try:
            transcript, state = load_transcript(home, identifier), load_state(home, identifier)
        except PlaybackError:
            half.append(identifier)
            continue
        if is_mounted(home) and state is None:
            half.append(identifier)
        if transcript is not None and transcript.turns:
            stored.add(identifier)
        if matching(episode_folder(home, identifier), "transcript-*.json"):
            doubled.append(identifier)
    guids = Counter(load_record(home, identifier).episode.guid for identifier in episode_ids(home))
    said = Counter(run.acknowledged())
    doubled += [name for name, count in (*guids.items(), *said.items()) if count > 1]
    return Left(len(stored), tuple(said.keys() - stored), tuple(doubled), tuple(half))


def faults_in(home: Path, run: Run) -> list[str]:
    """Return what is wrong with a library after a run, whatever happened to it: lost, doubled or half episodes."""
    return left_by(home, run).faults


def whole(home: Path, count: int) -> bool:
    """Whether a library has so many episodes with a transcript, and no other but the recording."""
    return len(transcript_ids(home)) == count and len(episode_ids(home)) == count + 1
