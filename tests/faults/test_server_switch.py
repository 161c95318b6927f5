"""A server that is asked while generations are published: no request fails, no answer is made of two generations."""

import re
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answer.compose import find
from api.answer.question import parse_question
from api.app import create_app
from api.server.live_index import Live
from api.settings import Settings
from index.building.build import build
from index.store import KEPT_GENERATIONS
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Transcript
from tests.api.conftest import HARBOUR, HashedStems, turn_of

ASKERS = 4
_EPOCH = re.compile(r"epoch(\d+)")


def publish(home: Path, encoder: HashedStems, epoch: int) -> None:
    """Publish a generation in which every sentence says the number of its epoch."""
    for number in range(1, 7):
        episode = Episode(f"harbour-{number}-aaaa", f"h{number}", HARBOUR, number, "Talk", f"2021-01-0{number}")
        turns = (
            turn_of("Mina Calder", f"What does the harbour do in epoch{epoch} of year {number}?", 1.0),
            turn_of("Tobias Renn", f"The harbour counts boats in epoch{epoch}, and lamp {number} is lit.", 9.0),
        )
        save_record(home, Record(episode, ()))
        save_transcript(home, Transcript(episode, turns), f"epoch {epoch}")
    assert build(home, encoder)


def epochs_in(text: str) -> set[int]:
    return {int(found) for found in _EPOCH.findall(text)}


def while_switching(
    home: Path, encoder: HashedStems, ask: Callable[[int], Any], queries: int, switches: int
) -> list[Any]:
    """What `ask` returned to askers who asked at least so many times, all the while until so many generations came."""
    found: list[Any] = []
    published = Event()
    failures: list[BaseException] = []

    def ask_on(number: int) -> None:
        try:
            while not published.is_set() or len(found) < queries:
                found.append(ask(number))
        except BaseException as error:
            failures.append(error)
            raise

    askers = [Thread(target=ask_on, args=(number,)) for number in range(ASKERS)]
    for asker in askers:
        asker.start()
    for epoch in range(1, switches + 1):
        before = len(found)
        publish(home, encoder, epoch)
        while len(found) < before + queries // switches // 2 and not failures:
            published.wait(0.005)
    published.set()
    for asker in askers:
        asker.join()
    assert not failures
    return found


@pytest.mark.parametrize(
    ("queries", "switches"), [(200, 3), pytest.param(1_000, 10, marks=pytest.mark.torture, id="1,000 in 10")]
)
def test_queries_while_generations_are_switched(tmp_path: Path, queries: int, switches: int) -> None:
    """Searches and answers have 200 and passages or quotes of one generation only, in the end those of the last."""
    encoder = HashedStems()
    publish(tmp_path, encoder, 0)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as client:

        def ask(number: int) -> Any:
            if number % 2:
                return client.post("/api/answers", json={"question": f"harbour lamp {number}?"})
            return client.get("/api/search", params={"q": f"harbour boats {number}", "k": 6})

        found = while_switching(tmp_path, encoder, ask, queries, switches)
        last = client.get("/api/search", params={"q": "harbour boats"})
    assert len(found) >= queries
    assert {response.status_code for response in found} == {200}
    searched = [response.json()["hits"] for response in found if "hits" in response.json()]
    seen = [{epoch for hit in hits for epoch in epochs_in(hit["text"])} for hits in searched]
    assert {len(epochs) for epochs in seen} == {1}
    assert len(set.union(*seen)) > switches // 2
    assert epochs_in(last.text) == {switches}
    # Quotes are verified against the library, so while it is rewritten an answer may have none.
    answered = [response.json() for response in found if "hits" not in response.json()]
    quoted = [epochs_in(str(answer["citations"] + answer["related"])) for answer in answered]
    assert max(len(epochs) for epochs in quoted) == 1


def test_a_held_generation_outlives_its_files(tmp_path: Path) -> None:
    """Who holds a generation reads it to the end, when its folder has been removed."""
    encoder = HashedStems()
    publish(tmp_path, encoder, 0)
    live = Live(Settings(home=tmp_path), encoder)
    held = live.base()
    stop = Event()
    failures: list[BaseException] = []

    def read_on() -> None:
        try:
            while not stop.is_set():
                assert epochs_in(
                    " ".join(hit.passage.text for hit, _ in find(held, parse_question("harbour boats"), 6))
                ) == {0}
                assert len(held.generation.episodes()) == 6
                assert held.generation.speakers() == ["Mina Calder", "Tobias Renn"]
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    readers = [Thread(target=read_on) for _ in range(3)]
    for reader in readers:
        reader.start()
    for epoch in range(1, KEPT_GENERATIONS + 1):
        publish(tmp_path, encoder, epoch)
        assert live.base().generation.manifest.generation == epoch + 1
    assert not (tmp_path / "index" / "1").exists()
    stop.set()
    for reader in readers:
        reader.join()
    assert not failures
    live.close()
