"""How far off a browser may play is said in JSON, and pages begin as much earlier where that is felt."""

import math
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.episodes.player import Player, player_of
from api.episodes.transcripts import open_transcript
from api.quotes.quote import quote_at
from api.settings import Settings
from index.building.build import build
from ingest.audio.load import EXACT_SEEK
from ingest.library.records import Record, load_record, save_record
from tests.api.conftest import HashedStems
from tests.ingest.stages.test_player_copy import RIGHT, SECONDS, WRONG, Library

pytest.importorskip("av")

ADDRESS = "https://publisher.example/1.mp3"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording that browsers play wrong, as it was ingested."""
    root = tmp_path_factory.mktemp("own")
    Library(root, WRONG)
    return root


@pytest.fixture(scope="module")
def elsewhere(own: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with an index, its episode published elsewhere."""
    found = Library(Path(shutil.copytree(own, tmp_path_factory.mktemp("elsewhere") / "made")), WRONG)
    record = load_record(found.home, found.id)
    save_record(found.home, Record(replace(record.episode, audio_url=ADDRESS), record.items))
    build(found.home, HashedStems())
    return found.home.parent


@pytest.fixture
def library(elsewhere: Path, tmp_path: Path) -> Library:
    return Library(Path(shutil.copytree(elsewhere, tmp_path / "copy")), WRONG)


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=library.home), HashedStems())) as opened:
        yield opened


def quote_of(library: Library) -> str:
    source = open_transcript(library.home, library.id)
    assert source is not None
    return quote_at(source, 18, 6).id


def starts_of(page: str) -> list[float]:
    return [float(found) for found in re.findall(r'src="[^"]*#t=([\d.]+)', page)]


def test_a_page_plays_the_exact_copy_and_json_tells_of_the_published_one(client: TestClient, library: Library) -> None:
    """The publisher's address stays the citation's, with what is known of it; nobody is made to wait on the page."""
    quote = client.get(f"/api/quotes/{quote_of(library)}").json()
    assert quote["listen_url"].startswith(f"{ADDRESS}#t={quote['start']}")
    assert quote["seek_error"] == library.note()["seek_error"] > 1
    page = client.get(quote["url"]).text
    assert f'src="/api/episodes/{library.id}/audio#t={quote["start"] - 1}' in page
    assert "s early" not in page
    for address in (f"/episodes/{library.id}?t=6", f"/?q=second+6+of+this+recording&show={library.id}"):
        assert ADDRESS not in client.get(address).text


def test_without_the_recording_a_page_begins_earlier_and_says_so(client: TestClient, library: Library) -> None:
    """Quote page, card for another page, answer, and episode; the citation itself says the second of the quote."""
    library.audio.unlink()
    quote = client.get(f"/api/quotes/{quote_of(library)}").json()
    error = quote["seek_error"]
    assert error == library.note()["seek_error"]
    assert quote["listen_url"].startswith(f"{ADDRESS}#t={quote['start']}")
    told = f"The player starts up to {math.ceil(2 * error)} s early."
    for address, lead in ((quote["url"], 1), (quote["url"].replace("/quotes", "/embed"), 1), ("/?q=second+6+of", 0)):
        page = client.get(address).text
        assert told in page
        assert ADDRESS in page
        if lead:
            assert starts_of(page) == [pytest.approx(max(0, quote["start"] - lead - error), abs=0.01)]
    page = client.get(f"/episodes/{library.id}?t=11").text
    assert told in page
    assert starts_of(page) == [pytest.approx(11 - error, abs=0.01)]
    assert f'data-lead="{error}"' in page


def test_what_is_not_known_is_null(client: TestClient, library: Library) -> None:
    """A recording that was never probed, as with --no-audio or an earlier version."""
    library.audio.unlink()
    (library.folder / "recording.json").unlink()
    quote = client.get(f"/api/quotes/{quote_of(library)}").json()
    assert quote["seek_error"] is None
    assert "s early" not in client.get(quote["url"]).text
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert "seek_error" in schemas["QuoteResponse"]["properties"]


def test_the_library_is_known_to_be_exact(own: Path, tmp_path: Path) -> None:
    """Its own address, with or without a copy; the measured duration is what players are compared with."""
    for library in (Library(own, WRONG), Library(tmp_path, RIGHT)):
        source = open_transcript(library.home, library.id)
        assert source is not None
        assert source.seek_error == EXACT_SEEK
        player = player_of(library.home, source.transcript.episode)
        assert player == Player(f"/api/episodes/{library.id}/audio", pytest.approx(SECONDS, abs=0.2), 0.0)
