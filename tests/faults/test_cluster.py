"""Ingestion on Ray while its processes are killed: nothing is lost, doubled or half, and the command ends in time.

`make test` asks what needs no Ray, `make test-long` kills each kind of process once, `make torture` many times at
random moments, and cuts the network between two nodes.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.library.outcome import load_state
from ingest.library.records import records, transcript_ids
from tests.faults.cluster_runs import main
from tests.faults.on_cluster import ROOT, Run, below, faults_in, kill, left_running, whole, write_many
from tests.faults.slow_ingest import POISON

COUNT = 8
# What is killed, and whether the command goes on without it.
VICTIMS = {"ray::Worker": True, "raylet": False, "gcs_server": False, "driver": False}


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return write_many(tmp_path / "feed", COUNT)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def ingested_again(home: Path, feed: Path, count: int = COUNT) -> None:
    """The same command without a cluster ends what another began."""
    code, said = Run(home, feed).end()
    assert code == 0, said
    assert whole(home, count), said


@pytest.mark.long
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_process_loses_nothing(home: Path, feed: Path, victim: str) -> None:
    """What was acknowledged is stored; the command goes on without a worker, and else ends with a line."""
    run = Run(home, feed, "--cluster", "auto", "--workers", "2")
    run.wait_for(2)
    started = [pid for pid, _ in below(run.process.pid)]
    kill(run.processes(victim)[:1])
    code, said = run.end()
    assert "Traceback" not in said
    assert faults_in(home, run) == []
    assert left_running(started) == []
    if VICTIMS[victim]:
        assert code == 0, said
        assert whole(home, COUNT), said
    else:
        assert code in (0, 1), said  # 0 where it had been killed when all was done
        assert code == 0 or said.splitlines()[-1].endswith("run the same command again to continue"), said
        ingested_again(home, feed)


@pytest.mark.torture
def test_sixty_runs_that_lose_something_lose_no_episode() -> None:
    """As above, and with a database and a network that are lost, at moments drawn by chance; prints a table."""
    assert main(64) == 0


@pytest.mark.long
def test_ctrl_c_stops_everything(home: Path, tmp_path: Path) -> None:
    """The command says how to continue, exits with 130, leaves no process and loses nothing."""
    count = 3 * COUNT
    home.mkdir()
    (home / "seconds").write_text("3")  # so that also a busy machine stops it before it has ended
    feed = write_many(tmp_path / "feed", count)
    # What a shell runs in the background ignores it, and so would the command.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    run = Run(home, feed, "--cluster", "auto", "--workers", "2")
    signal.signal(signal.SIGINT, before)
    run.wait_for(2)
    started = [pid for pid, _ in below(run.process.pid)]
    run.process.send_signal(signal.SIGINT)
    code, said = run.end()
    assert (code, said.splitlines()[-1]) == (130, "playback: stopped; run the same command again to continue")
    assert left_running(started) == []
    assert faults_in(home, run) == []
    ingested_again(home, feed, count)


@pytest.mark.long
def test_a_killed_command_leaves_no_process(home: Path, feed: Path) -> None:
    """Nobody has to clean up after kill -9."""
    run = Run(home, feed, "--cluster", "auto", "--workers", "2")
    run.wait_for(2)
    started = [pid for pid, _ in below(run.process.pid)]
    run.process.kill()
    run.end()
    assert left_running(started) == []
    assert faults_in(home, run) == []
    ingested_again(home, feed)


@pytest.mark.long
def test_a_poison_is_one_failure_and_then_in_quarantine(home: Path, feed: Path) -> None:
    """An episode that kills its workers costs that episode alone, and after three runs it is left alone."""
    home.mkdir()
    (home / "poison").touch()
    statuses = []
    for _ in range(3):
        run = Run(home, feed, "--cluster", "auto", "--workers", "2")
        code, said = run.end()
        assert code == 1, said
        assert faults_in(home, run) == []
        poison = next(record.episode.id for record in records(home) if record.episode.title == POISON)
        state = load_state(home, poison)
        statuses.append(state and state.status)
        assert len(transcript_ids(home)) == COUNT - 1, said
    assert statuses == ["failed", "failed", "quarantined"]


def command(*options: str, before: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    program = f"import sys\n{before}\nfrom api.cli import main\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
    )


def test_without_ray_a_line_says_what_to_install(tmp_path: Path, feed: Path) -> None:
    """The extra is named, and nothing is half done: the episodes are registered and wait."""
    done = command(
        *("--home", str(tmp_path / "home"), "ingest", str(feed), "--no-audio", "--no-index", "--cluster", "auto"),
        before="sys.modules['ray'] = None",
    )
    assert (done.returncode, done.stderr) == (1, "playback: --cluster needs Ray: pip install 'gds-playback[cluster]'\n")


def test_an_address_where_nobody_answers_is_a_line(tmp_path: Path, feed: Path) -> None:
    """A cluster that is not there is told from one that does not let us in."""
    done = command("--home", str(tmp_path / "home"), "ingest", str(feed), "--no-audio", "--cluster", "127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.startswith("playback: no Ray cluster answers at 127.0.0.1:1: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("localhost:99999", "99999 is not a port; the highest is 65535"),
        ("localhost:0", "0 is not a whole number"),
        ("localhost", "localhost is neither auto nor the HOST:PORT of a Ray cluster's head"),
    ],
)
def test_an_address_that_is_none_is_wrong_usage(tmp_path: Path, feed: Path, address: str, wrong: str) -> None:
    """It is not tried, and the line says which part is wrong."""
    done = command("--home", str(tmp_path / "home"), "ingest", str(feed), "--no-audio", "--cluster", address)
    assert done.returncode == 2
    assert wrong in done.stderr
    assert "refused" not in done.stderr


def test_nothing_of_ray_is_imported_without_it(tmp_path: Path, feed: Path) -> None:
    """A run without --cluster pays nothing for it."""
    home = str(tmp_path / "home")
    done = command(
        *("--home", home, "ingest", str(feed), "--no-audio", "--no-index"),
        before="import atexit\natexit.register(lambda: print('ray' in sys.modules))",
    )
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "False"
