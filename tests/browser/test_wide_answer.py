"""An answer on a wide screen: three short cards on one screen, and beside them the chosen quote in context."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest

from tests.browser.playing import NEAR, began, listen
from tests.browser.sample_site import answer_of
from tests.browser.test_every_page import needs_axe, violations
from tests.browser.test_keyboard import stops

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

QUESTION = "How did you tell people about the move?"
ASKED = f"/?q={quote_plus(QUESTION)}"
WIDE = {"width": 1440, "height": 900}
LARGE = {"width": 1920, "height": 1080}
NARROWER = {"width": 1199, "height": 900}
LONGEST = " ".join(["rehearsal"] * 80)  # a quote has at most 80 words

OpenPage = Callable[..., "Page"]


@pytest.fixture(scope="module")
def quotes(site: str) -> list[str]:
    """What the cards quote, at least three of them."""
    found = [citation["quote"] for citation in answer_of(site, QUESTION)["citations"]]
    assert len(found) >= 3
    return found


def beside(page: "Page") -> "Locator":
    """What stands beside the cards, of which there is one."""
    shown = page.locator(".app-beside:visible")
    assert shown.count() == 1
    return shown


def chosen(page: "Page") -> str:
    """The quote that is marked in its context."""
    return beside(page).locator("mark").inner_text()


def box(element: "Locator") -> dict[str, float]:
    found = element.bounding_box()
    assert found is not None
    return {**found, "right": found["x"] + found["width"], "bottom": found["y"] + found["height"]}


def is_cut(quote: "Locator") -> bool:
    return bool(quote.evaluate("words => words.scrollHeight > words.clientHeight"))


@pytest.mark.parametrize("screen", [WIDE, LARGE], ids=["1440 by 900", "1920 by 1080"])
def test_one_screen_shows_three_cards(open_page: OpenPage, quotes: list[str], screen: Any) -> None:
    """The first three cards are whole on the first screen, and the first is in context beside them."""
    page = open_page(ASKED, viewport=screen)
    cards = page.locator(".app-card")
    assert box(cards.nth(2))["bottom"] <= screen["height"]
    assert not any(is_cut(cards.nth(place).locator(".app-quote p")) for place in range(3))
    assert chosen(page) == quotes[0]
    assert box(beside(page))["x"] > box(cards.first)["right"]
    assert box(beside(page).locator("> div"))["bottom"] <= screen["height"]


def test_the_context_of_a_quote(open_page: OpenPage, site: str) -> None:
    """The panel has the turns before and after, the player, and a link to the turn."""
    page = open_page(ASKED, viewport=WIDE)
    citation = answer_of(site, QUESTION)["citations"][0]
    around = page.request.get(f"/api/quotes/{citation['id']}").json()
    panel = beside(page)
    assert panel.get_by_role("heading").inner_text() == "What was said around quote 1"
    for words in (around["before"], citation["quote"], around["after"], citation["speaker"]):
        assert words in panel.inner_text()
    assert panel.locator("audio").is_visible()
    link = panel.get_by_role("link", name="Read on in the transcript")
    assert link.get_attribute("href") == f"/episodes/{citation['episode']['id']}#turn-{citation['turn']}"


def test_a_long_quote_is_cut_on_a_low_screen_only(open_page: OpenPage) -> None:
    """The longest quote is whole for screen readers all the same, and on high or narrow screens and on paper."""
    page = open_page(ASKED, viewport=WIDE)
    words = page.locator(".app-quote p").first
    words.evaluate("(words, longest) => { words.textContent = longest; }", LONGEST)
    assert is_cut(words)
    assert LONGEST in page.locator(".app-card").first.aria_snapshot()
    for screen in (LARGE, NARROWER):
        page.set_viewport_size(screen)
        assert not is_cut(words), screen
    page.set_viewport_size(WIDE)
    page.emulate_media(media="print")
    assert not is_cut(words)
    assert not page.locator(".app-context:visible, .app-show:visible").count()


def test_below_1200_pixels_there_is_one_column(open_page: OpenPage, quotes: list[str]) -> None:
    """Cards are as wide as the text, with their quotes whole and nothing beside them."""
    page = open_page(f"{ASKED}#quote-2", viewport=NARROWER)
    assert not page.locator(".app-context:visible, .app-show:visible").count()
    assert page.locator(".app-quote:visible").count() == len(quotes)
    page.set_viewport_size({"width": 1200, "height": 900})
    assert chosen(page) == quotes[1]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_quote_is_chosen_by_its_link(open_page: OpenPage, quotes: list[str], scripts: bool) -> None:
    """The link of a card leads to an address that shows its quote in context, also when it is opened anew."""
    page = open_page(ASKED, viewport=WIDE, java_script_enabled=scripts)
    page.locator(".app-card").nth(1).locator(".app-show").click()
    page.wait_for_url("**#quote-2")
    assert chosen(page) == quotes[1]
    assert box(beside(page).locator("> div"))["y"] >= 0, "the context is on the screen"
    again = open_page(page.url, viewport=WIDE, java_script_enabled=scripts)
    assert chosen(again) == quotes[1]
    assert chosen(open_page(f"{ASKED}#quote-99", viewport=WIDE, java_script_enabled=scripts)) == quotes[0]


def test_choosing_with_scripts_moves_nothing(open_page: OpenPage, quotes: list[str]) -> None:
    """The page stays where it is, what is shown is said, and an address that is followed later counts again."""
    page = open_page(ASKED, viewport=WIDE)
    page.evaluate("scrollTo(0, 40)")
    link = page.locator(".app-card").nth(1).locator(".app-show")
    link.focus()
    page.keyboard.press("Space")
    assert chosen(page) == quotes[1]
    assert page.evaluate("scrollY") == 40
    assert page.locator("#said").inner_text() == "What was said around quote 2"
    assert link.evaluate("link => link === document.activeElement")
    page.evaluate("location.hash = 'quote-3'")
    page.wait_for_function("() => !document.querySelector('.app-chosen')")
    assert chosen(page) == quotes[2]
    page.go_back()
    page.wait_for_url("**#quote-2")
    assert chosen(page) == quotes[1]


def test_what_plays_is_chosen(open_page: OpenPage, site: str, quotes: list[str]) -> None:
    """Playing a quote shows it beside with its player."""
    page = open_page(ASKED, viewport=WIDE)
    card = page.locator(".app-card").nth(2)
    listen(card.locator("audio"))
    card.get_by_role("button", name="Play from here").click()
    assert abs(began(card.locator("audio")) - answer_of(site, QUESTION)["citations"][2]["start"]) <= NEAR
    assert chosen(page) == quotes[2]
    assert beside(page).locator("audio").is_visible()


def test_the_context_stays_in_view(open_page: OpenPage) -> None:
    """It stays beside the cards however far one scrolls, and is never higher than the screen."""
    page = open_page(ASKED, viewport=WIDE)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    panel = box(beside(page).locator("> div"))
    assert panel["y"] >= 0
    assert panel["bottom"] <= WIDE["height"]
    assert page.evaluate("scrollY") > 100


def test_tab_goes_from_a_card_to_its_context(open_page: OpenPage) -> None:
    """The stops are the links of the chosen card, those of its context, then the next card; all are in sight."""
    page = open_page(f"{ASKED}#quote-2", viewport=WIDE, java_script_enabled=True)
    page.evaluate("scrollTo(0, 0)")
    page.locator(".app-card").nth(1).locator(".app-copy").focus()
    found = list(stops(page))
    assert [stop for stop in found if not (stop["isSeen"] and stop["isOnTop"])] == []
    names = [stop["name"] for stop in found if stop["tag"] != "AUDIO"]
    assert names[0].startswith("Read on in the transcript")
    following = page.locator(".app-card").nth(2)
    assert names[1:3] == [following.locator("a").nth(0).inner_text(), following.locator(".app-facts a").inner_text()]
    assert names[3].startswith("Play from here")


def test_the_chosen_card_is_seen_without_our_colours(open_page: OpenPage) -> None:
    """With forced colours too, the chosen card alone has an outline."""
    page = open_page(ASKED, viewport=WIDE, forced_colors="active")
    outlines = page.locator(".app-card").evaluate_all("cards => cards.map(card => getComputedStyle(card).outlineStyle)")
    assert outlines == ["solid"] + ["none"] * (len(outlines) - 1)


def test_the_nearest_quotes_have_their_context(open_page: OpenPage, questions: dict[str, str]) -> None:
    """What does not answer the question stands in context too."""
    page = open_page(f"/?q={quote_plus(questions['unanswerable'])}", viewport=WIDE)
    assert page.get_by_text("These are the nearest quotes").is_visible()
    assert chosen(page) in page.locator(".app-card .app-quote").first.inner_text()


@needs_axe
def test_axe_finds_nothing_beside(open_page: OpenPage) -> None:
    """No violation on a wide screen, with any card chosen."""
    page = open_page(ASKED, viewport=WIDE)
    for link in page.locator(".app-show").all():
        link.click()
        assert violations(page) == []
