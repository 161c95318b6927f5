"""The account of an episode over HTTP: JSON and page agree, and an episode without a transcript has one too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.app import create_app
from api.episodes.about import About
from api.settings import Settings
from ingest.library.removal import remove_episode
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from tests.api.markup import seen

TIMED, WAITING, HOSTILE = "harbour-1-aaaa", "harbour-4-eeee", "odd-2020-01-02-dddd"


def shown(response: Any) -> str:
    """The words of a page's main part, as a reader sees them."""
    return " ".join(seen(response).all("main")[0].text.split())


def rows(response: Any) -> list[tuple[str, str]]:
    """The names and values of a page's lists."""
    page = seen(response)
    pairs = zip(page.all("dt"), page.all("dd"), strict=True)
    return [(" ".join(name.text.split()), " ".join(value.text.split())) for name, value in pairs]


@pytest.mark.parametrize("identifier", [TIMED, WAITING, HOSTILE])
def test_json_has_the_described_shape(client: TestClient, identifier: str) -> None:
    """What comes is what the description of the interface says, whatever the episode has."""
    found = client.get(f"/api/episodes/{identifier}/about").json()
    assert set(found) == {"episode", "outcome", "facts", "sources", "choice", "doubts", "chapters"}
    assert found["episode"] == client.get(f"/api/episodes/{identifier}").json()
    TypeAdapter(About).validate_python(found)


def test_the_episode_page_leads_there(client: TestClient) -> None:
    """From an episode with a transcript, and from one without, where the link says why there is none."""
    for identifier, text in ((TIMED, "Sources, choices and doubts"), (WAITING, "Why there is none")):
        page = seen(client.get(f"/episodes/{identifier}"))
        links = [str(link.attributes["href"]) for link in page.all("a") if link.text == text]
        assert links == [f"/episodes/{identifier}/about"]
        assert seen(client.get(links[0])).all("h1")[0].text.startswith("About ")


def test_the_page_says_what_json_says(client: TestClient) -> None:
    """Facts, times and doubts in words."""
    page = client.get(f"/episodes/{TIMED}/about")
    assert ("Title", "Moving the records") in rows(page)
    assert ("Times", "4 turns: aligned with a source of an earlier run") in rows(page)
    assert "Last outcome Not ingested yet" in shown(page)


def test_removed_and_unknown_episodes_are_refused_as_elsewhere(home: Path, encoder: Any) -> None:
    """410 with the reason, and 404, as JSON or as a page."""
    remove_episode(home, TIMED, "a wish", purge=False)
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        for identifier, status, error in ((TIMED, 410, "EpisodeGone"), ("none", 404, "EpisodeUnknown")):
            refused = client.get(f"/api/episodes/{identifier}/about")
            assert (refused.status_code, refused.json()["errors"][0]["error"]) == (status, error)
            seen(client.get(f"/episodes/{identifier}/about", headers={"accept": "text/html"}), status)


@pytest.fixture
def ingested(tmp_path: Path, encoder: Any) -> Callable[[str], TestClient]:
    """A server over a library that a feed with one item was ingested into, without its recording."""

    def made(item: str) -> TestClient:
        (tmp_path / "feed.xml").write_text(
            '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Tea</title>'
            f"<item><title>Kettles</title><guid>tea-1</guid>{item}</item></channel></rss>"
        )
        (episode,) = register_source(str(tmp_path / "feed.xml"), tmp_path / "home").episodes
        ingest_episode(episode, tmp_path / "home", IngestSettings(audio=False))
        return TestClient(create_app(Settings(home=tmp_path / "home"), encoder))

    return made


def test_a_failed_episode_says_why(ingested: Callable[[str], TestClient], tmp_path: Path) -> None:
    """The outcome, the link that was not read, and no path of this machine."""
    (tmp_path / "1.vtt").write_text("nothing")
    with ingested('<podcast:transcript url="1.vtt" type="text/vtt" language="en"/>') as client:
        (episode,) = client.get("/api/episodes").json()["episodes"]
        about = client.get(f"/api/episodes/{episode['id']}/about").json()
        page = client.get(f"/episodes/{episode['id']}/about")
    assert about["outcome"]["status"] == "failed"
    assert about["choice"] == {
        "text": "none",
        "reason": "there is no transcript in the notes, and there are no captions and no heard words",
        "turns": 0,
        "words": 0,
        "times": [],
        "current": True,
    }
    assert about["sources"]["transcripts"] == [
        {"address": "1.vtt", "kind": "vtt", "language": "en", "state": "nothing kept", "reason": None}
    ]
    assert "1.vtt: no captions found" in shown(page)
    assert ("Transcript link", "1.vtt (vtt, en): nothing kept") in rows(page)
    assert str(tmp_path) not in page.text + str(about)


def test_an_episode_that_has_audio_only_says_so(ingested: Callable[[str], TestClient]) -> None:
    """Skipped without its recording: the account names the recording that is not there."""
    with ingested('<enclosure url="https://cdn.example/1.mp3?key=secret" type="audio/mpeg" length="1"/>') as client:
        (episode,) = client.get("/api/episodes").json()["episodes"]
        page = client.get(f"/episodes/{episode['id']}/about")
    assert "Last outcome Skipped" in shown(page)
    assert ("Recording", "https://cdn.example/1.mp3?…: not in the library") in rows(page)
