"""The healthcheck tells a server that answers from one that could do better and from one that cannot answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import knowledge_base
from api.app import create_app
from api.routes.response_schemas import HealthResponse
from api.server import live_index
from api.server.live_index import Live
from api.settings import Settings
from index.building.build import build
from index.errors import EncoderError, IndexBroken
from tests.api.conftest import HashedStems


def health(client: TestClient) -> tuple[int, HealthResponse]:
    response = client.get("/healthcheck")
    return response.status_code, HealthResponse.model_validate(response.json(), extra="forbid")


def publish(home: Path, number: object) -> None:
    """Name another live generation, as publishing does."""
    other = home / "index" / ".other"
    other.write_text(str(number))
    other.replace(home / "index" / "current")


@contextmanager
def loading(home: Path, load: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A server that loads its own encoder, by `load`."""
    monkeypatch.setattr(knowledge_base, "encoder_to_ask_with", lambda home, name, *_: load(name))
    monkeypatch.setattr(live_index, "_LOOK", 0.02)
    monkeypatch.setattr(knowledge_base, "PACKAGED", "all-MiniLM-L6-v2")
    with TestClient(create_app(Settings(home=home))) as client:
        yield client


def wait_for(
    client: TestClient, status: str, holds: Callable[[HealthResponse], bool] = lambda _: True
) -> tuple[int, HealthResponse]:
    for _ in range(500):
        found = health(client)
        if found[1].status == status and holds(found[1]):
            return found
        Event().wait(0.01)
    raise AssertionError(f"never {status}: {found}")


def test_a_server_that_answers_is_ok(home: Path, encoder: Any) -> None:
    """Its generation can be opened and its encoder is there."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        status, found = health(client)
    assert (status, found.status, found.message, found.encoder_loaded) == (200, "ok", None, True)
    assert (found.generation, found.encoder, found.counts.episodes) == (1, "hashed-stems", 4)


def test_a_library_without_an_index_is_empty(empty: TestClient) -> None:
    """It is up and says what to run."""
    status, found = health(empty)
    assert (status, found.status, found.generation, found.encoder) == (200, "empty", None, None)
    assert found.message is not None
    assert "playback ingest" in found.message


def test_a_server_that_still_loads_its_encoder_is_degraded(
    home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says which generation will answer; pages are shown meanwhile; then it is ok without being asked anything."""
    loaded = Event()

    def slowly(name: str) -> Any:
        assert loaded.wait(60)
        return encoder

    with loading(home, slowly, monkeypatch) as client:
        try:
            status, found = health(client)
            assert (status, found.status, found.encoder_loaded) == (200, "degraded", False)
            assert (found.generation, found.counts.episodes) == (1, 4)
            assert "encoder is loading" in str(found.message)
            assert client.get("/").status_code == 200
        finally:
            loaded.set()
        assert wait_for(client, "ok")[1].encoder_loaded


def test_an_index_published_later_is_opened_unasked(
    tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that began empty loads its encoder when there is something to answer from."""
    from tests.api.conftest import library_of

    with loading(tmp_path, lambda name: encoder, monkeypatch) as client:
        assert health(client)[1].status == "empty"
        library_of(tmp_path)
        build(tmp_path, encoder)
        assert wait_for(client, "ok")[1].generation == 1


def test_an_encoder_that_cannot_be_loaded_is_broken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No question can be answered, so it is 503; what is said names no file."""

    def failing(name: str) -> Any:
        raise EncoderError("/srv/private/weights are not there")

    with loading(home, failing, monkeypatch) as client:
        status, found = wait_for(client, "broken")
    assert (status, found.encoder_loaded) == (503, False)
    assert "playback index" in str(found.message)
    assert "/srv" not in str(found.message)


def test_an_older_generation_that_goes_on_is_degraded(home: Path, encoder: Any) -> None:
    """The newest cannot be opened: questions are answered, the number is that of the one that answers."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        assert health(client)[1].status == "ok"
        publish(home, 99)
        status, found = health(client)
        assert (status, found.status, found.generation, found.counts.episodes) == (200, "degraded", 1, 4)
        assert "one before it is in use" in str(found.message)
        assert client.get("/api/search?q=lighthouse").status_code == 200
        publish(home, 1)
        assert health(client)[1].status == "ok"


def test_an_encoder_that_stands_in_is_degraded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers, but not with the scores of the one that made the index, and says what to run."""
    found: Any = HashedStems()
    found.form = "another form"
    with loading(home, lambda name: found, monkeypatch) as client:
        status, said = wait_for(client, "degraded", lambda one: one.encoder_loaded)
        assert status == 200
        assert "playback doctor" in str(said.message)
        assert client.get("/api/search?q=lighthouse").status_code == 200


def test_nothing_to_open_is_broken(home: Path, encoder: Any) -> None:
    """Files that are not those published, with nothing open before: 503 with the command to run."""
    (home / "index" / "1" / "vectors.faiss").write_bytes(b"bits")
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        status, found = health(client)
        assert (status, found.status, found.generation) == (503, "broken", None)
        assert "playback index --rebuild" in str(found.message)
        assert str(home) not in str(found.message)


def test_a_data_folder_that_can_be_read_later_is_read_then(
    home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of another user says so, 503, and the thread that looks for generations goes on looking."""
    (home / "index").rename(home / "aside")
    (home / "index").write_bytes(b"")  # as for a folder without permission, stat of what is below fails; also for root
    with loading(home, lambda name: encoder, monkeypatch) as client:
        status, found = wait_for(client, "broken")
        assert (status, found.generation) == (503, None)
        (home / "index").unlink()
        (home / "aside").rename(home / "index")
        assert wait_for(client, "ok")[1].generation == 1


def test_a_language_model_does_not_count(home: Path, encoder: Any) -> None:
    """Everything works without it, so one that cannot be reached changes nothing."""
    settings = Settings(home=home, llm_url="http://127.0.0.1:9/v1", llm_model="away")
    with TestClient(create_app(settings, encoder)) as client:
        assert health(client)[1].status == "ok"


def test_what_failed_is_tried_again(home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at every request, since each try reads all files, but after a while: what was in the way may be gone."""
    opened: list[int] = []

    def failing(*arguments: Any) -> Any:
        opened.append(1)
        raise IndexBroken("too many open files")

    live = Live(Settings(home=home), encoder)
    with monkeypatch.context() as broken:
        broken.setattr(live_index, "open_base", failing)
        for _ in range(5):
            with pytest.raises(IndexBroken, match="too many open files"):
                live.base()
        assert live.standing().status == "broken"
        assert len(opened) == 1
        broken.setattr(live_index, "monotonic", lambda: 10.0**9)
        with pytest.raises(IndexBroken):
            live.base()
        assert len(opened) == 2
    monkeypatch.setattr(live_index, "monotonic", lambda: 10.0**10)
    assert live.base().generation.manifest.generation == 1
    assert live.standing().status == "ok"
    live.close()
