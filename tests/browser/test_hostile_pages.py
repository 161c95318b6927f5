"""Hostile text in a real Chromium, whose content policy is switched off: escaping alone lets nothing run or load."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from api.settings import Settings
from index.building.build import build
from tests.api.conftest import HashedStems
from tests.browser.sample_site import served
from tests.hostile.payloads import ALL
from tests.hostile.serving import ASKED, STORED, address_of, library_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGES = (*STORED, *ASKED)
# Every page gets every payload in tests/hostile, where the markup is looked at; here it is 300 of those pairs.
SAMPLE = Random(5).sample(list(product(PAGES, range(len(ALL)))), 300)
# Opens what is closed, lets every handler run that an element has, and tells where its addresses lead.
POKE = """() => {
    const events = ["pointerover", "mouseover", "focus", "load", "error", "toggle", "beforetoggle", "begin", "start"];
    const attributes = ["href", "src", "srcset", "action", "formaction", "data", "poster", "cite", "xlink:href"];
    const found = [];
    for (const element of document.querySelectorAll("*")) {
        if (element.tagName === "DETAILS") element.open = true;
        for (const name of events) element.dispatchEvent(new Event(name));
        for (const name of attributes) {
            if (element.hasAttribute(name)) found.push(new URL(element.getAttribute(name), document.baseURI).protocol);
        }
    }
    return found;
}"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The address of a server over a library of hostile texts, and what fills in a path for one of them."""
    home = tmp_path_factory.mktemp("hostile")
    episodes = list(library_of(home, ALL))
    encoder = HashedStems()
    build(home, encoder)
    with served(Settings(home=home), encoder) as address:
        yield address, lambda path, number: address + address_of(home, episodes[number], ALL[number], path)


@pytest.fixture
def watched(browser: "Browser") -> Iterator[tuple["Page", list[str]]]:
    """A page without a content policy, and what happened on it that must not: scripts that ran, foreign requests."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    happened: list[str] = []

    def dismissed(dialog: Any) -> None:
        happened.append(f"ran: {dialog.message}")
        dialog.dismiss()

    def sent(request: Any) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            happened.append(f"asked for {request.url}")  # in vain: this browser is offline

    page.on("dialog", dismissed)
    page.on("pageerror", lambda error: happened.append(f"broke: {error}"))
    page.on("request", sent)
    yield page, happened
    context.close()


def look(page: "Page", address: str) -> set[str]:
    """Open a page, poke it, and return the kinds of addresses that it holds."""
    page.goto(address)
    return set(page.evaluate(POKE))


@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_and_no_link_runs(watched: tuple["Page", list[str]], library: tuple[str, Any], path: str) -> None:
    """0 dialogs, 0 requests to another host, 0 addresses that are none of the web."""
    page, happened = watched
    for number in (number for chosen, number in SAMPLE if chosen == path):
        kinds = look(page, library[1](path, number))
        assert kinds <= {"http:", "https:"}, ALL[number]
        assert happened == [], ALL[number]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div onpointerover=alert(1)>x</div>",
        "<details ontoggle=alert(1)>x</details>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<script src=//evil.example/x.js></script>",
        "<style>@import 'https://evil.example/x.css';</style>",
        "<a href=javascript:alert(1)>x</a>",
        "<form action='java\nscript:alert(1)'></form>",
    ],
)
def test_the_watch_sees_what_would_happen(
    watched: tuple["Page", list[str]], library: tuple[str, Any], text: str
) -> None:
    """The judge judges: each of these, not escaped, is noticed."""
    page, happened = watched
    page.route("**/made-up", lambda route: route.fulfill(body=f"<p>{text}</p>", content_type="text/html"))
    kinds = look(page, f"{library[0]}/made-up")
    page.wait_for_timeout(100)
    assert happened or kinds - {"http:", "https:"}
