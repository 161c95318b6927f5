"""What is known of people: over HTTP, on pages and at the command line, each fact with its verified quote."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.knowledge_base import open_base
from api.quotes.said import citation_at
from api.settings import Settings
from api.terminal.people import people_text
from api.terminal.terms import terms_text
from index.building.build import build
from index.mined.episode import Span
from index.mined.overview import Said
from ingest.library.records import Record, episode_folder, save_record, save_transcript
from ingest.speakers.roles import find_roles
from ingest.transcript import Episode, Show, Transcript, Turn, Word
from tests.api.markup import seen

HOSTILE = "Ada <script>alert(1)</script> Moor"
OFFICER = "I'm Ada Moor, and I'm a deck officer at Tideline."
ENGINEER = "I'm Ada Moor, and I'm a harbour engineer at Tideline."
EPISODES = {
    "tide-1-aaaa": (
        "2020-03-01",
        [("Bo Reed", "Good morning to you. How are you?"), ("Ada Moor", f"{OFFICER} We sail at dawn.")],
    ),
    "tide-2-aaaa": (
        "2022-05-01",
        [("Bo Reed", "Welcome to all. What happened?"), ("Ada Moor", f"{ENGINEER} The harbour flooded.")],
    ),
    "tide-3-aaaa": ("2022-06-01", [(HOSTILE, "We rowed home in the rain."), ("Ada", "So did the rest of us.")]),
}


def save(home: Path, identifier: str, published: str, spoken: list[tuple[str, str]]) -> None:
    turns = tuple(Turn(name, text, words=tuple(Word(word) for word in text.split())) for name, text in spoken)
    episode = Episode(identifier, identifier, Show("tide", "Tide"), None, "A <talk>", published)
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, turns, roles=find_roles(turns, {})), "made by a test")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder: object) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for identifier, (published, spoken) in EPISODES.items():
        save(folder, identifier, published, spoken)
    build(folder, encoder)  # type: ignore[arg-type]
    return folder


@pytest.fixture(scope="module")
def browser(home: Path, encoder: object) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=home), encoder)) as client:  # type: ignore[arg-type]
        yield client


def test_everybody_is_listed_once(browser: TestClient) -> None:
    """By name, with the newest role; who is called by a bare first name is listed apart."""
    lines = browser.get("/api/people").json()["people"]
    assert [(line["name"], line["role"], line["episodes"]) for line in lines] == [
        ("Ada", None, 1),
        (HOSTILE, None, 1),
        ("Ada Moor", "harbour engineer at Tideline", 2),
        ("Bo Reed", None, 2),
    ]
    assert [line["asks"] for line in lines] == [False, False, False, True]


def test_roles_over_time_have_their_quotes(browser: TestClient) -> None:
    """The newest first; every quote says the role, and its speaker and page are right."""
    person = browser.get("/api/people/ada-moor").json()
    assert [(held["role"], held["since"]) for held in person["roles"]] == [
        ("harbour engineer at Tideline", "2022-05-01"),
        ("deck officer at Tideline", "2020-03-01"),
    ]
    for held in person["roles"]:
        assert held["role"] in held["citation"]["quote"]
        assert held["citation"]["speaker"] == "Ada Moor"
        assert browser.get(held["citation"]["url"]).status_code == 200
    assert [one["episode"]["id"] for one in person["episodes"]] == ["tide-2-aaaa", "tide-1-aaaa"]
    assert [year["year"] for year in person["years"]] == ["2022", "2020"]
    assert "speaker=Ada+Moor&since=2022-01-01&until=2022-12-31" in person["years"][0]["url"]
    assert browser.get(person["years"][0]["url"]).status_code == 200


def test_a_full_name_finds_a_person_too(browser: TestClient) -> None:
    """In any case; a first name that stands for several people finds nobody."""
    assert browser.get("/api/people/ada%20MOOR").json()["id"] == "ada-moor"


def test_the_list_says_when_somebody_spoke(browser: TestClient) -> None:
    """Whoever speaks in one episode has no latest one."""
    page = seen(browser.get("/people"))
    told = [" ".join(line.text.split()) for line in page.all("li") if " episode" in line.text]
    assert any("2 episodes, the latest on" in line for line in told)
    assert any("1 episode, on" in line for line in told)
    assert not [line for line in told if "1 episode, the latest" in line]


def test_nobody_of_that_name(browser: TestClient) -> None:
    """In the one shape of errors, and as a page for people."""
    refused = browser.get("/api/people/nobody")
    assert refused.status_code == 404
    assert refused.json()["errors"][0]["error"] == "PersonUnknown"
    page = browser.get("/people/<script>", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "<script>alert" not in page.text


def test_of_those_with_a_bare_first_name_the_ids_are_said(browser: TestClient) -> None:
    """Because their name may find somebody else; a part of a full name is answered with the full name."""
    (problem,) = browser.get("/api/people/Bo").json()["errors"]
    assert problem["message"] == "nobody who speaks here is called 'Bo'; did you mean: Bo Reed"
    (problem,) = browser.get("/api/people/adda").json()["errors"]
    assert "ada-tide-3-aaaa" in problem["message"]


def test_pages_escape_what_they_show(browser: TestClient) -> None:
    """Names, titles and words are text; each page is small and links to the next."""
    listed = browser.get("/people").text
    assert "<script>alert" not in listed
    assert "&lt;script&gt;" in listed
    for line in browser.get("/api/people").json()["people"]:
        assert f'href="/people/{line["id"]}"' in listed
        page = browser.get(f"/people/{line['id']}").text
        assert "<script>alert" not in page
        assert "A &lt;talk&gt;" in page
        assert len(page.encode()) < 60_000


def test_a_removed_episode_says_nothing_more(home: Path, tmp_path: Path, encoder: object) -> None:
    """Its people are gone before the next index is published, and its quotes are left out."""
    for identifier, (published, spoken) in EPISODES.items():
        save(tmp_path, identifier, published, spoken)
    build(tmp_path, encoder)  # type: ignore[arg-type]
    record = episode_folder(tmp_path, "tide-3-aaaa")
    for file in record.iterdir():
        file.unlink()
    record.rmdir()
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as client:  # type: ignore[arg-type]
        assert [line["name"] for line in client.get("/api/people").json()["people"]] == ["Ada Moor", "Bo Reed"]
        assert client.get("/api/people/ada-tide-3-aaaa").status_code == 404
        assert "tide-3" not in client.get("/api/people/adda").text


def test_a_quote_of_words_that_changed_is_left_out(home: Path, tmp_path: Path, encoder: object) -> None:
    """Words that are not of one turn, or of no transcript, give no citation."""
    base = open_base(Settings(home=home), encoder)  # type: ignore[arg-type]
    assert citation_at(home, base.generation, Said("tide-1-aaaa", Span(5, 4))) is None
    assert citation_at(home, base.generation, Said("tide-1-aaaa", Span(900, 4))) is None
    assert citation_at(home, base.generation, Said("tide-9-aaaa", Span(0, 4))) is None
    assert citation_at(home, base.generation, None) is None
    found = citation_at(home, base.generation, Said("tide-1-aaaa", Span(0, 4)))
    assert found is not None
    assert found.quote == "Good morning to you."


def test_the_command_prints_them(
    home: Path,
    browser: TestClient,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A line each, or everything of one with its quotes, without an encoder; --json is what the interface gives."""
    assert main(["--home", str(home), "people"]) == 0
    assert "ada-moor: Ada Moor, harbour engineer at Tideline (2 episodes)" in capsys.readouterr().out
    assert people_text(()) and terms_text(())  # no empty line where nobody has a name
    assert main(["--home", str(home), "people", "ada-moor"]) == 0
    assert "“I'm Ada Moor, and I'm a deck officer at Tideline.”" in capsys.readouterr().out
    assert main(["--home", str(home), "people", "ada-moor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == browser.get("/api/people/ada-moor").json()
    assert main(["--home", str(home), "people", "nobody"]) == 1
