"""Ingestion on Ray into PostgreSQL: a killed worker loses nothing, and nobody but the processes learns the password."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.generations.published import mounted_index
from index.mounting import mount, prepare
from ingest.storage.mounts import unmount
from tests.faults.on_cluster import Run, below, faults_in, kill, left_running, whole, write_many
from tests.faults.sample import Stems
from tests.postgres import as_user, kill_postmaster, restart

COUNT = 6
PASSWORD = "not-to-be-seen-9f3"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    unmount(tmp_path / "home")


@pytest.fixture
def store(empty: str) -> str:
    """The address of a database with tables, with a password, which the server does not ask for."""
    prepare(empty, is_upgrade=False)
    return as_user(empty, "postgres", PASSWORD)


def holding_password(run: Run) -> list[Path]:
    """Return which command lines and files of Ray hold the password while a run is at work."""
    commands = [Path(f"/proc/{pid}/cmdline") for pid in (run.process.pid, *run.processes(""))]
    said = b" ".join(map(read, commands)).replace(b"\0", b" ")
    session = re.search(rb"(/[^\s=:,]*/playback-ray-[^/\s]+)/session_", said)
    assert session is not None
    logs = [path for path in Path(session[1].decode()).rglob("*") if path.is_file()]
    assert any(map(read, logs))
    return [path for path in (*commands, *logs) if PASSWORD.encode() in read(path)]


def read(path: Path) -> bytes:
    """Return what a file holds, nothing if it is gone by now."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


@pytest.mark.long
def test_a_killed_worker_loses_nothing(home: Path, tmp_path: Path, store: str) -> None:
    """Its episode is tried again, all are stored once, and the index of all of them is published into the database."""
    feed = write_many(tmp_path / "feed", COUNT)
    variables = {"PLAYBACK_STORE": store, "TMPDIR": str(tmp_path)}  # whose name is too long for Ray's sockets
    run = Run(home, feed, "--cluster", "auto", "--workers", "2", **variables)
    run.wait_for(2)
    started = [pid for pid, _ in below(run.process.pid)]
    kill(run.processes("ray::Worker")[:1])
    run.wait_for(3)
    assert holding_password(run) == []
    code, said = run.end()
    assert PASSWORD not in said
    assert left_running(started) == []
    assert not list(home.rglob("*.json")), "the library is in the database alone"
    mount(home, store)
    assert faults_in(home, run) == []
    assert code == 0, said
    assert whole(home, COUNT), said
    build(home, Stems(), False)
    mounted = mounted_index(home)
    assert mounted is not None
    assert mounted.publish(3).episodes == COUNT


@pytest.mark.long
def test_a_killed_database_loses_nothing(home: Path, tmp_path: Path, store: str, server: Any) -> None:
    """Episodes fail with a line or are lost with their workers; the same command ends what was begun."""
    feed = write_many(tmp_path / "feed", COUNT)
    run = Run(home, feed, "--cluster", "auto", "--workers", "2", PLAYBACK_STORE=store)
    run.wait_for(2)
    kill_postmaster(server)
    code, said = run.end()
    restart(server)
    assert code == 1, said
    assert PASSWORD not in said
    assert "Traceback" not in said
    assert "please report it" not in said
    mount(home, store)
    assert faults_in(home, run) == []
    assert Run(home, feed, PLAYBACK_STORE=store).end()[0] == 0
    assert whole(home, COUNT)
