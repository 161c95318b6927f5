"""The catalogue states facts about known shows in one schema; what is unknown is null."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

CATALOGUE = Path(__file__).parents[2] / "data" / "catalogue.json"
EPISODE_FIELDS = {
    *("number", "title", "title_basis", "published", "duration", "duration_precision", "page_url"),
    *("hosts", "guests", "tags"),
}


@pytest.fixture(scope="module")
def shows() -> list[dict[str, Any]]:
    data = json.loads(CATALOGUE.read_text("utf-8"))
    assert data["schema"] == 1
    return data["shows"]


@pytest.fixture(scope="module")
def gds(shows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(show for show in shows if show["id"] == "gds")


def test_shows_can_be_recognised(shows: list[dict[str, Any]]) -> None:
    """A show has a URL-safe id, its title among its names, and hosts; no id, name or host belongs to two shows."""
    for show in shows:
        assert show["id"].isascii() and show["id"].islower() and len(show["id"]) <= 20
        assert show["title"] in show["names"]
        assert show["publisher"]
        assert urlsplit(show["page_url"]).hostname in show["hosts"]
    for field in ("names", "hosts"):
        values = [value.casefold() for show in shows for value in show[field]]
        assert len(values) == len(set(values))


def test_gds_podcast_is_listed_with_its_39_episodes(gds: dict[str, Any]) -> None:
    """The show has the names and host of the contract and the episodes 1 to 39 in order."""
    assert {"Government Digital Service Podcast", "GDS Podcast"} <= set(gds["names"])
    assert gds["hosts"] == ["governmentdigitalservice.podbean.com"]
    assert [episode["number"] for episode in gds["episodes"]] == list(range(1, 40))


def test_episodes_keep_the_schema(gds: dict[str, Any]) -> None:
    """Each field is there; dates are ISO dates, durations plausible seconds with a precision, pages on a host."""
    for episode in gds["episodes"]:
        assert set(episode) == EPISODE_FIELDS
        assert (episode["title"] is None) == (episode["title_basis"] is None)
        assert episode["published"] is None or date(2018, 1, 1) <= date.fromisoformat(episode["published"])
        if episode["duration"] is None:
            assert episode["duration_precision"] is None
        else:
            assert 300 <= episode["duration"] <= 5400
            assert episode["duration_precision"] in ("seconds", "minutes")
            assert episode["duration_precision"] == "seconds" or episode["duration"] % 60 == 0
        assert urlsplit(episode["page_url"]).hostname in gds["hosts"]
        for guest in episode["guests"] or []:
            assert set(guest) == {"name", "role", "role_note"} and guest["name"]
            assert "not seen" not in (guest["role"] or "")


def test_pages_are_unique(gds: dict[str, Any]) -> None:
    """No two episodes share a page."""
    pages = [episode["page_url"] for episode in gds["episodes"]]
    assert len(pages) == len(set(pages))


def test_known_episode_35(gds: dict[str, Any]) -> None:
    """The episode about moving GOV.UK Pay carries the facts of its page; "34 min" is 2,040 s to the minute."""
    episode = gds["episodes"][34]
    assert episode["title"] == "GDS Podcast #35: How our Site Reliability Engineers migrated GOV.UK Pay"
    assert (episode["published"], episode["duration"], episode["duration_precision"]) == ("2021-10-28", 2040, "minutes")
    assert episode["hosts"] == ["Vanessa Schneider"]
    assert [guest["name"] for guest in episode["guests"]] == ["Jonathan Harden", "Kat Stevens"]


def test_nothing_is_added_to_the_facts_collected(gds: dict[str, Any]) -> None:
    """Beside the collected list: the same titles, dates, pages, hosts and tags, nothing filled in, nothing lost."""
    source = Path(__file__).parents[2].parent / "shared" / "catalogue" / "gds_episodes.json"
    if not source.is_file():
        pytest.skip("the collected list is not on this machine")
    for collected, episode in zip(json.loads(source.read_text("utf-8")), gds["episodes"], strict=True):
        for field in ("number", "title", "title_basis", "published", "page_url", "hosts", "tags"):
            assert episode[field] == collected[field]
        assert (episode["duration"] is None) == (collected["duration"] is None)
        names = None if collected["guests"] is None else [guest["name"] for guest in collected["guests"]]
        assert names == (None if episode["guests"] is None else [guest["name"] for guest in episode["guests"]])
