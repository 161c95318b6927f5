"""What a database refuses, and what goes wrong with it: one clear line or 503, nothing lost, no password anywhere."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api import cli
from api.app import create_app
from api.episodes.library import episodes_of
from api.episodes.listing import entries_of
from api.knowledge_base import removed_since
from api.settings import Settings
from index.building.build import build
from index.generations.published import mount_index
from index.mounting import prepare
from index.postgres.opening import DatabaseIndex
from ingest.errors import StoreError
from ingest.item import Item, Link
from ingest.library import removal
from ingest.library.outcome import load_state
from ingest.library.player import note_in, playable_of
from ingest.library.postgres import connection as connecting
from ingest.library.postgres import leases
from ingest.library.postgres.connection import connect
from ingest.library.postgres.documents import PostgresDocuments
from ingest.library.records import episode_folder, load_record, transcript_ids
from ingest.library.register import register_items
from ingest.library.store import mount_store
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.stages.recording import recording_of
from ingest.storage.documents import exists, together
from ingest.storage.files import lock, write_json
from ingest.storage.mounts import mounted, unmount
from tests.api.conftest import HashedStems
from tests.postgres import as_user, fresh_database, kill_postmaster, restart, running_server
from tests.store.serving import Wire

ROOT = Path(__file__).parents[2]
SECRET = "kumquat"
NOTES = "<p>Ann: Hello and welcome to the show.</p><p>Bob: Thank you, it is good to be here today.</p>" * 3
OFFLINE = IngestSettings(audio=False, allow=None)


@pytest.fixture
def home(tmp_path: Path, database: str) -> Iterator[Path]:
    """A data folder whose documents are in the database."""
    mount_store(tmp_path / "home", database)
    yield tmp_path / "home"
    unmount(tmp_path / "home")


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command with a store; return its exit code and what it said, which never holds the password."""

    def ran(store: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("PLAYBACK_STORE", store)
        try:
            code = cli.main(["--home", str(tmp_path / "home"), *(arguments or ("status",))])
        finally:
            unmount(tmp_path / "home")
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err
        assert "Traceback" not in printed.err and printed.err.count("\n") <= 1
        return code, printed.out if code == 0 else printed.err

    return ran


def registered(home: Path) -> Any:
    [episode] = register_items(home, [Item("g-1", "f", title="Talk", show_title="Tea show", notes=NOTES)]).episodes
    return episode


def test_a_server_that_cannot_be_used_is_one_line(said: Any, server: Any, empty: str) -> None:
    """None there, a wrong password, no such database, an address that is none, a database without tables."""
    folder = connecting.conninfo_to_dict(empty)["host"]
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'")
        rules = Path(connection.execute("SHOW hba_file").fetchone()[0])
        before = rules.read_text()
        rules.write_text(f"local all guarded scram-sha-256\n{before}")
        connection.execute("SELECT pg_reload_conf()")
    try:
        for store, words in (
            (f"postgresql://ann:{SECRET}@127.0.0.1:1/x", "cannot be reached: Connection refused; correct"),
            (as_user(empty, "guarded", f"{SECRET}s"), "the server refuses this user or password"),
            (f"postgresql://ann:{SECRET}@/none?host={folder}&user=postgres", "has no such database; create it"),
            (f"postgresql://ann:{SECRET}/x@host:5432/x", "is no address of PostgreSQL; write it as"),
            (f"postgresql://ann:1/{SECRET}@host:5432/x", "is no address of PostgreSQL; write it as"),
            (f"postgresql://ann:p@{SECRET}@host:5432/x", "is no address of PostgreSQL; write it as"),
            (f"mysql://ann:{SECRET}@host/x", "must be an address such as postgresql://"),
            (empty, "holds no library of Playback; run: playback store init"),
        ):
            code, line = said(store)
            assert code == 1
            assert words in line
    finally:
        rules.write_text(before)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP ROLE guarded")


def test_tables_are_made_once_and_checked(said: Any, empty: str) -> None:
    """`store init` can be run again; `migrate` needs tables; an earlier and a newer schema are told apart."""
    assert said(empty, "store", "migrate") == (
        1,
        "playback: " + _shown(empty) + ": holds no library of Playback; run: playback store init\n",
    )
    assert said(empty, "store", "init") == (
        0,
        "library: tables made (version 1)\nindex: tables made (version 1)\n",
    )
    assert said(empty, "store", "init") == (
        0,
        "library: its tables are of this version already (1)\nindex: its tables are of this version already (1)\n",
    )
    assert said(empty)[0] == 0
    with psycopg.connect(empty) as connection:
        connection.execute("UPDATE playback.meta SET version = 9")
    for arguments in ((), ("store", "migrate")):
        code, line = said(empty, *arguments)
        assert (code, "is of a newer version of Playback (schema 9; this one knows 1)" in line) == (1, True)
    with psycopg.connect(empty) as connection:
        connection.execute("UPDATE playback.meta SET version = 0")
        connection.execute("DELETE FROM playback.meta")
    assert "playback store init" in said(empty)[1]


def test_a_server_that_is_too_old_is_refused(said: Any, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the version that is needed."""
    monkeypatch.setattr(connecting, "LEAST_SERVER", 99)
    assert "Playback needs 99 or later" in said(database)[1]


def test_a_user_who_may_only_read_is_told_so(said: Any, server: Any, database: str, tmp_path: Path) -> None:
    """Reading goes on, writing is refused in one line, and nothing is half done."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA playback TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA playback TO reader")
    try:
        store = as_user(database, "reader", "x")
        assert said(store)[0] == 0
        notes = tmp_path / "talk.txt"
        notes.write_text("Ann: Hello and welcome.\n\nBob: Thank you very much.\n")
        code, line = said(store, "ingest", "--no-index", "--quiet", str(notes))
        assert (code, "may not do that: permission denied" in line) == (1, True)
        mount_store(tmp_path / "read", store)
        assert transcript_ids(tmp_path / "read") == []
        unmount(tmp_path / "read")
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP OWNED BY reader")
            connection.execute("DROP ROLE reader")


def test_a_lost_connection_loses_nothing_that_was_acknowledged(home: Path, database: str) -> None:
    """Inside a transaction all of it is undone, with one line; the next call connects anew."""
    episode = registered(home)
    there = mounted(home / "library")
    assert there is not None
    path = episode_folder(home, episode.id) / "state.json"
    with pytest.raises(StoreError, match="the connection was lost"), together(home / "library"):
        write_json(path, {"schema": 1, "status": "half"})
        _end_connections(database)
        write_json(path, {"schema": 1, "status": "whole"})
    assert load_state(home, episode.id) is None
    _end_connections(database)
    assert load_record(home, episode.id).episode == episode


def test_a_refusal_that_somebody_caught_is_not_taken_for_success(home: Path) -> None:
    """The server undoes the whole transaction, so whoever began it must hear of that."""
    path = home / "library" / "feeds" / "a.json"
    with pytest.raises(StoreError, match="what belongs to it was undone"), together(home / "library"):
        write_json(path, {"schema": 1})
        there = mounted(home / "library")
        assert there is not None
        with suppress(StoreError):
            there[0].touch("library/feeds/a.json", 10**30)
    assert not exists(path)


def test_an_episode_is_stored_whole_or_not_at_all(home: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the connection is lost between the transcript and its outcome, neither is there; the next run stores both."""
    episode = registered(home)
    whole = write_json

    def lost(path: Path, data: dict[str, Any]) -> None:
        if path.name == "state.json" and data["status"] == "ingested":
            _end_connections(database)
        whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr("ingest.library.outcome.write_json", lost)
        outcome = ingest_episode(episode, home, OFFLINE)
    assert (outcome.status, outcome.passing) == ("failed", True)
    assert "the connection was lost" in outcome.message
    assert transcript_ids(home) == []
    assert ingest_episode(episode, home, OFFLINE).status == "ingested"
    assert transcript_ids(home) == [episode.id]


def test_a_note_counts_though_the_clock_of_the_database_is_behind(home: Path) -> None:
    """A note older than its recording is about an earlier one, and the two are kept by machines with own clocks."""
    sound = ROOT / "data" / "sample" / "1-rehearsal.mp3"
    [episode] = register_items(home, [Item("g-1", "f", title="Talk", enclosure=Link(str(sound)))]).episodes
    folder = episode_folder(home, episode.id)
    folder.mkdir(parents=True)
    audio = folder / "audio.mp3"
    audio.write_bytes(sound.read_bytes())
    ahead = time.time_ns() + 3_600 * 10**9
    os.utime(audio, ns=(ahead, ahead))
    assert recording_of(home, load_record(home, episode.id), None) == audio
    assert note_in(folder, audio) is not None and playable_of(home, episode.id).duration is not None


def test_a_removal_that_is_undone_keeps_the_recording(
    home: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the connection is lost before all is stored, the episode is there with its recording; again removes both."""
    episode = registered(home)
    folder = episode_folder(home, episode.id)
    folder.mkdir(parents=True)
    (folder / "audio.mp3").write_bytes(b"sound")
    whole = removal.move_folder

    def lost(*folders: Path) -> None:
        whole(*folders)
        _end_connections(database)

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="the connection was lost"):
        patch.setattr(removal, "move_folder", lost)
        removal.remove_episode(home, episode.id, "", purge=False)
    assert load_record(home, episode.id).episode == episode
    assert (folder / "audio.mp3").read_bytes() == b"sound"
    removal.remove_episode(home, episode.id, "", purge=False)
    assert (home / "library" / "removed" / episode.id / "audio.mp3").read_bytes() == b"sound"


def test_a_purge_that_is_undone_keeps_the_recording(home: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording is deleted when the removal is stored, not before; again deletes it."""
    episode = registered(home)
    folder = episode_folder(home, episode.id)
    folder.mkdir(parents=True)
    (folder / "audio.mp3").write_bytes(b"sound")
    whole = removal.forget_words

    def lost(*arguments: Any) -> None:
        whole(*arguments)
        _end_connections(database)

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="the connection was lost"):
        patch.setattr(removal, "forget_words", lost)
        removal.remove_episode(home, episode.id, "", purge=True)
    assert load_record(home, episode.id).episode == episode
    assert (folder / "audio.mp3").read_bytes() == b"sound"
    removal.remove_episode(home, episode.id, "", purge=True)
    assert [path for path in home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("step", ["_move_files", "_empty"])
def test_a_purge_that_is_killed_before_the_recording_goes_is_completed(
    step: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The removal is stored by then; the same command deletes what it left, wherever that lies."""
    episode = registered(home)
    folder = episode_folder(home, episode.id)
    folder.mkdir(parents=True)
    (folder / "audio.mp3").write_bytes(b"sound")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(f"ingest.storage.documents.{step}", killed)
        removal.remove_episode(home, episode.id, "by law", purge=True)
    found = removal.removal_of(home, episode.id)
    assert found is not None and found.purged
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["audio.mp3"]
    removal.remove_episode(home, episode.id, "", purge=True)
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_who_lost_the_lease_stores_nothing(home: Path, database: str) -> None:
    """A process that slept for over a minute finds that another one took over; the other's words stay."""
    episode = registered(home)
    path = episode_folder(home, episode.id) / "state.json"
    with lock(path.parent, wait=False) as held:
        assert held
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("UPDATE playback.leases SET expires = clock_timestamp() - interval '1 second'")
        with lock(path.parent, wait=False) as other:
            assert other  # by the database's clock it was free
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO playback.leases VALUES (%s, 'other', clock_timestamp() + interval '1 minute')",
                [f"library/episodes/{episode.id}"],
            )
        with pytest.raises(StoreError, match="did not answer for over 60 seconds and another one took over"):
            write_json(path, {"schema": 1, "status": "late"})
    assert load_state(home, episode.id) is None
    assert ingest_episode(episode, home, OFFLINE).status == "busy"


def test_a_list_of_episodes_costs_the_same_questions_for_one_and_for_five(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a network a question for each of thousands of episodes would take seconds, on every page."""
    asked: list[str] = []
    whole = PostgresDocuments._asked
    monkeypatch.setattr(PostgresDocuments, "_asked", lambda *given: (asked.append(given[1]), whole(*given))[1])
    counts = []
    for last in (1, 5):
        items = [Item(f"g-{n}", "f", title=f"Talk {n}", show_title="Tea show") for n in range(last)]
        ids = [episode.id for episode in register_items(home, items).episodes]
        generation: Any = SimpleNamespace(episode_ids=lambda ids=ids: [*ids, "removed-1"])
        for _ in range(2):  # the second time, what was read is in memory
            asked.clear()
            assert [episode.id for episode in episodes_of(home)] == sorted(ids)
            assert len(entries_of(home)) == last
            assert removed_since(home, generation) == {"removed-1"}
        counts.append(len(asked))
    assert counts[0] == counts[1] < 10


def test_many_threads_share_few_connections(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server takes 100 from all that use it: threads wait for a connection, and not for ever."""
    connections = connecting.Connections(database)
    counted = "SELECT count(*), pg_sleep(0.1) FROM pg_stat_activity WHERE datname = current_database()"

    def count(_: int) -> int:
        with connections.connection() as connection:
            return int(connection.execute(counted).fetchone()[0])

    with ThreadPoolExecutor(30) as threads:
        counts = list(threads.map(count, range(30)))
    assert 2 < max(counts) <= connecting.MOST
    connections.close()
    monkeypatch.setattr(connecting, "MOST", 1)
    monkeypatch.setattr(connecting, "_PATIENCE", 0.1)
    single = connecting.Connections(database)
    with single.connection(), pytest.raises(StoreError, match="all 1 connections to it wait"), single.connection():
        pass
    single.close()


def test_a_server_that_falls_silent_is_told_from_a_slow_one(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for one that cannot be reached has an error; one caller tries again, the others have its error."""
    monkeypatch.setattr(connecting, "_SILENCE", 0.2)
    monkeypatch.setitem(connecting._CLIENT, "connect_timeout", 2)
    wire = Wire(database)
    rescue = Timer(60, wire.mend)  # who waited for ever would otherwise wait here too
    rescue.start()
    connections = connecting.Connections(wire.url)
    tried: list[str] = []

    def asked(query: Any = "SELECT 1") -> str:
        try:
            with connections.connection() as connection:
                return str(connection.execute(query).fetchone())
        except StoreError as error:
            return str(error)

    assert asked("SELECT pg_sleep(0.6), 1").endswith(", 1)")
    wire.cut()
    assert asked().endswith("the connection was lost; when the server runs again, run the same command again")
    monkeypatch.setattr(connecting, "connect", lambda url: tried.append(url) or connect(url))
    with ThreadPoolExecutor(5) as threads:
        found = list(threads.map(lambda _: asked(), range(5)))
    assert all("the connection was lost" in one or "the server cannot be reached" in one for one in found)
    assert len(tried) < 5
    rescue.cancel()
    wire.mend()
    assert asked() == "(1,)"
    connections.close()
    wire.close()


def test_a_server_that_is_back_is_not_taken_to_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting may take a while: who waited for one try to reach it does not wait for those of all others."""

    def slow(url: str) -> Any:
        time.sleep(0.3)
        return SimpleNamespace(closed=True)

    monkeypatch.setattr(connecting, "connect", slow)
    connections = connecting.Connections("postgresql://slow")
    connections._away = StoreError("the server cannot be reached")
    with ThreadPoolExecutor(5) as threads:
        assert len([*threads.map(lambda _: connections._connected(), range(5))]) == 5


def test_a_search_that_takes_too_long_is_stopped(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends it, in one line, before the request is given up, so that no thread waits for it for ever."""
    monkeypatch.setattr("index.postgres.opening.SEARCH_OPTIONS", "-c statement_timeout=100ms")
    connections = DatabaseIndex(Path("nowhere"), database)._connections
    with pytest.raises(StoreError, match="stopped what it was asked"), connections.connection() as connection:
        connection.execute("SELECT pg_sleep(60)")
    with connections.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    connections.close()


def test_operators_are_told_of_an_old_pgvector_and_nobody_else(
    said: Any, database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once for each command that looks at the whole; `playback serve` is tested with real servers."""
    monkeypatch.setattr("index.postgres.schema._GOOD_PGVECTOR", (99,))
    for arguments, times in (
        (("status",), 1),
        (("doctor",), 1),
        (("store", "init"), 1),
        (("store", "migrate"), 1),
        (("people",), 0),
        (("export", "nothing", "--format", "txt"), 0),
    ):
        caplog.clear()
        said(database, *arguments)
        assert sum("use 99 or later in production" in one.getMessage() for one in caplog.records) == times


def test_the_lease_of_a_dead_process_of_this_machine_is_free(home: Path, database: str) -> None:
    """Who was killed holds nothing here; of another machine nobody can tell, so there it lasts its minute."""
    episode = registered(home)
    name = f"library/episodes/{episode.id}"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for place, status in ((leases._place(), "ingested"), ("another", "busy")):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO playback.leases VALUES (%s, %s, clock_timestamp() + interval '1 minute')",
                [name, f"{place} {ended.pid} x"],
            )
        assert ingest_episode(episode, home, OFFLINE).status == status


def test_a_lease_is_renewed_while_it_is_held(home: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that takes longer than a lease lasts keeps it, also beside a transaction of the same process."""
    monkeypatch.setattr(leases, "LASTS", 1)
    monkeypatch.setattr(leases, "RENEWED", 0.2)
    folder = home / "library" / "feeds"
    with lock(folder, wait=False) as held, psycopg.connect(database, autocommit=True) as connection:
        assert held
        for _ in range(4):
            connection.execute("SELECT pg_sleep(0.5)")
            write_json(folder / "a.json", {"schema": 1})
            with lock(folder, wait=False) as other:
                assert not other
        monkeypatch.setattr(leases, "LASTS", 60)


@pytest.mark.long
def test_the_server_answers_503_and_then_again(tmp_path: Path) -> None:
    """Pages and JSON say in one sentence that the database is away, and answer when it is back."""
    with running_server() as own, fresh_database(own) as url:
        prepare(url, is_upgrade=False)
        home = tmp_path / "home"
        mount_store(home, url)
        episode = registered(home)
        ingest_episode(episode, home, OFFLINE)
        build(home, HashedStems())
        settings = Settings(home=home, store=url, rate=0)
        with TestClient(create_app(settings, HashedStems()), raise_server_exceptions=False) as client:
            address = f"/api/episodes/{episode.id}/transcript.json"
            assert client.get(address).status_code == 200
            kill_postmaster(own)
            refused = client.get(address)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert refused.json()["errors"] == [
                {"error": "StoreError", "message": "The database cannot be used just now. The server's log says why."}
            ]
            assert client.get("/episodes").status_code == 503
            restart(own)
            assert client.get(address).status_code == 200
            assert client.get("/episodes").status_code == 200
        mount_index(home, None)
        unmount(home)


def test_without_a_store_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    """A fresh process that ingests imports neither psycopg nor pgvector nor Ray."""
    (tmp_path / "talk.txt").write_text("Ann: Hello and welcome.\n\nBob: Thank you very much.\n")
    program = (
        "import sys\nfrom api import cli\n"
        f"code = cli.main(['--home', {str(tmp_path / 'home')!r}, 'ingest', '--no-index', '--quiet', "
        f"{str(tmp_path / 'talk.txt')!r}])\n"
        "assert code == 0\n"
        "print(sorted({'psycopg', 'pgvector', 'ray'} & set(sys.modules)))\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PLAYBACK_")}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=clean, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_the_config_hides_the_address(said: Any, database: str) -> None:
    """It is named as hidden, and needs no database."""
    code, printed = said(f"postgresql://ann:{SECRET}@127.0.0.1:1/x", "config")
    assert code == 0
    assert any(line.split() == ["store", "=", "hidden", "(PLAYBACK_STORE)"] for line in printed.splitlines())


def _shown(url: str) -> str:
    return connecting.shown(url)


def _end_connections(url: str) -> None:
    """End every other connection to a database, as a restart of its server does."""
    with connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
