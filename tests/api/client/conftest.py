"""A real server over a library that has something at every address."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.client import Playback
from api.settings import Settings
from tests.api.conftest import HashedStems, library_of
from tests.api.lessons.scripted import publish
from tests.api.running import served
from tests.api.topics.conftest import tide_of

TOKEN = "a secret"


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    home: Path = tmp_path_factory.mktemp("asked")
    library_of(home)
    tide_of(home)
    publish(home).generation.close()
    with served(Settings(home=home, token=TOKEN, rate=0), HashedStems()) as port:
        yield f"http://127.0.0.1:{port}"


class Watched(httpx.HTTPTransport):
    """Keeps what was sent last, and the response."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        self.request, self.response = request, response
        return response


@pytest.fixture(scope="session")
def watched() -> Watched:
    return Watched()


@pytest.fixture(scope="session")
def client(address: str, watched: Watched) -> Iterator[Playback]:
    with Playback(address, token=TOKEN, transport=watched) as opened:
        yield opened
