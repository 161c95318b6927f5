"""Everything by keyboard alone: the whole path, a focus that is seen at every stop, and nothing that covers it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.playing import NEAR, began, listen
from tests.browser.states import STATES, State

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# One of each kind of page; tabbing through every state would take minutes.
WALKED = ("ask", "answered", "faulty question", "hits", "episodes", "episode", "quote", "plain answer", "plain episode")
MOST_STOPS = 150
# What can be seen of an element: its own look, and that of the label which stands for a checkbox.
LOOK = """() => {
    const at = document.activeElement;
    const look = (element, part) => {
        const { outlineStyle, outlineWidth, boxShadow, backgroundColor, borderColor } = getComputedStyle(element, part);
        return [outlineStyle, outlineWidth, boxShadow, backgroundColor, borderColor].join();
    };
    const looks = () => look(at) + (at.labels?.length ? look(at.labels[0], "::before") : "");
    const { left, top, width, height } = at.getBoundingClientRect();
    const on = document.elementFromPoint(left + width / 2, top + Math.min(height, innerHeight - top) / 2);
    const isOnTop = at.contains(on) || at.parentElement.contains(on);
    const focused = looks();
    let blurred = "";
    // The parts of a player are the browser's own: it shows which of them has the focus, and would begin again.
    if (at.tagName !== "AUDIO") {
        at.blur();
        blurred = looks();
        at.focus({ preventScroll: true });
    }
    return {
        name: (at.innerText || at.ariaLabel || at.name || at.id || at.tagName).trim().slice(0, 60),
        tag: at.tagName,
        isSeen: focused !== blurred,
        isOnTop,
    };
}"""


def stops(page: "Page", key: str = "Tab") -> Iterator[dict[str, Any]]:
    """Go from stop to stop until the focus leaves the page."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement === document.body"):
            return
        yield page.evaluate(LOOK)
    raise AssertionError("the focus goes round in a circle")


def tab_to(page: "Page", name: str) -> None:
    """Tab until something of this name has the focus."""
    for stop in stops(page):
        if stop["name"].startswith(name):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


def pasted(page: "Page") -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("state", WALKED)
def test_the_focus_is_seen_at_every_stop(
    open_page: Callable[..., "Page"], address_of: Callable[[State], str], state: str
) -> None:
    """Each stop looks otherwise with the focus than without, in the place where it is, and all controls are stops."""
    page = open_page(address_of(STATES[state]), viewport={"width": 1024, "height": 768})
    if state == "faulty question":
        page.wait_for_function("() => document.activeElement.className === 'govuk-error-summary'")
        assert list(stops(page)), "Tab goes on from the summary, then once more from the top"
    found = list(stops(page))
    assert [stop for stop in found if not stop["isSeen"]] == []
    assert [stop for stop in found if not stop["isOnTop"]] == []
    controls = page.locator("a[href]:visible, button:visible, input:visible, select:visible, textarea:visible").count()
    assert len([stop for stop in found if stop["tag"] in ("A", "BUTTON", "INPUT", "SELECT", "TEXTAREA")]) == controls


def test_the_player_covers_nothing_that_has_the_focus(
    open_page: Callable[..., "Page"], address_of: Callable[[State], str]
) -> None:
    """Backwards through a transcript each stop comes into view below the player that stays there (WCAG 2.4.11)."""
    page = open_page(address_of(STATES["episode"]), viewport={"width": 1024, "height": 768})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    found = list(stops(page, "Shift+Tab"))
    assert sum(stop["tag"] == "A" for stop in found) > 20
    assert [stop for stop in found if not stop["isOnTop"]] == []


def test_the_whole_path(open_page: Callable[..., "Page"], questions: dict[str, str], citation: Any) -> None:
    """Ask, play, read on, play there, go back, open the quote and copy it, with Tab, Enter and Space."""
    page = open_page("/", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'main-content'")
    page.keyboard.press("Tab")
    page.keyboard.type(questions["answered"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")

    card = page.locator(".app-card").first
    for key in ("Space", "Enter"):
        if key == "Space":
            tab_to(page, "Play from here")
        listen(card.locator("audio"))
        page.keyboard.press(key)
        assert abs(began(card.locator("audio")) - citation["start"]) <= NEAR
    tab_to(page, "Read in the transcript")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#turn-{citation['turn']}")

    # The next Tab goes on from the turn that the address names.
    page.keyboard.press("Tab")
    turn = page.locator(f"#turn-{citation['turn']}")
    assert turn.locator("a").first.evaluate("link => link === document.activeElement")
    audio = page.locator(".app-player audio")
    listen(audio)
    page.keyboard.press("Enter")
    start = float(str(turn.locator("a").first.get_attribute("href")).partition("t=")[2].partition("#")[0])
    assert abs(began(audio) - start) <= NEAR
    assert turn.locator("a").first.evaluate("link => link === document.activeElement"), "playing leaves the focus"

    page.go_back()  # a key of the browser, not of the page
    page.wait_for_url("**/?q=*")
    tab_to(page, "Open quote")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{citation['url']}")
    tab_to(page, "Copy text")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copied").wait_for()
    assert pasted(page) == page.get_by_label("Text", exact=True).input_value()
    assert citation["quote"] in pasted(page)
