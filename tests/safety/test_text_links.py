"""What a page links leads to the web under its own name: no name or password stands before the host."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.formatting import safe_link
from api.settings import Settings
from index.building.build import build
from ingest.library.records import Record, episode_folder, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import HashedStems, turn_of
from tests.hostile.dangers import parsed

SECRET = "canary-5d41402a"
DISGUISED = (
    f"https://ada:{SECRET}@pods.example/1",
    f"https://{SECRET}@pods.example/1",
    f"https://www.gov.uk:{SECRET}@evil.example/",
    f"https://www.gov.uk%2f{SECRET}@evil.example/",
    f"http://a@{SECRET}@evil.example/",
    f"https://:{SECRET}@evil.example/",
    "https://@evil.example/",
)


@pytest.mark.parametrize("address", DISGUISED)
def test_an_address_with_a_name_before_its_host_is_no_link(address: str) -> None:
    """It can look like another site, and may hold a subscriber's password."""
    assert safe_link(address) is None


@pytest.mark.parametrize(
    "address", ["https://pods.example/@ada/1", "https://pods.example/?mail=a@b.example", "/episodes?q=a@b", "/x#a@b"]
)
def test_elsewhere_the_sign_is_harmless(address: str) -> None:
    """Behind the host an @ is a letter as any other."""
    assert safe_link(address) == address


@pytest.mark.parametrize("address", DISGUISED[:3])
def test_no_page_shows_such_an_address(tmp_path: Path, address: str) -> None:
    """Pages, embedded quotes, citations and JSON-LD neither link nor print it."""
    episode = Episode(
        "a-1-aaaa", "a1", Show("a", "A show", address), 1, "Talk", "2021-01-01", 60.0, address, address, "CC BY 4.0"
    )
    save_record(tmp_path, Record(episode, ()))
    words = "The council paid for the lighthouse database from its winter budget."
    save_transcript(tmp_path, Transcript(episode, (turn_of("Mina Calder", words, 3.0),)), "made by a test")
    encoder = HashedStems()
    build(tmp_path, encoder)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as client:
        quote = client.get("/api/search", params={"q": "Who paid for the database?"}).json()["hits"][0]["quote_id"]
        for path in (
            "/",
            "/episodes",
            f"/episodes/{episode.id}",
            f"/quotes/{quote}",
            f"/embed/{quote}",
            "/?q=who+paid",
        ):
            response = client.get(path)
            assert response.status_code == 200
            assert SECRET not in response.text, path
            links = [value for element in parsed(response.text).elements for value in element.attributes.values()]
            assert not [link for link in links if link and "@" in link], path
    assert not list(episode_folder(tmp_path, episode.id).glob("audio*"))
