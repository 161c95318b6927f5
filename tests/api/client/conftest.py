"""A real server over a library that has something at every address; each file of tests has its own, as some decide."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.client import Playback
from api.settings import Settings
from ingest.library.feed_document import keep_document
from ingest.library.records import FeedRecord, episode_folder, save_feed
from ingest.transcript import Show
from tests.api.client.known_calls import EPISODE
from tests.api.conftest import HashedStems, library_of
from tests.api.lessons.scripted import publish
from tests.api.running import served
from tests.api.topics.conftest import tide_of

TOKEN = "a secret"
SAMPLE = Path(__file__).parents[3] / "data" / "sample"
FEED = b"<rss version='2.0'><channel><title>Harbour</title><item><guid>h1</guid></item></channel></rss>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    home: Path = tmp_path_factory.mktemp("asked")
    library_of(home)
    tide_of(home)
    shutil.copy(SAMPLE / "1-rehearsal.mp3", episode_folder(home, EPISODE) / "audio.mp3")
    document = keep_document(home, "harbour", FEED)
    save_feed(home, FeedRecord(Show("harbour", "Harbour"), "https://pods.example/harbour.xml", document=document))
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


@pytest.fixture(scope="module")
def watched() -> Watched:
    return Watched()


@pytest.fixture(scope="module")
def client(address: str, watched: Watched) -> Iterator[Playback]:
    with Playback(address, token=TOKEN, transport=watched) as opened:
        yield opened
