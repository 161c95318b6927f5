"""The sample show as a library, and a real language model for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings, read_settings
from index.models.encoder import Encoder
from tests.language_model.served_model import NAME, ServedModel, is_installed, sample_library, served_model


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and skip it where the model is not installed."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("llm")
            if not is_installed():
                item.add_marker(pytest.mark.skip("no language model is installed: make test-llm"))


@pytest.fixture(scope="session", autouse=True)
def _asked_without_a_proxy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield


@pytest.fixture(scope="session")
def model() -> Iterator[ServedModel]:
    """The model with worked examples, which often cites the quotes."""
    with served_model() as found:
        yield found


@pytest.fixture(scope="session")
def endless() -> Iterator[ServedModel]:
    """The same without a limit of tokens, as servers are by default: it hardly ever stops by itself."""
    with served_model(context=32_768, most_tokens=-1) as found:
        yield found


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the sample show."""
    found = tmp_path_factory.mktemp("sample")
    sample_library(found)
    return found


@pytest.fixture(scope="session")
def plain(home: Path) -> Iterator[TestClient]:
    """Playback without a language model."""
    with TestClient(create_app(Settings(home=home, rate=0))) as client:
        yield client


EVENTS = {"Accept": "text/event-stream"}


@contextmanager
def playback(home: Path, url: str, seconds: float = 600, encoder: Encoder | None = None) -> Iterator[TestClient]:
    """Playback with a language model, as its own variables set it up; it waits longer, as the machine may be busy."""
    variables = {"PLAYBACK_HOME": str(home), "PLAYBACK_RATE": "0", "PLAYBACK_LLM_URL": url, "PLAYBACK_LLM_MODEL": NAME}
    app = create_app(read_settings(variables), encoder)
    app.state.model = replace(app.state.model, timeout=seconds)
    with TestClient(app) as client:
        yield client


def answer_of(client: TestClient, question: str, **filters: str) -> dict[str, Any]:
    """Ask over HTTP, as events: the answer is the last, and the server's time limit is for the first."""
    response = client.post("/api/answers", json={"question": question, **filters}, headers=EVENTS)
    found: dict[str, Any] = json.loads(response.text.splitlines()[-2].removeprefix("data: "))
    return found
