"""The pages: what is true of every one, the error pages, and nothing that hostile text could do."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.formatting import day, length, safe_link
from api.routes import ask_page
from api.settings import Settings
from index.errors import IndexBroken
from tests.api.markup import Seen, seen

TIMED, GUESSED, UNTIMED, WAITING = "harbour-1-aaaa", "harbour-2-bbbb", "harbour-3-cccc", "harbour-4-eeee"
HOSTILE = "odd-2020-01-02-dddd"
LIGHTHOUSE = "/?q=Which+council+paid+for+the+lighthouse+database%3F"
WALRUS = "/?q=favourite+walrus+called+Gerald&show=odd"
PAGES = [
    "/", LIGHTHOUSE, f"{LIGHTHOUSE}&thanks=yes", WALRUS, "/?q=", "/?q=x&since=never&speaker=%22%3E%3Cscript%3E",
    "/?q=x&speaker=Nobody", "/?k=99&q=x", "/?k=no&q=x", "/search", "/search?q=ferries", "/verify", "/episodes", "/docs",
    *(f"/episodes/{name}" for name in (TIMED, GUESSED, UNTIMED, WAITING, HOSTILE, "none")), "/quotes/none", "/nowhere",
    "/people", "/people/tobias-renn", "/people/none", "/terms", "/terms?letter=A", "/terms/none",
    *(f"/episodes/{name}/about" for name in (TIMED, UNTIMED, WAITING, HOSTILE, "none")),
]  # fmt: skip


def quote_address(client: TestClient, question: str = "Which council paid for the lighthouse database?") -> str:
    answer = client.post("/api/answers", json={"question": question}).json()
    url: str = (answer["citations"] or answer["related"])[0]["url"]
    return url


def opened(client: TestClient, path: str) -> Seen:
    response = client.get(path, headers={"accept": "text/html"})
    return seen(response, response.status_code)


@pytest.fixture(params=[*PAGES, "a quote", "a hostile quote"])
def page(request: pytest.FixtureRequest, client: TestClient) -> Seen:
    questions = {"a quote": "Which council paid?", "a hostile quote": "favourite walrus called Gerald"}
    path = quote_address(client, questions[request.param]) if request.param in questions else request.param
    return opened(client, path)


def test_every_page_is_sound(page: Seen) -> None:
    """Each page is well formed, in English, with one main heading, landmarks, a skip link and labelled fields."""
    assert page.elements[0].attributes["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert [link.attributes["href"] for link in page.of_class("govuk-skip-link")] == ["#main-content"]
    for landmark in ("header", "main", "footer"):
        assert len(page.all(landmark)) == 1
    assert page.all("main", id="main-content")
    assert page.all("nav", **{"aria-label": "Main"})
    assert page.all("title")[0].text.strip().endswith("– Playback")
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    labels = {label.attributes["for"] for label in page.all("label")}
    fields = page.all("input") + page.all("select") + page.all("textarea")
    shown = [element for element in fields if element.attributes.get("type") != "hidden"]
    assert {element.attributes["id"] for element in shown} == labels
    for element in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            for target in (element.attributes.get(name) or "").split():
                assert target in ids
    levels = [int(element.name[1]) for element in page.elements if element.name in ("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert "This is a sample <show> & nothing else." in page.all("aside")[0].text


def test_a_page_is_announced_once(page: Seen) -> None:
    """A loaded page is announced by its title alone: the one live region is empty until a script speaks."""
    live = [element for element in page.elements if "aria-live" in element.attributes] + page.all("div", role="status")
    assert [(element.attributes["id"], element.text) for element in live] == [("said", "")]
    focused = [element for element in page.elements if "autofocus" in element.attributes]
    assert not focused


def test_no_page_runs_what_it_was_told(page: Seen) -> None:
    """Scripts are this server's files; no inline script or style, no handler, no address that is not web or own."""
    assert {element.name for element in page.elements}.isdisjoint({"style", "iframe", "object", "embed", "b", "base"})
    for script in page.all("script"):
        if script.attributes.get("type") == "application/ld+json":
            continue  # data, which no browser runs
        assert str(script.attributes["src"]).startswith("/assets/")
        assert not script.text.strip()
    for element in page.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc")
            if name in ("href", "src", "action", "formaction", "data", "poster"):
                assert value is not None
                assert value.startswith(("/", "#", "https://", "http://testserver", "?")), value


def test_pages_load_nothing_from_elsewhere(page: Seen, client: TestClient) -> None:
    """Styles, scripts and icon are this server's, so that everything works offline."""
    kinds = ("stylesheet", "icon", "modulepreload")
    loaded = [str(link.attributes["href"]) for link in page.all("link") if link.attributes["rel"] in kinds]
    loaded += [str(script.attributes["src"]) for script in page.all("script") if "src" in script.attributes]
    assert len(loaded) >= 4
    for address in loaded:
        assert address.startswith("/assets/")
        assert client.get(address).status_code == 200


def test_hostile_text_is_shown_and_not_run(client: TestClient) -> None:
    """Titles, names, quotes and questions with markup are text on every page."""
    answer = client.post("/api/answers", json={"question": "favourite walrus called Gerald"}).json()
    url = (answer["citations"] or answer["related"])[0]["url"]
    for path in (WALRUS, f"/episodes/{HOSTILE}", url):
        page = opened(client, path)
        main = page.all("main")[0].text
        assert "</title><script>alert(1)</script>" in main + page.all("nav")[-1].text
        assert '<img src=x onerror="alert(4)">' in main
        assert "</blockquote><script>alert(5)</script>" in main
        assert not page.all("audio"), "a recording at javascript: is no recording"


@pytest.mark.parametrize(("error", "status"), [(IndexBroken("/srv/x"), 503), (RuntimeError("/srv/x"), 500)])
def test_failures_have_a_page(
    served_home: Any, encoder: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """A reader sees a plain sentence in the same style, never the inside."""

    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(ask_page, "ask", failing)
    with TestClient(create_app(Settings(home=served_home), encoder), raise_server_exceptions=False) as client:
        response = client.get("/?q=x")
    page = seen(response, status)
    assert page.all("h1")[0].text.startswith("Sorry")
    assert "/srv" not in response.text
    assert page.all("link", rel="stylesheet")
    assert "unsafe" not in response.headers["content-security-policy"]


def test_a_person_gets_a_page_for_an_unknown_address(client: TestClient) -> None:
    """A browser gets a page, a program the one error shape."""
    page = seen(client.get("/nowhere", headers={"accept": "text/html,*/*"}), 404)
    assert page.all("h1")[0].text == "Page not found"
    assert {"/", "/episodes"} <= {link.attributes["href"] for link in page.all("a")}
    assert client.get("/nowhere").json()["status_code"] == 404


def test_a_page_of_another_parameter_is_refused_in_words(client: TestClient) -> None:
    """A parameter that cannot be read has a page that says which."""
    page = seen(client.get("/episodes?page=none", headers={"accept": "text/html"}), 422)
    assert page.all("h1")[0].text == "There is a problem with what you asked for"
    assert "Page: Input should be a valid integer" in page.all("main")[0].text


@pytest.mark.parametrize("path", ["/", "/search"])
@pytest.mark.parametrize("typed", ["none", "0", "-1", "1.5", "٣"])
def test_a_number_that_is_none_is_said_in_the_form(client: TestClient, path: str, typed: str) -> None:
    """The question and what was typed stay; a number above the most counts as that, as it does over HTTP."""
    page = seen(client.get(path, params={"q": "switch", "k": typed}), 422)
    assert "This must be a number, such as 3" in page.all("main")[0].text
    assert [page.all("input", name=name)[0].attributes["value"] for name in ("q", "k")] == ["switch", typed]
    assert client.get(path, params={"q": "switch", "k": "9" * 5_000}).status_code == 422
    for most in ("999", " 0000000000100 "):
        assert client.get(path, params={"q": "switch", "k": most}).status_code == 200


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
