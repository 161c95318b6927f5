"""PostgreSQL's own backup holds the whole library, and a full disk of its server loses nothing."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from index.generations.published import mount_index
from index.mounting import prepare
from ingest.errors import StoreError
from ingest.item import Item
from ingest.library.copying import copy_documents
from ingest.library.records import episode_folder, episode_ids, transcript_ids
from ingest.library.register import register_items
from ingest.library.store import mount_store
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.storage.documents import tree
from ingest.storage.files import read_bytes, write_bytes
from ingest.storage.mounts import unmount
from tests.api.conftest import HashedStems
from tests.postgres import fresh_database, small_disk
from tests.store.serving import QUESTIONS, THINGS, publish_round, store_rounds

NOTES = "<p>Ann: Hello and welcome to the show.</p><p>Bob: Thank you, it is good to be here today.</p>" * 3


def ingested(home: Path, count: int) -> list[str]:
    items = [Item(f"g-{n}", "f", title=f"Talk {n}", show_title="Tea show", number=n, notes=NOTES) for n in range(count)]
    outcomes = [
        ingest_episode(episode, home, IngestSettings(audio=False, allow=None))
        for episode in register_items(home, items).episodes
    ]
    return [one.episode.id for one in outcomes if one.status == "ingested"]


@contextmanager
def restored(server: Any, database: str, folder: Path) -> Iterator[str]:
    """Dump a database, restore it into an empty one as docs/scale.md says, and yield the address of that one."""
    dump, tools = folder / "playback.dump", Path(server.bin_path)
    with fresh_database(server) as other:
        for tool, options in (
            ("pg_dump", ["--format=custom", f"--file={dump}", database]),
            ("pg_restore", [f"--dbname={other}", "--exit-on-error", str(dump)]),
        ):
            subprocess.run([tools / tool, *options], check=True, capture_output=True)
        yield other


def answers_of(home: Path, url: str) -> list[Any]:
    """Return what a server of a database says of every thing: answers, hits and quotes, without what they took."""
    found = []
    with TestClient(create_app(Settings(home=home, store=url, rate=0), HashedStems())) as client:
        for question in (question.format(thing) for question in QUESTIONS for thing in THINGS):
            answer = client.post("/api/answers", json={"question": question}).json()
            del answer["timings_ms"]
            cited = [one["id"] for one in answer["citations"] + answer["related"]]
            found += [answer, client.get("/api/search", params={"q": question}).json()]
            found += [client.get(f"/api/quotes/{identifier}").json() for identifier in cited]
        found.append(client.get("/healthcheck").json())
    mount_index(home, None)
    unmount(home)
    return found


@pytest.mark.long
def test_a_restored_dump_gives_the_same_answers(server: Any, database: str, tmp_path: Path) -> None:
    """A server of the restored database: the same answers to the byte, the same ids of quotes, the same generation."""
    store_rounds(tmp_path / "library", database, 2)
    for number in (1, 2):
        publish_round(tmp_path / "builder", database, HashedStems(), number)
    before = answers_of(tmp_path / "one", database)
    assert any(one.get("citations") for one in before)
    assert (before[-1]["status"], before[-1]["generation"]) == ("ok", 2)
    with restored(server, database, tmp_path) as other:
        assert answers_of(tmp_path / "two", other) == before


@pytest.mark.long
def test_a_dump_restores_the_whole_library(server: Any, database: str, tmp_path: Path) -> None:
    """`pg_dump` and `pg_restore` as the page on scale writes them; every document is the same, and work goes on."""
    mount_store(tmp_path / "home", database)
    ingested(tmp_path / "home", 3)
    before = {path.relative_to(tmp_path / "home"): read_bytes(path) for path in tree(tmp_path / "home" / "library")}
    with restored(server, database, tmp_path) as other:
        mount_store(tmp_path / "back", other)
        after = {path.relative_to(tmp_path / "back"): read_bytes(path) for path in tree(tmp_path / "back" / "library")}
        assert after == before
        assert ingested(tmp_path / "back", 4) == sorted(
            set(episode_ids(tmp_path / "back")) - set(transcript_ids(tmp_path / "home"))
        )
        unmount(tmp_path / "back")
    unmount(tmp_path / "home")


@pytest.mark.torture
def test_a_full_disk_of_the_server_loses_nothing(server: Any, tmp_path: Path) -> None:
    """The line says what to do, what was stored stays, and with room the same work goes on."""
    with small_disk(server) as (url, leave_free):
        prepare(url, is_upgrade=False)
        home = tmp_path / "home"
        mount_store(home, url)
        there = ingested(home, 2)
        leave_free(8 * 2**20)
        path = episode_folder(home, "filler") / "heard.json"
        with pytest.raises(StoreError, match="the server's disk is full; free some space there"):
            for number in range(100):
                write_bytes(path.with_name(f"heard-{number}.json"), os.urandom(2**20))
        assert transcript_ids(home) == sorted(there)
        leave_free(64 * 2**20)
        assert len(ingested(home, 3)) == 1
        assert copy_documents(home, tmp_path / "other").episodes == 3
        unmount(home)
