"""The sample show in a library, with an index, and its feed as a publisher who knows no Podcasting 2.0 gives it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from index.building.build import build
from index.generation import Generation
from index.store import open_generation
from ingest.library.feed_document import keep_document
from ingest.library.records import feeds, save_feed
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from tests.api.conftest import HashedStems

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
SHOW = "the-moving-day"
BASE = "https://quotes.example.org"


def replace_document(home: Path, change: Callable[[bytes], bytes], url: str | None = None) -> bytes:
    """Change the kept bytes of the one feed, and its address, as if it had been read like that."""
    (feed,) = feeds(home)
    data = change((SAMPLE / "feed.xml").read_bytes())
    save_feed(home, replace(feed, document=keep_document(home, feed.show.id, data), url=url or feed.url))
    return data


def plain(data: bytes) -> bytes:
    """The feed without any element of the podcast namespace, and without the namespace."""
    data = re.sub(rb"<podcast:(\w+)[^>]*?(/>|>.*?</podcast:\1>)\n?", b"", data, flags=re.DOTALL)
    return data.replace(b' xmlns:podcast="https://podcastindex.org/namespace/1.0"', b"")


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, encoder: HashedStems) -> Path:
    home = tmp_path_factory.mktemp("sample")
    source = register_source(str(SAMPLE / "feed.xml"), home)
    for episode in source.episodes:
        ingest_episode(episode, home, IngestSettings(audio=False))
    build(home, encoder)
    replace_document(home, plain, "https://pods.example/moving/feed.xml")
    return home


@pytest.fixture(scope="session")
def sample_generation(sample_home: Path) -> Iterator[Generation]:
    generation = open_generation(sample_home)
    yield generation
    generation.close()


@pytest.fixture(scope="session")
def sample_client(sample_home: Path, encoder: HashedStems) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=sample_home, public_url=BASE), encoder)) as opened:
        yield opened
