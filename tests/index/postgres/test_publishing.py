"""Publish into PostgreSQL by one commit: shared segments, three generations, all or nothing; servers switch."""

import random
import shutil
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.server.live_index import Live
from api.settings import Settings
from index.building.build import build
from index.building.purging import drop_others
from index.chunk import PassageShape
from index.errors import IndexMissing
from index.generations.files import open_files
from index.generations.manifests import index_folder, live_manifest
from index.generations.published import mount_index, published_manifest, published_stamp
from index.passage import Filters
from index.postgres import publish
from index.postgres.opening import mount_database
from index.postgres.publish import drop_generations, publish_generation
from index.postgres.schema import VERSION, check_schema, migrate
from index.store import open_generation
from ingest.errors import StoreError
from ingest.library.postgres.connection import connect
from ingest.library.removal import remove_episode
from ingest.transcript import Transcript
from tests.postgres import as_user

Talk = Callable[..., Transcript]
SHAPE = PassageShape(20, 1)
LINES = [f"The {word} of the harbour was mended in the winter by {word} people." for word in "mast rope sail".split()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, transcript_of: Talk, save: Any, new_encoder: type[Any]) -> Path:
    home = tmp_path_factory.mktemp("built")
    save(home, transcript_of("a-1-aaaa", ("Ada", " ".join(LINES)), ("Bo", "Who paid for the lighthouse?")))
    build(home, new_encoder(), shape=SHAPE)
    return home


@pytest.fixture
def home(built: Path, tmp_path: Path, database: str) -> Iterator[Path]:
    """A data folder with one published generation, answered from the database."""
    folder = Path(shutil.copytree(built, tmp_path / "home"))
    mount_database(folder, database)
    publish_generation(folder, database)
    yield folder
    mount_index(folder, None)


def schemas(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'segment%'").fetchall()
    return {name for (name,) in rows}


def generations(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [n for (n,) in connection.execute("SELECT number FROM playback.generations ORDER BY 1").fetchall()]


def test_generations_share_segments_and_three_stay(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """What did not change is not copied; what no kept generation has is dropped; the same again changes nothing."""
    assert publish_generation(home, database).generation == 1
    first = schemas(database)
    for number in range(2, 6):
        said = " ".join(f"In week {number} the {word} was sold." for word in "crane barge canal lock".split())
        save(home, transcript_of(f"a-{number}-aaaa", ("Ada", said)))
        build(home, encoder, shape=SHAPE)
        before = schemas(database)
        assert publish_generation(home, database).generation == number
        assert len(schemas(database) - before) <= 1
    assert generations(database) == [3, 4, 5]
    with psycopg.connect(database) as connection:
        used = {name for (name,) in connection.execute("SELECT segment FROM playback.generation_segments").fetchall()}
    assert schemas(database) == used
    assert open_generation(home).manifest.episodes == 5
    assert first


def test_a_publication_that_fails_changes_nothing(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The segments that were copied before go with it, and the generation before answers on."""
    save(home, transcript_of("a-2-aaaa", ("Ada", "The crane was sold to the canal.")))
    build(home, encoder, shape=SHAPE)
    before = schemas(database)
    copy = publish.copy_segment

    def failing(*arguments: Any) -> None:
        copy(*arguments)
        raise StoreError("the disk is full")

    monkeypatch.setattr(publish, "copy_segment", failing)
    with pytest.raises(StoreError, match="the disk is full"):
        publish_generation(home, database)
    assert (schemas(database), generations(database)) == (before, [1])
    assert open_generation(home).manifest.episodes == 1


def test_two_may_publish_at_once(built: Path, tmp_path: Path, database: str) -> None:
    """One waits for the other; of the same content there is one generation."""
    homes = [Path(shutil.copytree(built, tmp_path / str(number))) for number in range(3)]
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda folder: publish_generation(folder, database).generation, homes))
    assert found == [1, 1, 1]
    assert generations(database) == [1]


def test_a_server_switches_and_a_request_keeps_what_it_has(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """Within a look a new generation is in use; a base that was taken before answers from the one it has."""
    live = Live(Settings(home=home), encoder)
    before = live.base()
    stamp = published_stamp(home)
    save(home, transcript_of("a-2-aaaa", ("Ada", "The crane was sold to the canal in the winter.")))
    build(home, encoder, shape=SHAPE)
    publish_generation(home, database)
    while published_stamp(home) == stamp:
        pass
    after = live.base()
    assert (before.generation.manifest.generation, after.generation.manifest.generation) == (1, 2)
    assert before.generation.episode_ids() == ["a-1-aaaa"]
    assert {one[0] for one in before.generation.spoken()} == {"a-1-aaaa"}
    assert {one[0] for one in after.generation.spoken()} == {"a-1-aaaa", "a-2-aaaa"}
    live.close()


def test_a_lost_connection_is_one_line_and_the_next_request_answers(home: Path, database: str, encoder: Any) -> None:
    """Whatever was open is closed under it; nothing has to be opened again by hand."""
    generation = open_generation(home)
    others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    with psycopg.connect(database, autocommit=True) as connection:
        while connection.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall():
            pass  # until they have said farewell
    assert generation.nearest("passage", encoder.encode_query("mast"), 1).ids
    assert generation.spoken()


def test_a_server_that_is_gone_is_one_line(home: Path, database: str, tmp_path: Path) -> None:
    """The error names the address without the password, and says what to do."""
    gone = as_user(database, "ada", "secret").replace("host=", f"host={tmp_path}/none")
    with pytest.raises(StoreError) as caught:
        mount_database(home, gone)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_without_tables_or_of_a_later_version_is_refused(database: str) -> None:
    """It says which command makes or upgrades the tables, or that Playback is too old."""
    with connect(database) as connection:
        assert migrate(connection) == (VERSION, VERSION)  # again changes nothing
        connection.execute("UPDATE playback.meta SET version = version + 1 WHERE part = 'index'")
        for refused in (check_schema, migrate):
            with pytest.raises(
                StoreError, match=rf"newer version of Playback \(schema {VERSION + 1}; this one knows {VERSION}\)"
            ):
                refused(connection)
        connection.execute("DROP SCHEMA playback CASCADE")
        with pytest.raises(StoreError, match="holds no index of Playback; run: playback store init"):
            check_schema(connection)


def test_a_database_without_pgvector_is_refused(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator is told what to run."""
    monkeypatch.setattr("index.postgres.schema._make_extension", lambda connection: None)
    with connect(empty) as connection, pytest.raises(StoreError, match=r"has no pgvector; .* CREATE EXTENSION vector"):
        migrate(connection)


def test_a_role_that_may_only_read_serves_and_does_not_publish(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """A server needs no more than to read; publishing as such a user says so and changes nothing."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'secret'")
        connection.execute("GRANT USAGE ON SCHEMA playback TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA playback TO reader")
    save(home, transcript_of("a-2-aaaa", ("Ada", "The crane was sold to the canal.")))
    build(home, encoder, shape=SHAPE)
    publish_generation(home, database)
    reader = as_user(database, "reader", "secret")
    mount_database(home, reader)
    assert open_generation(home).spoken()
    save(home, transcript_of("a-3-aaaa", ("Ada", "The barge was sold to the lock.")))
    build(home, encoder, shape=SHAPE)
    with pytest.raises(StoreError, match="this user may not do that"):
        publish_generation(home, reader)
    assert generations(database) == [1, 2]
    mount_index(home, None)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP OWNED BY reader")
        connection.execute("DROP ROLE reader")


def test_a_folder_without_an_index_publishes_nothing(tmp_path: Path, database: str) -> None:
    """It says what to run; the database stays empty."""
    with pytest.raises(IndexMissing, match="holds no index yet; run: playback ingest SOURCE"):
        publish_generation(tmp_path, database)
    mount_database(tmp_path, database)
    assert published_manifest(tmp_path) is None
    mount_index(tmp_path, None)


def test_without_a_store_nothing_of_it_is_loaded(built: Path) -> None:
    """Opening an index from files imports no client of a database."""
    code = (
        "import sys; from pathlib import Path; from index.mounting import mount; import api.app\n"
        "from index.store import open_generation; home = Path(sys.argv[1]); mount(home, None)\n"
        "open_generation(home); print([m for m in sys.modules if m.split('.')[0] in ('psycopg', 'pgvector')])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(built)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_words_and_names_of_any_length_are_published(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """They are longer than what a B-tree takes; one hostile transcript must not keep all others from being found."""
    chance = random.Random(1)
    name, word = ("".join(chance.choices(string.ascii_letters, k=6000)) for _ in range(2))
    said = ("Ada", f"We said that {word} is long."), (name, "What about the rope?"), ("Ada", "The rope was mended.")
    save(home, transcript_of("a-2-aaaa", *said))
    build(home, encoder, shape=SHAPE)
    publish_generation(home, database)
    opened, live = open_generation(home), live_manifest(home)
    assert live is not None
    files = open_files(index_folder(home) / "2", live)
    assert name in opened.speakers()
    assert opened.nearest("passage", encoder.encode_query("rope"), 9, Filters(speaker=name)).ids
    assert opened.letters(word) == files.letters(word)
    assert opened.askers("a-2-aaaa") == files.askers("a-2-aaaa")
    files.close()


def test_old_generations_that_are_read_stay_until_the_next_publication(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """A dump that runs meanwhile fails no publication; where words must go, it is said that they did not."""
    (first,) = schemas(database)
    save(home, transcript_of("a-1-aaaa", ("Ada", "The crane was sold to the canal.")))
    build(home, encoder, shape=SHAPE)
    with psycopg.connect(database) as dump:
        dump.execute(f"LOCK TABLE {first}.passages IN ACCESS SHARE MODE")
        publish_generation(home, database)
        with pytest.raises(StoreError, match=r"old generations of the index are still there.*run the same command"):
            publish_generation(home, database, keep=1)
        with pytest.raises(StoreError, match="old generations of the index are still there"):
            drop_generations(database)
        assert generations(database) == [1, 2]
    publish_generation(home, database, keep=1)
    assert first not in schemas(database)


def test_a_server_notices_another_generation_of_the_same_number(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """Numbers begin anew when everything was dropped; what the server has open is gone then."""
    live = Live(Settings(home=home), encoder)
    assert live.base().generation.manifest.generation == 1
    drop_generations(database)
    save(home, transcript_of("a-1-aaaa", ("Ada", "The crane was sold to the canal.")))
    build(home, encoder, shape=SHAPE)
    assert publish_generation(home, database).generation == 1
    time.sleep(0.6)
    assert "crane" in live.base().generation.spoken()[0][-1]
    live.close()


def test_a_purge_elsewhere_also_holds_for_the_next_who_publishes(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """The files of this machine still have the words; they do not come back into the database."""
    others = [transcript_of(f"a-{number}-aaaa", ("Ada", f"The crane {number} was sold.")) for number in range(2, 12)]
    save(home, *others)
    build(home, encoder, rebuild=True, shape=SHAPE)
    publish_generation(home, database)
    remove_episode(home, "a-1-aaaa", "by law", purge=True)  # as another machine does
    drop_generations(database)
    assert any(entry.dropped for entry in build(home, encoder, shape=SHAPE).segments)
    publish_generation(home, database)
    with psycopg.connect(database) as connection:
        for schema in schemas(database):
            rows: Any = f"SELECT count(*) FROM {schema}.sentences WHERE text LIKE '%%harbour%%'"
            assert connection.execute(rows).fetchone() == (0,)
    assert len(open_generation(home).episode_ids()) == len(others)


def test_a_purge_that_was_killed_is_completed_by_the_next_publication(
    home: Path, database: str, save: Any, transcript_of: Talk, encoder: Any
) -> None:
    """Its words went from the files and not from the database: no generation that holds them stays there."""
    save(home, transcript_of("a-2-aaaa", ("Ada", "The crane was sold to the canal.")))
    build(home, encoder, shape=SHAPE)
    publish_generation(home, database)
    remove_episode(home, "a-1-aaaa", "by law", purge=True)
    build(home, encoder, shape=SHAPE)
    drop_others(home)
    publish_generation(home, database)
    assert generations(database) == [3]
    with psycopg.connect(database) as connection:
        for schema in schemas(database):
            rows: Any = f"SELECT count(*) FROM {schema}.sentences WHERE text LIKE '%%harbour%%'"
            assert connection.execute(rows).fetchone() == (0,)


def test_builders_that_cut_a_library_differently_do_not_publish_in_turns(
    home: Path, database: str, tmp_path: Path, save: Any, transcript_of: Talk, encoder: Any, monkeypatch: Any
) -> None:
    """What was published last stays until the library changes; servers open nothing anew."""
    minutes = iter(range(60))

    class Clock:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime(2026, 11, 30, 12, next(minutes), tzinfo=zone)

    monkeypatch.setattr("index.building.build.datetime", Clock)
    added = transcript_of("a-2-aaaa", ("Ada", "The crane was sold to the canal in the winter, and nobody minded."))
    other = Path(shutil.copytree(home / "library", tmp_path / "other" / "library")).parent
    for folder in (home, other):
        save(folder, added)
    build(home, encoder, shape=SHAPE)
    assert publish_generation(home, database).generation == 2
    build(other, encoder, shape=SHAPE)
    assert publish_generation(other, database).generation == 3
    before = published_stamp(home), schemas(database)
    for folder in (home, other, home):
        assert publish_generation(folder, database).generation == 3
    time.sleep(0.6)
    assert (published_stamp(home), schemas(database)) == before
    save(home, transcript_of("a-3-aaaa", ("Bob", "The ferry was painted again before the spring came.")))
    build(home, encoder, shape=SHAPE)
    assert publish_generation(home, database).generation == 4


def test_segments_that_a_dump_left_out_are_published_again(home: Path, database: str) -> None:
    """The same content is no reason to change nothing where its tables are gone."""
    (schema,) = schemas(database)
    with psycopg.connect(database) as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
    with pytest.raises(StoreError, match="this generation of the index is gone; run: playback index"):
        open_generation(home)
    publish_generation(home, database)
    assert open_generation(home).spoken()
