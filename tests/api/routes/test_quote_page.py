"""The quote page: the words in their surroundings, to hear, to widen and to cite."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.episodes.transcripts import open_transcript
from api.quotes.quote import quote_at
from api.settings import Settings
from ingest.text.words import normalise
from tests.api.markup import Seen, seen

TIMED, GUESSED, UNTIMED, HOSTILE = "harbour-1-aaaa", "harbour-2-bbbb", "harbour-3-cccc", "odd-2020-01-02-dddd"
COUNCIL = "The harbour council paid for the lighthouse database from its winter budget."
MONEY = "And where did the money come from in the end?"
LOST = "The old platform lost its supplier, so nobody mended security holes any more."
TUESDAY = "We switched the traffic on a quiet Tuesday before breakfast, because ferries are idle then."
WALRUS = 'My favourite walrus is </blockquote><script>alert(5)</script> called "Gerald" & he\'s kind.'
SERVER = "http://testserver"


def address_of(home: Path, episode: str, text: str) -> str:
    """The page of the first quote of these words."""
    source = open_transcript(home, episode)
    assert source is not None
    words, wanted = [place.word for place in source.places], normalise(text)
    first = next(place for place in range(len(words)) if words[place : place + len(wanted)] == wanted)
    return f"/quotes/{quote_at(source, first, len(wanted)).id}"


def quote_page(client: TestClient, episode: str, text: str) -> Seen:
    home: Path = client.app.state.live.settings.home  # type: ignore[attr-defined]
    return seen(client.get(address_of(home, episode, text)))


def meta(page: Seen) -> dict[str, str]:
    """What the page says of itself to other sites."""
    return {
        str(element.attributes.get("property") or element.attributes.get("name")): str(element.attributes["content"])
        for element in page.all("meta")
        if "content" in element.attributes
    }


def field(page: Seen, name: str) -> str:
    """The text of a field to copy from."""
    return page.all("textarea", id=f"cite-{name}")[0].text


# --- surroundings and recording


def test_a_quote_stands_in_its_surroundings(client: TestClient) -> None:
    """The quote is marked in its turn, between the turns before and after it."""
    page = quote_page(client, TIMED, LOST)
    assert page.all("mark")[0].text == LOST
    before, own, after = page.of_class("app-around")
    assert "Why did the office leave the old platform?" in before.text
    assert f"Well, thank you for asking me here. {LOST} Moving away took" in own.text
    assert "Tobias Renn" in own.text
    assert MONEY in after.text
    assert page.all("a", href=f"/episodes/{TIMED}#turn-1")


def test_a_neighbour_that_is_cut_says_so(home: Path, encoder: Any, rewrite: Callable[..., None]) -> None:
    """Of long turns before and after, up to 60 words are shown, with an ellipsis where the others were."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        found = quote_page(client, TIMED, LOST).of_class("app-around")
        assert not [one for one in found if "…" in one.text]
        rewrite(home, TIMED, 0, "Well. " * 61)
        rewrite(home, TIMED, 2, "Well. " * 61)
        before, _, after = quote_page(client, TIMED, LOST).of_class("app-around")
    assert "… Well." in before.text
    assert "Well. …" in after.text


def test_the_card_says_who_where_and_when(client: TestClient) -> None:
    """Speaker, show, episode, date and time stand at the quote."""
    card = quote_page(client, TIMED, COUNCIL).all("article")[0].text
    for text in (f"“{COUNCIL}”", "Tobias Renn", "The Harbour Podcast", "Moving the records", "28 October 2021", "0:46"):
        assert text in card


def test_the_recording_starts_just_before_and_stops_after(client: TestClient) -> None:
    """The player's address is a media fragment, and the script finds the same seconds beside it."""
    page = quote_page(client, TIMED, COUNCIL)
    assert page.all("audio")[0].attributes["src"] == f"/api/episodes/{TIMED}/audio#t=45.0,52.9"
    assert page.all("div", **{"data-start": "45.0", "data-end": "52.9"})


def test_an_estimate_is_played_as_widely_as_it_may_be_wrong(client: TestClient) -> None:
    """The page says that the time is a guess, and between which times the words are expected."""
    page = quote_page(client, GUESSED, TUESDAY)
    assert page.all("audio")[0].attributes["src"] == "https://cdn.example.org/2.mp3#t=739.0,776.4"
    assert "should be between 12:19 and 12:56" in page.all("main")[0].text
    assert "about 12:34" in page.all("article")[0].text


@pytest.mark.parametrize(("episode", "text"), [(UNTIMED, "Letters to captains"), (HOSTILE, "My favourite walrus")])
def test_without_a_recording_there_is_no_player(client: TestClient, episode: str, text: str) -> None:
    """What cannot be heard is not offered, an address at javascript: least of all."""
    page = quote_page(client, episode, text)
    assert not page.all("audio")
    assert "Listen" not in [heading.text for heading in page.all("h2")]


# --- widening


def test_a_quote_is_widened_by_a_sentence(client: TestClient) -> None:
    """Each link leads to the same quote with one more sentence; where there is none to add there is no link."""
    page = quote_page(client, TIMED, LOST)
    links = {link.text: str(link.attributes["href"]) for link in page.all("a")}
    before = seen(client.get(links["Add the sentence before"])).all("mark")[0].text
    after = seen(client.get(links["Add the sentence after"])).all("mark")[0].text
    assert before == f"Well, thank you for asking me here. {LOST}"
    assert after == f"{LOST} Moving away took nineteen months and two rehearsals."
    alone = quote_page(client, TIMED, COUNCIL)
    assert not [link for link in alone.all("a") if link.text.startswith("Add the sentence")]


# --- citing


def test_every_form_is_a_plain_field(client: TestClient) -> None:
    """Without a script each form can be selected and copied: whole, labelled, read-only; a link leads there."""
    page = quote_page(client, TIMED, COUNCIL)
    target = next(str(found.attributes["href"]) for found in page.all("a") if found.text == "Cite this quote")
    assert [found.text for found in page.elements if f"#{found.attributes.get('id')}" == target] == ["Cite this quote"]
    labels = {label.attributes["for"]: label.text for label in page.all("label")}
    assert labels == {
        "cite-markdown": "Markdown",
        "cite-html": "HTML",
        "cite-text": "Text",
        "cite-json-ld": "JSON-LD",
        "cite-link": "Link to this page",
        "cite-listen": "Link to the recording at this second",
        "cite-embed": "Card for another page",
    }
    assert all("readonly" in field.attributes for field in page.all("textarea"))
    address = f"{SERVER}{address_of(client.app.state.live.settings.home, TIMED, COUNCIL)}"  # type: ignore[attr-defined]
    assert field(page, "markdown").splitlines()[0] == f"> {COUNCIL}"
    assert f"[Moving the records]({address})" in field(page, "markdown")
    assert f"<p>{COUNCIL}</p>" in field(page, "html")
    assert field(page, "text").splitlines()[-1] == address
    assert field(page, "link") == address
    assert field(page, "listen") == f"{SERVER}/api/episodes/{TIMED}/audio#t=46.0,51.9"
    assert f'src="{address.replace("/quotes/", "/embed/")}"' in field(page, "embed")


def test_json_ld_is_the_same_in_the_field_and_for_machines(client: TestClient) -> None:
    """The script element holds the JSON that can be copied, and its quote is verbatim."""
    for episode, text in ((TIMED, COUNCIL), (HOSTILE, WALRUS)):
        page = quote_page(client, episode, text)
        script = page.all("script", type="application/ld+json")[0].text
        assert script == field(page, "json-ld")
        assert json.loads(script)["text"] == page.all("mark")[0].text == text


def test_a_quote_can_be_previewed_elsewhere(client: TestClient) -> None:
    """OpenGraph and Twitter tags say who, what and where; addresses are absolute."""
    page = quote_page(client, TIMED, COUNCIL)
    address = field(page, "link")
    assert meta(page) == {
        "viewport": "width=device-width, initial-scale=1",
        "description": COUNCIL,
        "og:type": "article",
        "og:site_name": "Playback",
        "og:locale": "en_GB",
        "og:url": address,
        "og:title": "Tobias Renn in Moving the records",
        "og:description": COUNCIL,
        "og:audio": f"{SERVER}/api/episodes/{TIMED}/audio#t=46.0,51.9",
        "twitter:card": "summary",
        "twitter:title": "Tobias Renn in Moving the records",
        "twitter:description": COUNCIL,
    }
    assert page.all("link", rel="canonical")[0].attributes["href"] == address


def test_oembed_is_found_from_the_page(client: TestClient) -> None:
    """The link that announces oEmbed leads to the card of this very page."""
    page = quote_page(client, TIMED, COUNCIL)
    link = page.all("link", rel="alternate", type="application/json+oembed")[0]
    found = urlsplit(str(link.attributes["href"]))
    assert parse_qs(found.query) == {"url": [field(page, "link")]}
    assert client.get(str(link.attributes["href"])).json()["html"] == field(page, "embed")


def test_addresses_are_those_the_reader_sees(client: TestClient, served_home: Path) -> None:
    """Citations name the host that was asked; a Host header that is no host names this server."""
    address = address_of(served_home, TIMED, COUNCIL)
    for host in ("playback.example", "playback.example:8443", "[::1]:8000"):
        page = seen(client.get(address, headers={"host": host}))
        assert field(page, "link") == f"http://{host}{address}"
    for host in ("a b", 'x"><script>alert(1)</script>', "x)[y](z", "x/y", "user@x", "x:123456", "x?y", ""):
        assert field(seen(client.get(address, headers={"host": host})), "link") == f"{SERVER}{address}"


# --- what became of it


def test_a_changed_quote_says_so(home: Path, encoder: Any, rewrite: Callable[..., None]) -> None:
    """A quote whose words changed is marked, and what is cited is today's."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        address = address_of(home, TIMED, COUNCIL)
        assert "The transcript has changed" not in client.get(address).text
        changed = COUNCIL.replace("database", "databases")
        rewrite(home, TIMED, 3, changed)
        page = seen(client.get(address))
        assert "The transcript has changed" in page.of_class("govuk-notification-banner")[0].text
        assert page.all("mark")[0].text == changed
        assert field(page, "link") == f"{SERVER}{address_of(home, TIMED, changed)}"
        assert field(page, "link") != f"{SERVER}{address}"
        then = page.all("blockquote")[1].text
        assert then == f"“{COUNCIL}”"
        assert [words.text for words in page.all("del")] == ["then: database"]
        assert [words.text for words in page.all("ins")] == ["today: databases"]
        found = client.get(f"/api{address}").json()
        assert (found["quote"], found["changed"]) == (changed, True)
        assert found["cited"] == {"quote": COUNCIL, "speaker": "Tobias Renn"}
        assert client.get(f"/api{address_of(home, TIMED, changed)}").json()["cited"] is None


def test_a_lost_quote_is_gone_with_the_reason(home: Path, encoder: Any, rewrite: Callable[..., None]) -> None:
    """What is no longer said is 410 and says why."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        address = address_of(home, TIMED, COUNCIL)
        rewrite(home, TIMED, 3, "Something else entirely was meant by us.")
        page = seen(client.get(address), 410)
        assert "are not in today's" in page.all("main")[0].text.replace("’", "'")


def test_an_unknown_quote_is_not_found(client: TestClient) -> None:
    """An id that was never given is 404."""
    seen(client.get("/quotes/none"), 404)
    seen(client.get(f"/quotes/{TIMED}.0.3.0000000000"), 404)


def test_a_recording_that_came_later_is_played(home: Path, encoder: Any) -> None:
    """The library's own recording is offered where the publisher's is not known."""
    from ingest.library.records import episode_folder

    with TestClient(create_app(Settings(home=home), encoder)) as client:
        address = address_of(home, UNTIMED, "Letters to captains")
        assert client.get(f"/api{address}").json()["listen_url"] is None
        (episode_folder(home, UNTIMED) / "audio.mp3").write_bytes(b"x")
        page = seen(client.get(address))
        assert page.all("audio")[0].attributes["src"] == f"/api/episodes/{UNTIMED}/audio"
        assert "do not know when" in page.all("main")[0].text
        assert client.get(f"/api{address}").json()["listen_url"] == f"/api/episodes/{UNTIMED}/audio"


def test_hostile_words_are_words(client: TestClient) -> None:
    """A quote, a name and a title with markup are text in the page, in the fields, and in what the HTML field makes."""
    page = quote_page(client, HOSTILE, WALRUS)
    assert page.all("mark")[0].text == WALRUS
    assert '<img src=x onerror="alert(4)">' in page.all("h1")[0].text
    made: list[str] = []

    class Made(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            made.append(tag)

    Made().feed(field(page, "html"))
    assert made == ["figure", "blockquote", "p", "figcaption", "a"]
