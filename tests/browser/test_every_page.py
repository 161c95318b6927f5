"""What holds for every page in every state: WCAG 2.2 AA by axe-core, structure, one announcement, narrow screens."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.sample_site import NODE_MODULES
from tests.browser.states import EMBEDDED, STATES, State

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
WIDE = {"width": 1280, "height": 1024}
PHONE = {"width": 360, "height": 740}
# 320 pixels wide, and a screen of 1280 by 1024 enlarged to 400 % (WCAG 1.4.10).
NARROW = ({"width": 320, "height": 640}, {"width": 320, "height": 256})

needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing: run npm ci in api/pages")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=STATES)
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(open_pages: Any) -> Iterator["Page"]:
    with open_pages() as opened:
        yield opened("/")


@pytest.fixture(scope="module")
def shown(page: "Page", state: str, address_of: Callable[[State], str]) -> "Page":
    """The state's page, at which all tests of this module look, one after the other."""
    page.set_viewport_size(WIDE)
    page.goto("about:blank")  # so that an address that differs in its fragment alone is loaded too
    page.goto(address_of(STATES[state]))
    return page


def violations(page: "Page") -> list[str]:
    """What axe finds, as "rule: where"."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES)
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


def count(page: "Page", selector: str) -> int:
    return page.locator(selector).count()


def test_the_title_says_what_happened(shown: "Page", state: str) -> None:
    """A page begins with its outcome in its title, which a screen reader says first."""
    title = shown.title()
    assert title.startswith(STATES[state].title)
    assert title.endswith(" – Playback")


def test_headings_and_landmarks(shown: "Page", state: str) -> None:
    """One first heading, no level left out below it, and each landmark once; a card in a frame has only main."""
    levels = shown.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => +tagName[1])")
    levels = levels[levels.index(1) :]  # what went wrong stands before the first heading (GOV.UK Design System)
    assert levels.count(1) == 1
    assert all(level <= before + 1 for before, level in pairwise(levels))
    assert count(shown, "main") == 1
    landmarks = 0 if state in EMBEDDED else 1
    for landmark in ("body > header", "body > footer", "header nav", "a.govuk-skip-link[href='#main-content']"):
        assert count(shown, landmark) == landmarks, landmark


def test_one_announcement(shown: "Page", state: str) -> None:
    """Nothing but the title speaks when a page has loaded, unless it must: a fault, or thanks, then with the focus."""
    alerts = shown.locator("[role=alert]")
    is_told = STATES[state].title.startswith("Error") or state == "thanked"
    assert alerts.count() == is_told
    assert count(shown, "[role=status], [aria-live]") == (state not in EMBEDDED)
    assert "".join(shown.locator("[role=status]").all_text_contents()) == ""
    if is_told and STATES[state].site != "plain":
        shown.wait_for_function("() => document.activeElement.closest('[role=alert], .govuk-error-summary') !== null")
    else:
        assert shown.evaluate("document.activeElement === document.body")


@needs_axe
def test_axe_finds_nothing(shown: "Page") -> None:
    """No violation wide, and none on a phone with every part opened."""
    assert violations(shown) == []
    shown.set_viewport_size(PHONE)
    shown.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    assert violations(shown) == []


def test_nothing_needs_scrolling_sideways(shown: "Page") -> None:
    """At 320 pixels and at 400 % every page fits, whatever is opened."""
    shown.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    for size in NARROW:
        shown.set_viewport_size(size)
        assert shown.evaluate("document.documentElement.scrollWidth") <= size["width"]


@needs_axe
def test_a_recording_that_plays_violates_nothing(
    open_page: Callable[..., "Page"], address_of: Callable[[State], str]
) -> None:
    """What scripts show once something plays is sound too."""
    page = open_page(address_of(STATES["answered"]))
    page.locator(".app-play").first.click()
    assert violations(page) == []
    page.goto(address_of(STATES["episode"]))
    page.locator(".app-turn a").nth(3).click()
    page.locator(".app-turn[aria-current]").wait_for()
    assert violations(page) == []


@needs_axe
def test_axe_sees_what_is_wrong(open_page: Callable[..., "Page"]) -> None:
    """The judge judges: a page with an unnamed field and pale words is found to have both."""
    page = open_page("/nowhere")
    page.locator("main").evaluate("main => main.append(document.createElement('input'))")
    page.locator("main p").first.evaluate("words => (words.style.color = '#ccc')")
    assert {found.split(":")[0] for found in violations(page)} == {"label", "color-contrast"}
