"""The database is killed under a server that answers: each request is whole or one clear error; then all answer."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from api.server.live_index import Live
from api.settings import Settings
from index.building.build import build
from index.chunk import PassageShape
from index.generations.published import mount_index
from index.postgres.opening import mount_database
from index.postgres.publish import publish_generation
from index.postgres.schema import migrate
from index.search import Query, search
from ingest.errors import StoreError
from ingest.library.postgres.connection import connect
from ingest.transcript import Transcript
from tests.postgres import fresh_database, kill_postmaster, restart, running_server

KILLS = 5


@pytest.mark.torture
def test_the_database_is_killed_under_requests(
    tmp_path: Path, save: Any, transcript_of: Callable[..., Transcript], encoder: Any
) -> None:
    """Killed five times: no request fails otherwise than by StoreError, none answers with less, nothing is lost."""
    home, stop = tmp_path / "home", Event()
    save(home, transcript_of("a-1-aaaa", ("Ada", "The mast was mended in the winter by the people of the harbour.")))
    build(home, encoder, shape=PassageShape(20, 1))
    answered: list[float] = []
    refused: list[str] = []
    wrong: list[object] = []

    def ask(live: Live) -> None:
        while not stop.is_set():
            try:
                generation = live.base().generation
                terms = tuple(generation.terms("mast"))
                hits = search(generation, Query("mast", encoder.encode_query("mast"), terms), 3)
                answered.append(time.monotonic())
                if [one.passage.episode_id for one in hits] != ["a-1-aaaa"]:
                    wrong.append(hits)
            except StoreError as error:
                refused.append(str(error))
                time.sleep(0.1)
            except Exception as error:  # noqa: BLE001 - whatever else is raised is what must not be
                wrong.append(error)

    with running_server() as server, fresh_database(server) as url:
        with connect(url) as connection:
            migrate(connection)
        mount_database(home, url)
        publish_generation(home, url)
        live = Live(Settings(home=home), encoder)
        threads = [Thread(target=ask, args=(live,)) for _ in range(3)]
        for one in threads:
            one.start()
        for _ in range(KILLS):
            time.sleep(0.5)
            kill_postmaster(server)
            time.sleep(0.5)
            restart(server)
            count = len(answered)
            while len(answered) == count:
                time.sleep(0.05)
        stop.set()
        for one in threads:
            one.join()
        live.close()
        mount_index(home, None)
    shutil.rmtree(home)
    assert wrong == []
    assert refused
    assert all("\n" not in line for line in refused)
