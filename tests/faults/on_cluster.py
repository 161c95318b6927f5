"""A run of `playback ingest --cluster` in a process of its own, the processes it starts, and what it must leave."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.errors import PlaybackError
from ingest.library.records import episode_folder, episode_ids, load_transcript, transcript_ids
from ingest.storage.documents import matching
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


def faults_in(home: Path, run: Run) -> list[str]:
    """Return what is wrong with a library after a run, whatever happened to it: lost, doubled or half episodes."""
    found = []
    stored = set()
    for identifier in transcript_ids(home):
        try:
            transcript = load_transcript(home, identifier)
        except PlaybackError as error:
            found.append(f"{identifier} is half: {error}")
            continue
        if transcript is not None and transcript.turns:
            stored.add(identifier)
        if matching(episode_folder(home, identifier), "transcript-*.json"):
            found.append(f"{identifier} was made twice, and differs")
    said = run.acknowledged()
    found += [f"{identifier} was acknowledged and is not stored" for identifier in said if identifier not in stored]
    if len(said) != len(set(said)):
        found.append("an episode was acknowledged twice")
    return found


def whole(home: Path, count: int) -> bool:
    """Whether a library has so many episodes with a transcript, and no other but the recording."""
    return len(transcript_ids(home)) == count and len(episode_ids(home)) == count + 1
