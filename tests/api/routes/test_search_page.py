"""The search page: all passages about a question by episode, and the years they come from, without JavaScript."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.knowledge_base import KnowledgeBase
from api.settings import Settings
from tests.api.lighthouses import LIGHTHOUSES
from tests.api.markup import Seen, seen

SWITCH = "/search?q=Which+council+paid+for+the+lighthouse+database%3F"
LETTERS = "/search?q=Letters+to+captains"
# Nothing is about all of this, so that the nearest passages are shown and counted by year.
YEARS = "/search?q=volcano"


@pytest.fixture
def many(base_of: Callable[..., KnowledgeBase], encoder: Any, tmp_path: Path) -> Iterator[TestClient]:
    """A server over episodes that speak of lighthouses, once or five times."""
    base_of(LIGHTHOUSES)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as opened:
        yield opened


def cards(page: Seen) -> list[str]:
    return [" ".join(card.text.split()) for card in page.all("article")]


def test_the_passages_about_a_question_are_those_of_the_interface(many: TestClient) -> None:
    """Each with its words, speakers and time, below its episode, and links to transcript and quote."""
    page = seen(many.get("/search?q=lighthouse&k=100"))
    found = many.get("/api/search?q=lighthouse&k=100").json()
    about = [hit for hit in found["hits"] if hit["about"]]
    order = [each["id"] for each in found["episodes"]]
    about.sort(key=lambda hit: order.index(hit["episode"]["id"]))
    episodes = [hit["episode"]["id"] for hit in about]
    expected = [hit for place, hit in enumerate(about) if episodes[:place].count(episodes[place]) < 3]
    assert len(cards(page)) == len(expected) == 4
    for card, hit in zip(cards(page), expected, strict=True):
        assert all(" ".join(line.split()) in card for line in hit["text"].split("\n"))
        assert all(speaker in card for speaker in hit["speakers"])
    quotes = [str(found.attributes["href"]) for found in page.all("a") if found.text.startswith("Best quote")]
    assert quotes == [f"/quotes/{hit['quote_id']}" for hit in expected]
    assert {many.get(address).status_code for address in quotes} == {200}


def test_all_passages_are_counted_by_episode(many: TestClient) -> None:
    """The heading counts them all; an episode with more than three leads to all of its own."""
    page = seen(many.get("/search?q=lighthouse"))
    assert page.all("h2")[0].text == "6 passages in 2 episodes"
    assert page.all("title")[0].text.startswith("6 passages: lighthouse")
    assert "1 more passage holds your words" in " ".join(page.all("main")[0].text.split())
    groups = [" ".join(found.text.split()) for found in page.of_class("app-group")]
    assert sorted("5 passages" in group for group in groups) == [False, True]
    whole = next(str(found.attributes["href"]) for found in page.all("a") if found.text.startswith("All 5 passages"))
    assert whole == "/search?q=lighthouse&episode=five-1-aaaa"
    assert len(cards(seen(many.get(whole)))) == 5


def test_pages_follow_each_other(many: TestClient) -> None:
    """Every page links the next; their passages are numbered on, and the filters stay."""
    address, numbers, pages = "/search?q=lighthouse&episode=five-1-aaaa&k=2", [], 0
    while True:
        page = seen(many.get(address))
        pages += 1
        numbers += [card.partition(".")[0] for card in cards(page)]
        following = [str(found.attributes["href"]) for found in page.all("a", rel="next")]
        if not following:
            break
        (address,) = following
        assert address == f"/search?q=lighthouse&episode=five-1-aaaa&k=2&page={pages + 1}"
    assert (numbers, pages) == (["1", "2", "3", "4", "5"], 3)
    assert page.all("title")[0].text.startswith("5 passages (page 3 of 3): lighthouse")
    assert [card.partition(".")[0] for card in cards(seen(many.get(address.replace("page=3", "page=99"))))] == ["5"]


def test_everything_can_be_downloaded(many: TestClient) -> None:
    """The links lead to all passages of the same search, whatever the page shows."""
    page = seen(many.get("/search?q=lighthouse&speaker=Ada+B&k=1"))
    links = [str(found.attributes["href"]) for found in page.all("a") if "download" in found.attributes]
    assert links == [f"/api/search.{form}?q=lighthouse&speaker=Ada+B" for form in ("csv", "md", "json")]
    for link, kind in zip(links, ("text/csv", "text/markdown", "application/json"), strict=True):
        response = many.get(link)
        assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, kind)
        assert response.headers["content-disposition"].startswith('attachment; filename="search.')
    assert many.get(links[2]).json()["total"] == 2


def test_where_nothing_is_about_it_the_nearest_are_shown(many: TestClient) -> None:
    """The page says so, counts none and offers nothing to download."""
    page = seen(many.get("/search?q=volcano&k=2"))
    assert page.all("h2")[0].text == "Nothing was said about this"
    assert "may be about something else" in page.all("main")[0].text
    assert len(cards(page)) == 2
    assert not [found for found in page.all("a") if "download" in found.attributes]


def test_a_passage_of_several_turns_says_who_says_what(client: TestClient) -> None:
    """Each turn is a paragraph that begins with its speaker, and together they are the hit; one alone needs no name."""
    hits = client.get(SWITCH.replace("/search", "/api/search")).json()["hits"][:1]
    hits += client.get(LETTERS.replace("/search", "/api/search")).json()["hits"][:1]
    quoted = [seen(client.get(path)).all("blockquote")[0] for path in (SWITCH, LETTERS)]
    assert {len(hit["speakers"]) for hit in hits} >= {1, 2}
    for hit, quote in zip(hits, quoted, strict=True):
        words = quote.text
        for name in hit["speakers"] if len(hit["speakers"]) > 1 else ():
            assert f"{name}:" in words
            words = words.replace(f"{name}:", "")
        assert words.split() == hit["text"].split()


def test_the_best_quote_is_marked_and_linked_in_the_transcript(client: TestClient) -> None:
    """The quote's words stand out in the passage; the link leads to its turn, with the question."""
    page = seen(client.get(SWITCH))
    assert page.all("mark")[0].text == "The harbour council paid for the lighthouse database from its winter budget."
    address = next(str(found.attributes["href"]) for found in page.all("a") if found.text.startswith("Read in"))
    path, _, anchor = address.partition("#")
    assert anchor == "turn-3"
    target = seen(client.get(path))
    assert [found for found in target.elements if found.attributes.get("id") == anchor]
    assert "Nearest to" in target.all("main")[0].text


def test_the_years_are_a_picture_and_a_table(client: TestClient) -> None:
    """A bar for each year from the first to the last, counted in the table, whose years narrow the search."""
    response = client.get(YEARS)
    text = response.text
    begin = text.index("<svg")
    svg = ElementTree.fromstring(text[begin : text.index("</figure>", begin)])
    assert svg.attrib["role"] == "img"
    page = seen(response)
    cells = [found.text for found in page.elements if found.name in ("th", "td")][2:]
    dates = [hit["episode"]["published"] for hit in client.get(YEARS.replace("/search", "/api/search")).json()["hits"]]
    # A hit in each of the three years and one without a date.
    assert Counter(str(date)[:4] for date in dates) == {"2020": 1, "2021": 1, "2022": 1, "None": 1}
    assert cells == ["2020", "1", "2021", "1", "2022", "1", "No date", "1"]
    narrowed = next(str(found.attributes["href"]) for found in page.all("a") if found.text == "2021")
    assert narrowed.startswith(YEARS) and narrowed.endswith("&since=2021-01-01&until=2021-12-31")
    one_year = seen(client.get(narrowed))
    assert len(cards(one_year)) == 1
    assert not one_year.of_class("app-picture")  # a single bar tells nothing


def test_filters_stay_in_the_form(client: TestClient) -> None:
    """The same filters as in the interface, shown as they were typed; a number field left empty is the usual."""
    page = seen(
        client.get("/search?q=switch&show=harbour&speaker=Oluchi&since=2022-01-01&until=2022-12-31&episode=2&k=3")
    )
    values = {str(found.attributes["name"]): found.attributes.get("value") for found in page.all("input")}
    assert values == {
        "q": "switch", "speaker": "Oluchi", "since": "2022-01-01", "until": "2022-12-31", "episode": "2", "k": "3"
    }  # fmt: skip
    assert page.all("option", value="harbour")[0].attributes.get("selected", "no") in (None, "selected")
    assert len(cards(page)) <= 3
    assert cards(seen(client.get("/search?q=switch&show=&speaker=&since=&until=&episode=&k=")))


def test_narrowing_to_a_year_keeps_the_other_filters(client: TestClient) -> None:
    """The years of the table lead to the same search with new dates."""
    page = seen(client.get(f"{YEARS}&show=harbour&k=30&since=2020-01-01"))
    narrowed = next(str(found.attributes["href"]) for found in page.all("a") if found.text == "2022")
    assert narrowed == f"{YEARS}&show=harbour&k=30&since=2022-01-01&until=2022-12-31"


def test_nothing_found_is_said(client: TestClient) -> None:
    """Filters that let nobody in find nothing, and the page says what to try."""
    page = seen(client.get("/search?q=walrus&since=2030-01-01"))
    assert page.all("h2")[0].text.strip() == "Nothing was found"
    assert "without the filters" in page.all("main")[0].text
    assert not page.all("svg")


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("q=+", "q", "question is empty"),
        ("q=" + "x" * 2001, "q", "2,001 characters"),
        ("q=x&speaker=Mina", "speaker", "Mina Calder"),
        ("q=x&speaker=Olushi", "speaker", "did you mean: Oluchi Varga"),
        ("q=x&since=never", "since", "“Published from” must be a date"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(client: TestClient, query: str, field: str, reason: str) -> None:
    """The summary links to the field, the title begins with "Error", nothing typed is lost, nothing is searched."""
    page = seen(client.get(f"/search?{query}"), 422)
    assert reason in page.of_class("govuk-error-summary")[0].text
    assert page.all("a", href=f"#{field}")
    assert page.all("title")[0].text.startswith("Error:")
    assert f"{field}-error" in str(page.all("input", id=field)[0].attributes["aria-describedby"])
    assert not page.all("article")


def test_the_page_alone_only_asks(client: TestClient) -> None:
    """Without a question there is a form, and no heading of results."""
    page = seen(client.get("/search"))
    assert page.all("input", name="q")
    assert not page.all("h2")


def test_an_empty_library_says_what_to_run(empty: TestClient) -> None:
    """With and without a question."""
    assert "playback ingest SOURCE" in seen(empty.get("/search")).all("main")[0].text
    assert "playback ingest SOURCE" in seen(empty.get("/search?q=x"), 503).all("main")[0].text


def test_hostile_text_is_text(client: TestClient) -> None:
    """Markup in words, names, titles and the question is shown and not run."""
    page = seen(client.get("/search?q=favourite+walrus+called+Gerald&show=odd"))
    assert "</blockquote><script>alert(5)</script>" in cards(page)[0]
    assert '<img src=x onerror="alert(4)">' in cards(page)[0]
    assert not page.all("img")
    question = '"><script>alert(6)</script>'
    response: Any = client.get("/search", params={"q": question})
    assert seen(response).all("input", id="q")[0].attributes["value"] == question
    assert "<script>alert" not in response.text
