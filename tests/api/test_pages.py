"""The pages: what a reader finds, without JavaScript, and nothing that hostile text could do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.pages.render import FOLDER, day, length, safe_link
from api.routes import pages
from api.settings import Settings
from index.errors import IndexBroken

TIMED, GUESSED, UNTIMED, WAITING = "harbour-1-aaaa", "harbour-2-bbbb", "harbour-3-cccc", "harbour-4-eeee"
HOSTILE = "odd-2020-01-02-dddd"
LIGHTHOUSE = "/?q=Which+council+paid+for+the+lighthouse+database%3F"
WALRUS = "/?q=favourite+walrus+called+Gerald&show=odd"
_VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    """An element with its attributes and all text inside."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Seen(HTMLParser):
    """What a browser would build of a page."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].name == tag, f"<{self.open[-1].name}> is closed by </{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, /, **attributes: str) -> list[Element]:
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [
            element for element in self.elements if element.name == tag and wanted.items() <= element.attributes.items()
        ]


def seen(response: Any, status: int = 200) -> Seen:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    parsed = Seen()
    parsed.feed(response.text)
    parsed.close()
    assert not parsed.open
    return parsed


def quote_address(client: TestClient) -> str:
    answer = client.post("/api/answers", json={"question": "Which council paid for the lighthouse database?"}).json()
    url: str = (answer["citations"] or answer["related"])[0]["url"]
    return url


def every_page(client: TestClient) -> dict[str, Any]:
    paths = [
        "/", LIGHTHOUSE, WALRUS, "/?q=", "/?q=x&since=never&speaker=%22%3E%3Cscript%3E", "/?q=x&speaker=Nobody",
        "/episodes", *(f"/episodes/{name}" for name in (TIMED, GUESSED, UNTIMED, WAITING, HOSTILE, "none")),
        "/quotes/none", "/docs", "/?k=99&q=x", quote_address(client),
    ]  # fmt: skip
    return {path: client.get(path, headers={"accept": "text/html"}) for path in paths}


def test_every_page_is_sound(client: TestClient) -> None:
    """Each page is well formed, in English, with one main heading, a skip link, labelled fields, and the notice."""
    for path, response in every_page(client).items():
        page = seen(response, response.status_code)
        assert page.elements[0].attributes == {"lang": "en"}, path
        assert len(page.all("h1")) == 1, path
        assert page.all("a", class_="skip", href="#main")
        assert page.all("main", id="main")
        assert page.all("title")[0].text.strip()
        ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids)), path
        labels = {label.attributes["for"] for label in page.all("label")}
        fields = page.all("input") + page.all("select") + page.all("textarea")
        shown = [element for element in fields if element.attributes.get("type") != "hidden"]
        assert {element.attributes["id"] for element in shown} == labels, path
        for element in page.elements:
            for name in ("aria-labelledby", "aria-describedby"):
                assert element.attributes.get(name, ids and ids[0]) in ids, path
        levels = [int(element.name[1]) for element in page.elements if element.name in ("h1", "h2", "h3")]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        assert "This is a sample <show> & nothing else." in page.all("aside")[0].text


def test_no_page_runs_anything(client: TestClient) -> None:
    """No page holds a script, an inline style, an event handler, or an address that is neither web nor own."""
    for path, response in every_page(client).items():
        page = seen(response, response.status_code)
        assert {element.name for element in page.elements}.isdisjoint({"script", "style", "img", "iframe", "b"}), path
        for element in page.elements:
            for name, value in element.attributes.items():
                assert not name.startswith("on"), path
                assert name != "style", path
                if name in ("href", "src", "action"):
                    assert value is not None
                    assert value.startswith(("/", "#", "https://")), (path, value)


def test_an_answer_shows_quotes_that_can_be_heard(client: TestClient) -> None:
    """A card has the words, who said them, where and when, the recording at the second, and its transcript."""
    page = seen(client.get(LIGHTHOUSE))
    card = page.all("article")[0]
    for text in (
        "“The harbour council paid for the lighthouse database from its winter budget.”",
        "Tobias Renn",
        "The Harbour Podcast",
        "Moving the records",
        "28 October 2021",
        "0:46",
    ):
        assert text in card.text
    assert page.all("audio", preload="none", src=f"/api/episodes/{TIMED}/audio#t=46.0,51.9")
    assert page.all("a", href=f"/episodes/{TIMED}#turn-3")
    assert page.all("a", href=quote_address(client))
    assert page.all("input", name="q")[0].attributes["value"] == "Which council paid for the lighthouse database?"


def test_every_link_of_an_answer_leads_somewhere(client: TestClient) -> None:
    """Links of a card open, and the anchor is on the page they lead to."""
    page = seen(client.get(LIGHTHOUSE))
    for link in page.all("a"):
        address, _, anchor = str(link.attributes["href"]).partition("#")
        if address:
            target = client.get(address)
            assert target.status_code == 200, address
            assert not anchor or f'id="{anchor}"' in target.text


def test_an_estimate_is_said_to_be_one(client: TestClient) -> None:
    """A guessed time reads "about 12:34", on the card, in the transcript and at the quote."""
    page = seen(client.get("/?q=quiet+Tuesday+before+breakfast&episode=2"))
    assert "about 12:3" in page.all("article")[0].text
    assert "about 12:34" in client.get(f"/episodes/{GUESSED}").text
    addresses = [str(link.attributes["href"]) for link in page.all("a")]
    assert "about 12:3" in client.get(next(url for url in addresses if url.startswith("/quotes/"))).text


def test_what_is_not_answered_is_said(client: TestClient) -> None:
    """Without evidence the page says so and pretends nothing."""
    page = seen(client.get("/?q=walrus&speaker=Nobody+Known"))
    assert page.all("h2")[0].text == "The podcast does not answer this"
    assert not page.all("article")


def test_filters_stay_in_the_address_and_the_form(client: TestClient) -> None:
    """The form is a GET whose fields show what was asked, so that a page can be sent to somebody."""
    page = seen(client.get("/?q=switch&show=harbour&speaker=Oluchi&since=2022-01-01&until=2022-12-31&episode=2&k=3"))
    fields = [field for field in page.all("input") if field.attributes.get("id") not in (None, "next")]
    values = {str(element.attributes["name"]): element.attributes["value"] for element in fields}
    assert values == {
        "q": "switch", "speaker": "Oluchi", "since": "2022-01-01", "until": "2022-12-31", "episode": "2", "k": "3"
    }  # fmt: skip
    assert page.all("option", value="harbour")[0].attributes.get("selected", "no") is None
    assert page.all("form")[0].attributes["method"] == "get"
    assert {"details", "summary"} <= {element.name for element in page.elements}
    assert len(page.all("article")) <= 3
    blank = seen(client.get("/?q=switch&show=&speaker=&since=&until=&episode=&k="))
    assert blank.all("article")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/?q=+", "The question is empty"),
        ("/?q=" + "x" * 2001, "2,001 characters"),
        ("/?q=x&speaker=Mina", "Mina Calder"),
    ],
)
def test_a_refused_question_stands_in_its_box_with_the_reason(client: TestClient, path: str, reason: str) -> None:
    """What is wrong is said beside the field, and nothing typed is lost."""
    page = seen(client.get(path), 422)
    assert reason in page.all("p", id="fault")[0].text
    assert page.all("input", id="q")[0].attributes["aria-describedby"] == "fault"
    assert page.all("title")[0].text.startswith("Error:")


def test_hostile_text_is_shown_and_not_run(client: TestClient) -> None:
    """Titles, names, quotes and questions with markup are text on every page."""
    answer = client.post("/api/answers", json={"question": "favourite walrus called Gerald"}).json()
    url = (answer["citations"] or answer["related"])[0]["url"]
    for path in (WALRUS, f"/episodes/{HOSTILE}", url):
        page = seen(client.get(path))
        main = page.all("main")[0].text
        assert "</title><script>alert(1)</script>" in main
        assert '<img src=x onerror="alert(4)">' in main
        assert "</blockquote><script>alert(5)</script>" in main
        assert not page.all("audio"), "a recording at javascript: is no recording"
    question = '"><script>alert(6)</script>'
    page = seen(client.get("/", params={"q": question}))
    assert page.all("input", id="q")[0].attributes["value"] == question
    assert question in page.all("title")[0].text


def test_a_transcript_has_an_anchor_for_every_turn(client: TestClient) -> None:
    """Turns count from 0, as in the interface; words, names, times and downloads are there."""
    page = seen(client.get(f"/episodes/{TIMED}"))
    turns = page.all("section", class_="turn")
    assert [turn.attributes["id"] for turn in turns] == ["turn-0", "turn-1", "turn-2", "turn-3"]
    assert "Tobias Renn" in turns[1].text
    assert "We kept every mooring record." in turns[1].text
    assert "0:08" in turns[1].text
    assert page.all("audio", src=f"/api/episodes/{TIMED}/audio")
    downloads = [str(link.attributes["href"]) for link in page.all("a") if "download" in link.attributes]
    assert [path.rpartition(".")[2] for path in downloads] == ["json", "vtt", "srt", "md", "txt"]
    assert {client.get(path).status_code for path in downloads} == {200}


def test_a_transcript_without_times_offers_no_captions(client: TestClient) -> None:
    """Formats that need times are offered only where there are some."""
    page = seen(client.get(f"/episodes/{UNTIMED}"))
    downloads = [str(link.attributes["href"]) for link in page.all("a") if "download" in link.attributes]
    assert [path.rpartition(".")[2] for path in downloads] == ["json", "md", "txt"]


def test_an_episode_that_waits_is_listed_and_shown(client: TestClient) -> None:
    """An episode without a transcript has a page that says so."""
    assert "No transcript yet" in client.get("/episodes").text
    assert "no transcript of this episode yet" in client.get(f"/episodes/{WAITING}").text


def test_a_quote_stands_in_its_surroundings(client: TestClient) -> None:
    """The quote is marked in its turn, with the turn before and a line to copy."""
    page = seen(client.get(quote_address(client)))
    assert page.all("mark")[0].text == "The harbour council paid for the lighthouse database from its winter budget."
    main = page.all("main")[0].text
    assert "And where did the money come from in the end?" in main
    line = page.all("textarea")[0].text
    for text in ("Tobias Renn", "The Harbour Podcast", "“Moving the records”", "28 October 2021", "0:46", "/quotes/"):
        assert text in line


def test_a_changed_and_a_lost_quote_say_so(home: Path, encoder: Any, rewrite: Callable[..., None]) -> None:
    """A quote whose words changed is marked; one that is no longer said has a page with the reason, 410."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        address = quote_address(client)
        rewrite(home, TIMED, 3, "The harbour council paid for the lighthouse databases from its winter budget.")
        assert "The transcript has changed" in client.get(address).text
        rewrite(home, TIMED, 3, "Something else entirely was meant by us.")
        page = seen(client.get(address), 410)
        assert page.all("h1")[0].text == "No longer said"


def test_an_empty_library_says_what_to_run(empty: TestClient) -> None:
    """Every page of an empty library works, and tells the command."""
    for path in ("/", "/episodes"):
        assert "playback ingest SOURCE" in seen(empty.get(path)).all("main")[0].text
    assert "playback ingest SOURCE" in seen(empty.get("/?q=x"), 503).all("main")[0].text


@pytest.mark.parametrize(("error", "status"), [(IndexBroken("/srv/x"), 503), (RuntimeError("/srv/x"), 500)])
def test_failures_have_a_page(
    served_home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """A reader sees a plain sentence in the same style, never the inside."""

    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(pages, "ask", failing)
    with TestClient(create_app(Settings(home=served_home), encoder), raise_server_exceptions=False) as client:
        response = client.get("/?q=x")
    page = seen(response, status)
    assert "/srv" not in response.text
    assert page.all("link", rel="stylesheet")
    assert "unsafe" not in response.headers["content-security-policy"]


def test_a_person_gets_a_page_for_an_unknown_address(client: TestClient) -> None:
    """A browser gets a page, a program the one error shape."""
    assert seen(client.get("/nowhere", headers={"accept": "text/html,*/*"}), 404).all("h1")[0].text == "Not found"
    assert client.get("/nowhere").json()["status_code"] == 404


def test_pages_load_nothing_from_elsewhere(client: TestClient) -> None:
    """Style and icon are this server's, also on /docs, so that everything works offline."""
    for path in ("/", "/docs"):
        page = seen(client.get(path))
        loaded = [str(element.attributes["href"]) for element in page.all("link")]
        assert all(address.startswith("/assets/") for address in loaded)
        assert {client.get(address).status_code for address in loaded} == {200}
    assert "url(" not in (FOLDER / "assets" / "style.css").read_text()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("/api/episodes/x/audio#t=1.0,2.0", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("//", False),
        ("///evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("http://[", False),
        ("relative", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_and_own_addresses_are_linked(url: str | None, kept: bool) -> None:
    """Everything else from a feed is dropped."""
    assert safe_link(url) == (url if kept else None)


@given(st.text(max_size=30) | st.text(alphabet="/\\:jhtps.#?@ \t\n", max_size=12))
def test_no_text_becomes_another_kind_of_address(text: str) -> None:
    """Whatever a feed says, a link begins with http://, https:// or one slash."""
    link = safe_link(text)
    assert (
        link is None
        or link.lower().startswith(("http://", "https://"))
        or (link[0] == "/" and link[1:2] not in ("/", "\\"))
    )


def test_dates_and_lengths_are_said_in_words() -> None:
    """Dates and lengths read as people say them; an odd date stays as it came."""
    assert day("2021-10-28") == "28 October 2021"
    assert day("not a date") == "not a date"
    assert day(None) is None
    assert (length(2094.0), length(20.0), length(None), length(0.0)) == ("35 minutes", "1 minute", None, None)
