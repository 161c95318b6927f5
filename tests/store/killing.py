"""Runs of `playback ingest` into PostgreSQL in which a process is killed, and what must hold after each.

`python -m tests.store.killing 60` makes 60 runs and prints what they lost; `test_killed` makes a few.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api import cli
from index.mounting import prepare
from ingest.doctor.library import examine_library
from ingest.errors import PlaybackError, StoreError
from ingest.library.outcome import load_state
from ingest.library.records import episode_ids, load_record, load_transcript, transcript_ids
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount
from tests.postgres import fresh_database, kill_postmaster, restart, running_server

# With so few, --no-audio needs no process for each.
EPISODES = 6
TURNS = 120
SPEAKERS = ("Ann Tar", "Bob Oak")
WORDS = ("", "foremast", "halyard", "capstan", "bollard", "bowsprit", "rudder", "keel", "anchor")
SENTENCES = (
    "Hello and welcome back. What did you learn about the {0} in week {1}?",
    "Thank you. I learnt that nobody had looked after the {0} since winter {1}, and that surprised me.",
    "Why do you think that happened? I would have expected {1} people to notice.",
    "We never asked them, honestly. When I finally did, they told me about {1} other things, and the {0} came last.",
    "So how did you mend it in the end, and who paid you for those {1} days?",
    "I borrowed a boat from my neighbour, and we worked on it for {1} evenings until the {0} moved again.",
    "That sounds tiring! Would you do it differently if you had to mend {1} of them tomorrow?",
)
KINDS = ("ingesting", "postmaster", "worker")
_PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Killed:
    """A run: what was killed after how many acknowledged episodes, what was lost, and seconds until it answered."""

    kind: str
    acknowledged: int
    faults: tuple[str, ...]
    answers_after: float | None = None


def write_feed(folder: Path) -> Path:
    """Write a feed whose episodes have long transcripts in their notes, each with words of its own."""
    items = []
    for number in range(1, EPISODES + 1):
        said = "".join(
            f"&lt;p&gt;{SPEAKERS[turn % 2]}: {SENTENCES[turn % len(SENTENCES)].format(WORDS[number], turn)}&lt;/p&gt;"
            for turn in range(TURNS)
        )
        items.append(
            f"<item><guid>g-{number}</guid><title>Talk {number}</title><description>{said}</description></item>"
        )
    path = folder / "feed.xml"
    path.write_text(f'<rss version="2.0"><channel><title>Tar show</title>{"".join(items)}</channel></rss>')
    return path


def run_killed(server: Any, kind: str, chance: random.Random) -> Killed:
    """Ingest, kill a process after some episodes were acknowledged, run again, and compare."""
    with fresh_database(server) as url, tempfile.TemporaryDirectory() as place:
        prepare(url, is_upgrade=False)
        home, feed = Path(place) / "home", write_feed(Path(place))
        after, rest = chance.randrange(EPISODES), chance.uniform(0, 0.04)
        faults: list[str] = []
        first = _Run(url, home, feed, workers=2 if kind == "worker" else 1)
        first.wait_for(after)
        time.sleep(rest)
        answers_after = None
        if kind == "ingesting":
            os.kill(first.process, signal.SIGKILL)
        elif kind == "worker":
            _kill_worker(first.process)
        else:
            kill_postmaster(server)
            restart(server)
            answers_after = _seconds_until_it_answers(url, home)
        acknowledged = first.end()
        faults += _lost(url, home, acknowledged)
        second = _Run(url, home, feed, workers=1)
        second.end()
        faults += _left(url, home)
        return Killed(kind, len(acknowledged), tuple(faults), answers_after)


class _Run:
    """`playback ingest` in a process of its own, and the lines that it printed."""

    def __init__(self, url: str, home: Path, feed: Path, workers: int) -> None:
        reading, writing = os.pipe()
        sys.stdout.flush()
        self.process = os.fork()
        if self.process == 0:
            code = 70
            try:
                os.setsid()
                os.close(reading)
                os.dup2(writing, 1)
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
                sys.stdout = os.fdopen(1, "w", buffering=1)
                os.environ["PLAYBACK_STORE"] = url
                options = ["--no-audio", "--no-index", "--quiet", "--workers", str(workers)]
                code = cli.main(["--home", str(home), "ingest", *options, str(feed)])
            finally:
                os._exit(code)
        os.close(writing)
        self._reading = reading
        self._said = b""

    def wait_for(self, count: int) -> None:
        """Return when so many episodes were acknowledged, or the run has ended."""
        while len(self._acknowledged()) < count and self._read():
            pass

    def end(self) -> list[str]:
        """Return the ids of the acknowledged episodes when the run has ended; one that hangs is killed."""
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(self.process, signal.SIGKILL))
        signal.alarm(_PATIENCE)
        while self._read():
            pass
        os.waitpid(self.process, 0)
        signal.alarm(0)
        os.close(self._reading)
        with suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)  # worker processes whose parent was killed
        return self._acknowledged()

    def _read(self) -> bool:
        data = os.read(self._reading, 65_536)
        self._said += data
        return bool(data)

    def _acknowledged(self) -> list[str]:
        lines = self._said[: self._said.rfind(b"\n") + 1].decode().splitlines()
        return [line.split("  ")[0] for line in lines if "  ingested: " in line]


def _kill_worker(parent: int) -> None:
    """Kill the newest child of a process, which is a worker unless it has none yet."""
    with suppress(OSError, IndexError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        os.kill(int(children[-1]), signal.SIGKILL)


def _seconds_until_it_answers(url: str, home: Path) -> float:
    begun = time.monotonic()
    while True:
        try:
            mount_store(home, url)
            episode_ids(home)
        except StoreError:
            time.sleep(0.05)
        else:
            unmount(home)
            return time.monotonic() - begun


def _lost(url: str, home: Path, acknowledged: list[str]) -> Iterator[str]:
    """Yield what was acknowledged and is not stored whole."""
    mount_store(home, url)
    for identifier in acknowledged:
        try:
            state, transcript = load_state(home, identifier), load_transcript(home, identifier)
        except PlaybackError as error:
            yield f"{identifier} was acknowledged and is half: {error}"
        else:
            if state is None or state.status != "ingested" or transcript is None:
                yield f"{identifier} was acknowledged and is not stored"
    for identifier in transcript_ids(home):
        if load_state(home, identifier) is None:
            yield f"{identifier} has a transcript and no outcome: half"
    unmount(home)


def _left(url: str, home: Path) -> Iterator[str]:
    """Yield what is not as after a run without a fault."""
    mount_store(home, url)
    ids = episode_ids(home)
    guids = Counter(load_record(home, identifier).episode.guid for identifier in ids)
    if len(ids) != EPISODES or set(guids.values()) != {1}:
        yield f"{len(ids)} episodes instead of {EPISODES}: {guids}"
    for identifier in ids:
        transcript, state = load_transcript(home, identifier), load_state(home, identifier)
        if transcript is None or len(transcript.turns) != TURNS or state is None or state.status != "ingested":
            yield f"{identifier} is not whole after the next run: {state}"
    yield from (f"{one.path}: {one.problem}" for one in examine_library(home) if one.outcome == "person")
    unmount(home)


def main(runs: int) -> int:
    """Make the runs and print a line for each; return how many faults they had."""
    chance = random.Random(19)
    faults = 0
    slowest = 0.0
    with running_server() as server:
        for number in range(runs):
            kind = KINDS[0] if number % 3 == 0 else KINDS[1] if number % 3 == 1 else KINDS[2 if number % 2 else 0]
            done = run_killed(server, kind, chance)
            faults += len(done.faults)
            slowest = max(slowest, done.answers_after or 0.0)
            said = "; ".join(done.faults)[:400] or "whole"
            print(f"{number + 1:3} {done.kind}: {done.acknowledged} acknowledged; {said}", flush=True)
    print(f"{runs} runs, {faults} faults; it answered at most {slowest:.1f} s after the database did")
    return faults


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]))))
