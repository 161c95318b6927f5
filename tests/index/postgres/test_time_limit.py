"""A search ends after a while; what is read once and kept takes as long as it takes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event, Lock, Thread
from typing import Any

import psycopg
import pytest

from api.lessons.register import register_of
from api.quotes.said_words import words_of
from index.building.build import build
from index.chunk import PassageShape
from index.generation import Generation
from index.postgres.connections import IndexConnections
from index.postgres.opening import DatabaseIndex
from index.time_limits import is_unlimited, unlimited
from ingest.errors import StoreError
from ingest.transcript import Transcript

LIMIT = 0.1  # seconds
READERS = 6  # threads that ask at once; fewer than there are connections


@pytest.fixture
def published(
    tmp_path: Path,
    database: str,
    save: Any,
    transcript_of: Callable[..., Transcript],
    encoder: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[DatabaseIndex]:
    """A published index whose searches are stopped soon."""
    save(tmp_path, transcript_of("a-1-aaaa", ("Ada Bell", "We mended the mast, because the storm had broken it.")))
    build(tmp_path, encoder, shape=PassageShape(20, 1))
    monkeypatch.setattr("index.postgres.opening.SEARCH_OPTIONS", f"-c statement_timeout={int(1000 * LIMIT)}ms")
    index = DatabaseIndex(tmp_path, database)
    index.publish()
    yield index
    index.close()


@contextmanager
def slow(url: str) -> Iterator[None]:
    """Let nobody read any table of the index for longer than a search may take, as a large one would take."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname LIKE 'segment%' OR tablename IN ('generations', 'segments')"
        ).fetchall()
        assert len(names) > 5
        for (name,) in names:
            connection.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")  # type: ignore[arg-type]

        ended = Event()

        def released() -> None:
            ended.wait(5 * LIMIT)
            connection.rollback()

        thread = Thread(target=released)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


READ_ONCE: dict[str, Callable[[Generation, Path], Any]] = {
    "the words": lambda generation, _: words_of(generation).turns,
    "the lessons": lambda generation, home: register_of(home, generation),
    "the speakers": lambda generation, _: generation.speakers(),
    "the people": lambda generation, _: generation.overview.people,
    "the vocabulary": lambda generation, _: generation.vocabulary,
}


def test_opening_is_not_stopped(published: DatabaseIndex, database: str) -> None:
    """A server that starts beside a large index has it, whenever that is."""
    with slow(database):
        generation = published.generation()
    assert generation is not None
    assert generation.episode_ids() == ["a-1-aaaa"]


@pytest.mark.parametrize("what", READ_ONCE)
def test_what_is_read_once_is_not_stopped(published: DatabaseIndex, database: str, tmp_path: Path, what: str) -> None:
    """Otherwise what a large library says, or who speaks in it, would never be there."""
    generation = published.generation()
    assert generation is not None
    with slow(database):
        assert READ_ONCE[what](generation, tmp_path)


@pytest.mark.parametrize("what", READ_ONCE)
def test_one_thread_reads_and_the_others_wait_without_a_connection(
    published: DatabaseIndex, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Questions right after a start do not take all connections for the same long read; all have what it says."""
    generation = published.generation()
    assert generation is not None
    lend, counting = IndexConnections.connection, Lock()
    lent, most = 0, 0

    @contextmanager
    def counted(connections: IndexConnections) -> Iterator[psycopg.Connection]:
        nonlocal lent, most
        long = is_unlimited()
        with lend(connections) as connection:
            with counting:
                lent += long
                most = max(most, lent)
            try:
                yield connection
            finally:
                with counting:
                    lent -= long

    monkeypatch.setattr(IndexConnections, "connection", counted)
    begun = Barrier(READERS)

    def read(_: int) -> Any:
        begun.wait()
        return READ_ONCE[what](generation, tmp_path)

    with slow(database), ThreadPoolExecutor(READERS) as readers:
        found = list(readers.map(read, range(READERS)))
    assert most == 1
    assert all(one is not None for one in found)


def test_a_read_that_fails_is_tried_again(published: DatabaseIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks next has it; the failure is not kept."""
    generation = published.generation()
    assert generation is not None

    def refused(_: object) -> None:
        raise StoreError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(IndexConnections, "connection", refused)
        with pytest.raises(StoreError, match="gone"):
            generation.speakers()
    assert generation.speakers() == ["Ada Bell"]


def test_a_search_is_stopped(published: DatabaseIndex, database: str) -> None:
    """As ever, also on a connection over which something was read once."""
    generation = published.generation()
    assert generation is not None
    with slow(database), pytest.raises(StoreError, match="stopped what it was asked"):
        generation.sentences_from([("a-1-aaaa", 0)])


def test_a_statement_that_fails_leaves_no_connection_without_a_limit(published: DatabaseIndex) -> None:
    """The connection is lent again as it was."""
    connections = published._connections
    with unlimited(), pytest.raises(StoreError), connections.connection() as connection:
        connection.execute("SELECT 1 / 0")
    with connections.connection() as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == (f"{int(1000 * LIMIT)}ms",)
