"""What is known of terms: over HTTP, on pages and at the command line, each fact with its verified quote."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.answer.compose import ask
from api.answer.question import parse_question
from api.app import create_app
from api.cli import main
from api.knowledge_base import KnowledgeBase
from api.pages.by_letter import MOST_LINES, OTHER, by_letter, letter_of
from api.settings import Settings

MakeBase = Callable[..., KnowledgeBase]

DEFINITION = "Tideline is a platform that forty harbours use for their maps."
STANDS_FOR = "We do harbour safety engineering, or HSE, before the boats leave."
EPISODES = {
    "a-1-aaaa": [
        ("Bo Reed", f"Today we speak of Tideline. {STANDS_FOR}"),
        ("Ada Moor", "We left Tideline for the NetLog, and we came back."),
    ],
    "b-2-aaaa": [("Ada Moor", f"{DEFINITION} The HSE likes Tideline as well, and A<b>C likes it.")],
}


@pytest.fixture
def browser(base_of: MakeBase, encoder: object, tmp_path: Path) -> Iterator[TestClient]:
    base_of(EPISODES)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as client:  # type: ignore[arg-type]
        yield client


def test_a_term_says_what_it_is(browser: TestClient) -> None:
    """Its definition, first and latest use and episodes, each with a quote whose page opens."""
    term = browser.get("/api/terms/tideline").json()
    assert term["definition"]["quote"] == DEFINITION
    assert term["first"]["quote"] == "Today we speak of Tideline."
    assert term["latest"]["quote"].startswith("The HSE likes Tideline")
    assert [(one["episode"]["id"], one["uses"]) for one in term["episodes"]] == [("b-2-aaaa", 2), ("a-1-aaaa", 2)]
    assert "hse" in [one["id"] for one in term["related"]]
    assert browser.get(term["definition"]["url"]).status_code == 200


def test_an_abbreviation_says_what_it_stands_for(browser: TestClient) -> None:
    """In the podcast's own words, with the sentence that says it."""
    term = browser.get("/api/terms/hse").json()
    assert term["expansion"] == "harbour safety engineering"
    assert term["expanded"]["quote"] == STANDS_FOR


@pytest.mark.parametrize(
    "spelling", ["HSE", "hse", "HSEs", "Harbour%20Safety%20Engineering", "harbour-safety-engineering"]
)
def test_every_spelling_finds_a_term(browser: TestClient, spelling: str) -> None:
    """By its id, in any case, in the plural, by what it is short for, or by the id that this would have."""
    assert browser.get(f"/api/terms/{spelling}").json()["id"] == "hse"
    assert browser.get(f"/terms/{spelling}").status_code == 200


@pytest.mark.parametrize("unknown", ["anchor", "a/b", "%3Cscript%3E", "x" * 300])
def test_there_is_no_such_term(browser: TestClient, unknown: str) -> None:
    """In the one shape of errors, and as a page for people."""
    refused = browser.get(f"/api/terms/{unknown}")
    assert (refused.status_code, refused.json()["errors"][0]["error"]) == (404, "TermUnknown")
    page = browser.get(f"/terms/{unknown}", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "<script>alert" not in page.text


def test_the_list_links_to_every_page(browser: TestClient) -> None:
    """All terms fit on one page here, and each page is small."""
    listed = browser.get("/terms").text
    for line in browser.get("/api/terms").json()["terms"]:
        assert f'href="/terms/{line["id"]}"' in listed
        assert len(browser.get(f"/terms/{line['id']}").content) < 60_000


def test_a_long_list_is_cut_by_letters() -> None:
    """Without a letter it has those of the highest rank; a letter has its own, page by page."""
    names = sorted([*(f"B{number:04}" for number in range(MOST_LINES + 5)), "Äa", "7up"])
    whole = by_letter("/terms", names, str, len, ("", 1))
    assert whole.letters == ((OTHER, 1), ("A", 1), ("B", MOST_LINES + 5))
    assert whole.letter == ""
    assert by_letter("/terms", names, str, len, ("A", 1)).lines == ("Äa",)
    last = by_letter("/terms", names, str, len, ("B", 99))
    assert (last.number, last.pages, len(last.lines)) == (2, 2, 5)
    assert last.page_address(1) == "/terms?letter=B"
    assert by_letter("/terms", names, str, len, ("<b>", 1)).letter == ""
    assert letter_of(".NET") == "N"


def test_questions_are_answered_from_the_register(base_of: MakeBase) -> None:
    """By what it is, and if that is asked by what it stands for, also among many passages that hold the word."""
    filling = {
        f"o-{number}-aaaa": [("Cy", f"So Tideline and the HSE went to w{number}x and v{number}y again.")]
        for number in range(15)
    }
    base = base_of(EPISODES | filling)
    assert ask(base, parse_question("What is Tideline?")).citations[0].quote.startswith(DEFINITION)
    assert ask(base, parse_question("What does HSE stand for?")).citations[0].quote.startswith(STANDS_FOR)


def test_the_command_prints_them(
    base_of: MakeBase,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A line each, or everything of one with its quotes; no encoder is loaded for it."""
    base_of(EPISODES)
    assert main(["--home", str(tmp_path), "terms"]) == 0
    assert "hse: HSE: harbour safety engineering (2 uses, 2 episodes)" in capsys.readouterr().out
    assert main(["--home", str(tmp_path), "terms", "tideline"]) == 0
    assert f"“{DEFINITION}”" in capsys.readouterr().out
    assert main(["--home", str(tmp_path), "terms", "anchor"]) == 1
