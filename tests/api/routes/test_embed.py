"""The card in a frame of another page, and oEmbed, which finds it."""

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.episodes.transcripts import open_transcript
from api.quotes.context import surroundings_of
from api.quotes.oembed import WIDTH, card_height, oembed
from api.quotes.quote import quote_at
from api.settings import Settings
from ingest.library.removal import remove_episode
from tests.api.markup import seen

TIMED, HOSTILE = "harbour-1-aaaa", "odd-2020-01-02-dddd"
COUNCIL = "The harbour council paid for the lighthouse database from its winter budget."
SERVER = "http://testserver"


def id_of(home: Path, episode: str, first: int, count: int) -> str:
    source = open_transcript(home, episode)
    assert source is not None
    return quote_at(source, first, count).id


@pytest.fixture
def council(served_home: Path) -> str:
    """The id of a quote with a time and a recording."""
    return id_of(served_home, TIMED, 54, 12)


class Frame(HTMLParser):
    """The attributes of the one element of an oEmbed card."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes = dict(attrs)


# --- the card


def test_the_card_has_the_quote_its_source_and_its_recording(client: TestClient, council: str) -> None:
    """The card says who, where and when, plays the quote, and leads out of the frame."""
    page = seen(client.get(f"/embed/{council}"))
    text = page.all("main")[0].text
    for part in (f"“{COUNCIL}”", "Tobias Renn", "The Harbour Podcast", "Moving the records", "28 October 2021", "0:46"):
        assert part in text
    assert page.all("audio")[0].attributes["src"] == f"/api/episodes/{TIMED}/audio#t=45.0,52.9"
    links = page.all("a")
    assert [link.attributes["href"] for link in links] == [
        f"{SERVER}/episodes/{TIMED}#turn-3",
        f"{SERVER}/quotes/{council}",
    ]
    for link in links:
        assert (link.attributes["target"], link.attributes["rel"]) == ("_blank", "noopener")
        assert "(opens in new tab)" in link.text
    assert not page.all("script")
    assert len(page.all("h1")) == 1


def test_only_the_card_may_be_framed(client: TestClient, council: str) -> None:
    """Its policy allows any frame and is otherwise stricter: no script and no form."""
    policy = client.get(f"/embed/{council}").headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self' https:; "
        "form-action 'none'; frame-ancestors *; base-uri 'none'"
    )
    for path in (f"/quotes/{council}", "/", "/embed", "/oembed"):
        assert "frame-ancestors 'none'" in client.get(path).headers["content-security-policy"]


def test_a_card_that_cannot_be_shown_says_so_in_the_frame(
    home: Path, encoder: Any, rewrite: Callable[..., None]
) -> None:
    """A changed or lost quote keeps the words that were embedded and says so; an unknown one says why."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        identifier = id_of(home, TIMED, 54, 12)
        rewrite(home, TIMED, 3, COUNCIL.replace("database", "databases"))
        card = seen(client.get(f"/embed/{identifier}"))
        assert card.all("blockquote")[0].text == f"“{COUNCIL}”"
        assert f"Today it says: “{COUNCIL.replace('database', 'databases')}”" in card.all("main")[0].text
        found = client.get("/oembed", params={"url": f"{SERVER}/quotes/{identifier}"}).json()
        assert f"{SERVER}/embed/{identifier}" in found["html"]
        rewrite(home, TIMED, 3, "Something else entirely was meant by us.")
        card = seen(client.get(f"/embed/{identifier}"), 410)
        assert card.all("blockquote")[0].text == f"“{COUNCIL}”"
        assert "does not say it today" in card.all("main")[0].text
        for path, status, reason in ((identifier, 410, "not in today's"), ("none", 404, "'none' is not a quote id")):
            response = client.get(f"/embed/{path}", headers={"accept": "*/*"})
            assert reason in seen(response, status).all("main")[0].text
            assert "frame-ancestors *" in response.headers["content-security-policy"]
        remove_episode(home, TIMED, "The guest asked for it.", purge=False)
        text = seen(client.get(f"/embed/{identifier}"), 410).all("main")[0].text
        assert "The guest asked for it." in text
        assert ".." not in text


# --- oEmbed


def test_oembed_describes_the_card(client: TestClient, council: str) -> None:
    """Every field that oEmbed 1.0 wants of rich content, and a frame of exactly that size."""
    response = client.get("/oembed", params={"url": f"{SERVER}/quotes/{council}", "format": "json"})
    assert response.headers["content-type"] == "application/json"
    found = response.json()
    assert set(found) == {
        "version", "type", "title", "author_name", "provider_name", "provider_url", "html", "width", "height",
    }  # fmt: skip
    assert (found["version"], found["type"], found["width"]) == ("1.0", "rich", WIDTH)
    assert (found["title"], found["author_name"]) == ("Tobias Renn in Moving the records", "Tobias Renn")
    frame = Frame(found["html"])
    assert frame.names == ["iframe"]
    assert frame.attributes == {
        "src": f"{SERVER}/embed/{council}",
        "width": str(found["width"]),
        "height": str(found["height"]),
        "title": "Quote: Tobias Renn in Moving the records",
        "loading": "lazy",
    }


@pytest.mark.parametrize(("most_width", "most_height"), [(300, 100), (1, 1), (5000, 5000), (300, None), (None, 100)])
def test_the_card_is_no_larger_than_asked(
    client: TestClient, council: str, most_width: int | None, most_height: int | None
) -> None:
    """maxwidth and maxheight bound what is said and the frame alike."""
    asked = {"url": f"{SERVER}/quotes/{council}", "maxwidth": most_width, "maxheight": most_height}
    found = client.get("/oembed", params={name: value for name, value in asked.items() if value is not None}).json()
    assert found["width"] == min(most_width or WIDTH, WIDTH)
    assert found["height"] <= (most_height or 5000)
    frame = Frame(found["html"]).attributes
    assert (frame["width"], frame["height"]) == (str(found["width"]), str(found["height"]))


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://testserver/quotes/{id}", 200),
        ("https://testserver/quotes/{id}", 200),
        ("http://testserver:80/quotes/{id}/?from=mail#cite", 200),
        ("HTTP://TESTSERVER/quotes/{id}", 200),
        ("https://evil.example/quotes/{id}", 404),
        ("http://testserver:8080/quotes/{id}", 404),
        ("http://testserver@evil.example/quotes/{id}", 404),
        ("http://testserver.evil.example/quotes/{id}", 404),
        ("//testserver/quotes/{id}", 404),
        ("/quotes/{id}", 404),
        ("javascript:alert(1)//testserver/quotes/{id}", 404),
        ("ftp://testserver/quotes/{id}", 404),
        ("http://testserver/episodes/{id}", 404),
        ("http://testserver/quotes/{id}/more", 404),
        ("http://testserver/quotes/none", 404),
        ("http://testserver:99999/quotes/{id}", 404),
        ("http://[/quotes/{id}", 404),
        ("", 404),
    ],
)
def test_only_quote_pages_of_this_server_have_a_card(client: TestClient, council: str, url: str, status: int) -> None:
    """Any other address is 404, whatever it looks like."""
    response = client.get("/oembed", params={"url": url.format(id=council)})
    assert response.status_code == status, response.text
    if status == 404:
        assert response.json()["status_code"] == 404


def test_what_oembed_does_not_take_is_refused(client: TestClient, council: str) -> None:
    """XML is 501 as the specification wants; no address, or a size that is none, is 422."""
    url = f"{SERVER}/quotes/{council}"
    assert client.get("/oembed", params={"url": url, "format": "xml"}).status_code == 501
    assert client.get("/oembed").status_code == 422
    for size in ("0", "-1", "wide"):
        assert client.get("/oembed", params={"url": url, "maxwidth": size}).status_code == 422


def test_a_hostile_title_stays_inside_its_attribute(client: TestClient, served_home: Path) -> None:
    """A card of a show with markup in every name is one frame, and its words are words."""
    identifier = id_of(served_home, HOSTILE, 0, 14)
    assert (
        "</blockquote><script>alert(5)</script>" in seen(client.get(f"/embed/{identifier}")).all("blockquote")[0].text
    )
    found = client.get("/oembed", params={"url": f"{SERVER}/quotes/{identifier}"}).json()
    frame = Frame(found["html"])
    assert frame.names == ["iframe"]
    assert set(frame.attributes) == {"src", "width", "height", "title", "loading"}
    assert '<img src=x onerror="alert(4)">' in str(frame.attributes["title"])


def test_longer_quotes_and_narrower_cards_are_higher(served_home: Path, council: str) -> None:
    """The height grows with the words and with narrowness."""
    citation = surroundings_of(served_home, council).citation
    longer = replace(citation, quote=f"{citation.quote} " * 4)
    assert card_height(longer, WIDTH) > card_height(citation, WIDTH)
    assert card_height(citation, 250) > card_height(citation, WIDTH)
    assert oembed(citation, SERVER, None, None)["height"] == card_height(citation, WIDTH)
