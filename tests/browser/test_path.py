"""The path of a reader in a real Chromium: ask, read the answer, play, read on, open the quote, copy the citation."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.browser.playing import LATE, NEAR, began, first_heard, listen
from tests.browser.sample_site import CHROMIUM, OPTIONS, OTHER_NAME

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

COPYING = ["clipboard-read", "clipboard-write"]
# As it is, on a phone of 320 pixels, and on a screen of 1280 by 1024 enlarged to 400 %.
SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 1024}},
    "320 pixels": {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2, "has_touch": True},
    "400 %": {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},
}


def fits(page: "Page") -> bool:
    """Say whether nothing of the page needs scrolling sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def pasted(page: "Page") -> str:
    """The text in the clipboard."""
    return str(page.evaluate("navigator.clipboard.readText()"))


def cited(site: str, citation: Any) -> str:
    """What a citation in text must be, put together from what the interface says of the quote."""
    quote = httpx.get(f"{site}/api/quotes/{citation['id']}").raise_for_status().json()
    episode = quote["episode"]
    who = quote["speaker"] + (f", {quote['role']}" if quote["role"] else "")
    year, month, day = episode["published"].split("-")
    assert month == "09"
    minutes, seconds = divmod(int(quote["start"]), 60)
    where = f"{episode['show']['title']}, {int(day)} September {year}, at {minutes}:{seconds:02}"
    return f"“{quote['quote']}”\n{who}, in {episode['title']}, {where}\n{site}{quote['url']}"


def test_what_the_path_is_made_of(citation: Any) -> None:
    """The first citation has a time to play from and belongs to an episode of the sample."""
    assert citation["start"] is not None
    assert citation["listen_url"].startswith("/api/episodes/")


@pytest.mark.parametrize("screen", SCREENS)
def test_from_a_question_to_a_citation(
    open_page: Callable[..., "Page"], site: str, questions: dict[str, str], citation: Any, screen: str
) -> None:
    """A question leads to its answer, the recording at the second, the turn, the quote, and the citation to paste."""
    page = open_page("/", permissions=COPYING, **SCREENS[screen])
    page.get_by_label("Ask the podcast").fill(questions["answered"])
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url("**/?q=*")
    assert "&" not in page.url, "filters that are empty do not stand in the address of an answer"
    card = page.locator(".app-card").first
    assert f"“{citation['quote']}”" in card.inner_text()
    assert fits(page)

    audio = card.locator("audio")
    listen(audio)
    card.get_by_role("button", name="Play from here").click()
    assert abs(began(audio) - citation["start"]) <= NEAR
    assert audio.is_visible()
    assert fits(page)

    card.get_by_role("link", name="Read in the transcript").click()
    page.wait_for_url(f"**/episodes/{citation['episode']['id']}*#turn-{citation['turn']}")
    turn = page.locator(f"#turn-{citation['turn']}")
    assert citation["quote"] in turn.inner_text()
    page.wait_for_function(
        "id => document.getElementById(id).getBoundingClientRect().top < innerHeight", arg=turn.get_attribute("id")
    )
    assert fits(page)

    page.go_back()
    card.get_by_role("link", name="Open quote").click()
    page.wait_for_url(f"**{citation['url']}")
    assert page.locator("mark").inner_text() == citation["quote"]
    page.get_by_role("button", name="Copy text").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert pasted(page) == page.get_by_label("Text", exact=True).input_value() == cited(site, citation)
    assert fits(page)


def test_a_card_copies_the_same_citation(
    open_page: Callable[..., "Page"], site: str, questions: dict[str, str], citation: Any
) -> None:
    """“Copy citation” of the answer copies what the quote page copies as text, and says so; so does its address."""
    page = open_page("/", permissions=COPYING)
    page.goto(f"/?q={questions['answered']}")
    card = page.locator(".app-card").first
    card.get_by_role("button", name="Copy citation").click()
    page.wait_for_function("() => document.getElementById('said').textContent === 'Copied'")
    assert pasted(page) == cited(site, citation)
    page.get_by_role("button", name="Copy a link to this answer").click()
    page.wait_for_function("() => document.activeElement.textContent.includes('Copied')")
    assert open_page(pasted(page)).title() == page.title()


def test_one_recording_plays_at_a_time(open_page: Callable[..., "Page"]) -> None:
    """Whoever plays the next quote no longer hears the one before."""
    page = open_page("/?q=How+did+you+tell+people+about+the+move%3F")
    first, second = (page.locator(".app-card").nth(number) for number in (0, 1))
    first.get_by_role("button", name="Play from here").click()
    page.wait_for_function("audio => !audio.paused", arg=first.locator("audio").element_handle())
    second.get_by_role("button", name="Play from here").click()
    page.wait_for_function("audio => !audio.paused", arg=second.locator("audio").element_handle())
    assert first.locator("audio").evaluate("audio => audio.paused")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_same_path_without_scripts(
    open_page: Callable[..., "Page"], site: str, questions: dict[str, str], citation: Any, screen: str
) -> None:
    """With JavaScript off every step is a link, a form, a field to copy from, or the browser's own player."""
    page = open_page("/", java_script_enabled=False, **SCREENS[screen])
    page.get_by_label("Ask the podcast").fill(questions["answered"])
    page.get_by_label("Ask the podcast").press("Enter")
    page.wait_for_url("**/?q=*")
    card = page.locator(".app-card").first
    assert f"“{citation['quote']}”" in card.inner_text()
    assert card.locator("audio").is_visible()
    assert card.locator("audio").get_attribute("src") == citation["listen_url"]
    assert card.get_by_role("link", name="Play from here").get_attribute("href") == citation["listen_url"]
    assert fits(page)

    card.get_by_role("link", name="Read in the transcript").click()
    page.wait_for_url(f"**#turn-{citation['turn']}")
    assert citation["quote"] in page.locator(f"#turn-{citation['turn']}").inner_text()
    page.locator(f"#turn-{citation['turn']} a").first.click()
    page.wait_for_url(f"**?t=*#turn-{citation['turn']}")
    assert page.locator(".app-turn[aria-current]").get_attribute("id") == f"turn-{citation['turn']}"
    begins = round(float(page.url.partition("?t=")[2].partition("#")[0]), 2)
    assert str(page.locator(".app-player audio").get_attribute("src")).endswith(f"#t={begins}")
    assert fits(page)

    page.goto(f"/?q={questions['answered']}")
    card.get_by_role("link", name="Copy citation").click()
    page.wait_for_url(f"**{citation['url']}#cite")
    assert page.get_by_label("Text", exact=True).input_value() == cited(site, citation)
    assert page.locator("audio").is_visible()
    assert page.get_by_role("button").count() == 0, "without a script nothing is offered that needs one"
    assert fits(page)


def test_the_browser_itself_plays_from_the_second(
    open_page: Callable[..., "Page"], questions: dict[str, str], citation: Any
) -> None:
    """Without scripts the media fragment alone leads the browser to the citation, by the link and in the player."""
    page = open_page(f"/?q={questions['answered']}", java_script_enabled=False)
    audio = page.locator("audio").first
    audio.focus()
    page.keyboard.press("Space")
    assert -NEAR <= first_heard(audio) - citation["start"] <= LATE
    page.get_by_role("link", name="Play from here").first.click()
    assert -NEAR <= first_heard(page.locator("video, audio")) - citation["start"] <= LATE


def test_following_up_and_feedback_without_scripts(open_page: Callable[..., "Page"], questions: dict[str, str]) -> None:
    """A second question carries the first; a verdict with a comment is thanked for."""
    page = open_page(f"/?q={questions['answered']}", java_script_enabled=False)
    page.get_by_label("Ask a follow-up question").fill("And how long did that take?")
    page.get_by_label("Ask a follow-up question").press("Enter")
    page.wait_for_url("**after=*")
    assert page.get_by_text("Searched for:").is_visible()
    page.get_by_label("Comment (optional)").fill("It <b>helped</b>")
    page.get_by_role("button", name="Yes, it was useful").click()
    page.wait_for_url("**thanks=yes")
    assert "Thank you" in page.locator(".govuk-notification-banner").inner_text()


def test_a_fault_takes_the_focus(open_page: Callable[..., "Page"]) -> None:
    """A refused question moves the focus to the summary, whose link leads to the field."""
    page = open_page("/?q=x&since=never")
    page.wait_for_function("() => document.activeElement.className === 'govuk-error-summary'")
    page.get_by_role("link", name="“Published from” must be a date").click()
    assert page.evaluate("document.activeElement.id") == "since"


def test_feedback_by_plain_http_of_another_name(browser: "Browser", site: str, questions: dict[str, str]) -> None:
    """On an internal host without TLS browsers send no Sec-Fetch-Site; the form is taken by its origin."""
    named = browser.browser_type.launch(
        executable_path=CHROMIUM, args=[*OPTIONS, f"--host-resolver-rules=MAP {OTHER_NAME} 127.0.0.1"]
    )
    host = f"http://{OTHER_NAME}:{site.rpartition(':')[2]}"
    page = named.new_page(base_url=host)
    sent: list[dict[str, str]] = []
    page.on("request", lambda request: sent.append(request.all_headers()) if request.method == "POST" else None)
    page.goto(f"/?q={questions['answered']}")
    page.get_by_role("button", name="No, it was not").click()
    page.wait_for_url("**thanks=yes")
    named.close()
    assert sent[0]["origin"] == host
    assert "sec-fetch-site" not in sent[0]
