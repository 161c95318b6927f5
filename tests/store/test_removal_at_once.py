"""A removal and an `ingest --again` of one episode at the same moment: one comes after the other, also on the disk.

Where a database keeps the documents, recordings are moved and deleted when it has committed. Both orders are tested:
who has committed waits before its files follow, until the other one is done or waits for it.
"""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from ingest.item import Item, Link
from ingest.library.records import episode_folder, episode_ids, load_record, recording
from ingest.library.register import register_items
from ingest.library.removal import removal_of, remove_episode, removed_folder
from ingest.library.store import mount_store
from ingest.stages.recording import recording_of
from ingest.storage import documents
from ingest.storage.files import lock
from ingest.storage.mounts import unmount

AtOnce = Callable[[Callable[[], object], Callable[[], object]], None]
SAMPLE = Path(__file__).parents[2] / "data" / "sample"
OLD, NEW = SAMPLE / "1-rehearsal.mp3", SAMPLE / "2-switch.mp3"
WAITING = """
    SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


def item(sound: Path) -> Item:
    return Item("g-1", "f", title="Talk", show_title="Tea show", enclosure=Link(str(sound)))


@pytest.fixture
def home(tmp_path: Path, database: str) -> Iterator[Path]:
    """A library in the database with an episode whose old recording is on the disk."""
    home = tmp_path / "home"
    mount_store(home, database)
    ingest(home, OLD)
    yield home
    unmount(home)


def ingest(home: Path, sound: Path) -> None:
    """Do what `ingest --again` does with a recording: register the item, and import it under the episode's lease."""
    (episode,) = register_items(home, [item(sound)], again=True).episodes
    is_done = False
    while not is_done:
        with lock(episode_folder(home, episode.id), wait=False) as is_mine:
            if is_mine and removal_of(home, episode.id) is None:
                recording_of(home, load_record(home, episode.id), None, again=True)
            is_done = is_mine


@pytest.fixture
def at_once(database: str, monkeypatch: pytest.MonkeyPatch) -> AtOnce:
    """Run two functions: the second when the first has committed, and its files are still to follow."""
    return partial(run_at_once, database, monkeypatch)


def run_at_once(
    database: str, monkeypatch: pytest.MonkeyPatch, first: Callable[[], object], second: Callable[[], object]
) -> None:
    has_committed, is_over = Event(), Event()

    def wait_for_the_other() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for _ in range(300):  # not for ever: the other one may wait for the lease
                if is_over.wait(0.01) or connection.execute(WAITING).fetchone() is not None:
                    return

    def late(act: Callable[..., None]) -> Callable[..., None]:
        def acted(*given: Path) -> None:
            if threading.current_thread() is early:
                has_committed.set()
                wait_for_the_other()
            act(*given)

        return acted

    for name in ("_move_files", "_remove_files", "_empty"):
        monkeypatch.setattr(documents, name, late(getattr(documents, name)))
    early = Thread(target=first)
    early.start()
    assert has_committed.wait(30)
    try:
        second()
    finally:
        is_over.set()
        early.join()


@pytest.mark.parametrize(("is_removed", "purge"), [(False, False), (False, True), (True, True)])
def test_what_is_ingested_after_a_removal_keeps_its_recording(
    home: Path, at_once: AtOnce, is_removed: bool, purge: bool
) -> None:
    """Whatever the removal still does to the episode's files, it does before the new recording comes."""
    (name,) = episode_ids(home)
    if is_removed:
        remove_episode(home, name, "asked for", purge=False)
    at_once(lambda: remove_episode(home, name, "by law", purge), lambda: ingest(home, NEW))
    assert episode_ids(home) == [name]
    kept = recording(home, name)
    assert kept is not None
    assert kept.read_bytes() == NEW.read_bytes()
    assert not [path for path in removed_folder(home).rglob("*") if path.is_file()]


@pytest.mark.parametrize("purge", [False, True])
def test_what_is_removed_after_it_was_brought_back_is_removed_whole(home: Path, at_once: AtOnce, purge: bool) -> None:
    """The recording lies where the episode is kept aside, or nowhere."""
    (name,) = episode_ids(home)
    remove_episode(home, name, "asked for", purge=False)
    at_once(
        lambda: register_items(home, [item(OLD)], again=True),
        lambda: remove_episode(home, name, "by law", purge),
    )
    assert episode_ids(home) == []
    left = [path.parent for path in (home / "library").rglob("audio.*")]
    assert left == ([] if purge else [removed_folder(home) / name])
