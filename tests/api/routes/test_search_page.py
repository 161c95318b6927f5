"""The search page: passages with their best quote, and the years they come from, without JavaScript."""

from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from tests.api.markup import Seen, seen

SWITCH = "/search?q=Which+council+paid+for+the+lighthouse+database%3F"


def cards(page: Seen) -> list[str]:
    return [" ".join(card.text.split()) for card in page.all("article")]


def test_hits_are_those_of_the_interface_in_the_same_order(client: TestClient) -> None:
    """Each with its words, speakers, show, episode, date and time, and links to transcript and quote."""
    page = seen(client.get(SWITCH))
    hits = client.get(SWITCH.replace("/search", "/api/search") + "&k=20").json()["hits"]
    assert len(cards(page)) == len(hits) > 1
    for card, hit in zip(cards(page), hits, strict=True):
        assert all(" ".join(line.split()) in card for line in hit["text"].split("\n"))
        assert all(speaker in card for speaker in hit["speakers"])
        assert hit["episode"]["show"]["title"] in card
    quotes = [str(found.attributes["href"]) for found in page.all("a") if found.text.startswith("Best quote")]
    assert quotes == [f"/quotes/{hit['quote_id']}" for hit in hits if hit["quote_id"]]
    assert {client.get(address).status_code for address in quotes} == {200}


def test_a_passage_of_several_turns_says_who_says_what(client: TestClient) -> None:
    """Each turn is a paragraph that begins with its speaker, and together they are the hit; one alone needs no name."""
    hits = client.get(SWITCH.replace("/search", "/api/search")).json()["hits"]
    page = seen(client.get(SWITCH))
    assert {len(hit["speakers"]) for hit in hits} >= {1, 2}
    for hit, quoted in zip(hits, page.all("blockquote"), strict=True):
        words = quoted.text
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
    response = client.get(SWITCH)
    text = response.text
    begin = text.index("<svg")
    svg = ElementTree.fromstring(text[begin : text.index("</figure>", begin)])
    assert svg.attrib["role"] == "img"
    page = seen(response)
    cells = [found.text for found in page.elements if found.name in ("th", "td")][2:]
    hits = client.get(SWITCH.replace("/search", "/api/search") + "&k=20").json()["hits"]
    years = Counter(str(hit["episode"]["published"])[:4] for hit in hits)
    # A hit in each of the three years and one without a date.
    assert years == {"2020": 1, "2021": 1, "2022": 1, "None": 1}
    assert cells == ["2020", "1", "2021", "1", "2022", "1", "No date", "1"]
    narrowed = next(str(found.attributes["href"]) for found in page.all("a") if found.text == "2021")
    assert narrowed.startswith(SWITCH) and narrowed.endswith("&since=2021-01-01&until=2021-12-31")
    assert len(cards(seen(client.get(narrowed)))) == 1


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
    page = seen(client.get("/search?q=switch&show=harbour&speaker=Oluchi&episode=2&since=2020-01-01"))
    narrowed = next(str(found.attributes["href"]) for found in page.all("a") if found.text == "2022")
    assert narrowed == ("/search?q=switch&show=harbour&episode=2&speaker=Oluchi&since=2022-01-01&until=2022-12-31")


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
