"""Ask, read, listen and cite in a real Chromium: with scripts, without, and by keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings
from tests.browser.sample_site import CHROMIUM, OPTIONS, served

pytestmark = pytest.mark.browser

QUESTION = "Why could the office not stay on Capstan?"
ANSWER = "/?q=Why+could+the+office+not+stay+on+Capstan%3F"
# Seconds by which playing may begin beside the citation.
NEAR = 0.2


def answered(page: Any) -> dict[str, Any]:
    """The same answer by the interface."""
    found: dict[str, Any] = page.request.post("/api/answers", data={"question": QUESTION}).json()
    return found


def listen(card: Any) -> None:
    """Note the second at which the recording of a card begins to play."""
    note = "audio => audio.addEventListener('playing', () => { audio.began = audio.currentTime; }, { once: true })"
    card.locator("audio").evaluate(note)


def played_from(page: Any, card: Any) -> float:
    """The second that `listen` noted, once it plays."""
    audio = card.locator("audio").element_handle()
    page.wait_for_function("audio => audio.began !== undefined && audio.currentTime > audio.began", arg=audio)
    return float(audio.evaluate("audio => audio.began"))


def test_ask_play_read_and_copy(open_page: Callable[..., Any]) -> None:
    """A question leads to an answer, its recording at the second, its turn, its quote, and the citation to paste."""
    page = open_page("/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Ask the podcast").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).first.click()
    page.wait_for_url("**/?q=*")
    assert page.url.endswith(ANSWER), "filters that are empty do not stand in the address"
    answer = answered(page)
    citation = answer["citations"][0]
    card = page.locator(".app-card").first
    assert citation["quote"] in card.inner_text()

    listen(card)
    card.get_by_role("button", name="Play from here").click()
    assert abs(played_from(page, card) - citation["start"]) <= NEAR
    page.wait_for_function("() => [...document.querySelectorAll('audio')].filter((a) => !a.paused).length === 1")
    page.locator(".app-card").nth(1).get_by_role("button", name="Play from here").click()
    page.wait_for_function("() => [...document.querySelectorAll('audio')].filter((a) => !a.paused).length === 1")

    card.get_by_role("button", name="Copy citation").click()
    page.wait_for_function("() => document.getElementById('said').textContent === 'Citation copied'")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == card.locator(".app-copy").get_attribute("data-text")
    assert citation["quote"] in copied
    assert citation["url"] in copied

    card.get_by_role("link", name="Read in the transcript").click()
    page.wait_for_url(f"**/episodes/{citation['episode']['id']}*#turn-{citation['turn']}")
    assert citation["quote"] in page.locator(f"#turn-{citation['turn']}").inner_text()
    page.go_back()
    page.locator(".app-card").first.get_by_role("link", name="Open quote").click()
    page.wait_for_url(f"**{citation['url']}")
    assert citation["quote"] in page.locator("main").inner_text()


def test_the_same_without_scripts(open_page: Callable[..., Any]) -> None:
    """With JavaScript off the box, the answer, its recording, transcript, quote, follow-up and feedback all work."""
    page = open_page("/", java_script_enabled=False)
    page.get_by_label("Ask the podcast").fill(QUESTION)
    page.get_by_label("Ask the podcast").press("Enter")
    page.wait_for_url("**/?q=*")
    citation = answered(page)["citations"][0]
    card = page.locator(".app-card").first
    assert citation["quote"] in card.inner_text()
    assert card.locator("audio").is_visible()
    assert card.get_by_role("link", name="Play from here").get_attribute("href") == citation["listen_url"]
    card.get_by_role("link", name="Copy citation").click()
    page.wait_for_url(f"**{citation['url']}#cite")
    assert page.locator("#cite").is_visible()
    assert citation["quote"] in page.locator("main").inner_text()
    page.go_back()
    page.get_by_label("Ask a follow-up question").fill("And how long did that take?")
    page.get_by_label("Ask a follow-up question").press("Enter")
    page.wait_for_url("**after=*")
    page.get_by_label("Comment (optional)").fill("It <b>helped</b>")
    page.get_by_role("button", name="Yes, it was useful").click()
    page.wait_for_url("**thanks=yes")
    assert "Thank you" in page.locator(".govuk-notification-banner").inner_text()


def test_by_keyboard_alone(open_page: Callable[..., Any]) -> None:
    """Tab reaches the skip link first, then the box; Enter asks; Space plays; what has focus is seen to have it."""
    page = open_page(ANSWER)
    listen(page.locator(".app-card").first)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => {
                    const at = document.activeElement, style = getComputedStyle(at);
                    const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
                    return [at.className.split(" ").pop() || at.id || at.tagName, shown];
                }"""
            )
        )
        if seen[-1][0] == "app-play":
            break
    assert seen[-1][0] == "app-play", seen
    assert all(shown for _, shown in seen), seen
    page.keyboard.press("Space")
    start = answered(page)["citations"][0]["start"]
    assert abs(played_from(page, page.locator(".app-card").first) - start) <= NEAR


def test_a_fault_takes_the_focus(open_page: Callable[..., Any]) -> None:
    """A refused question moves the focus to the summary, whose link leads to the field."""
    page = open_page("/?q=x&since=never")
    page.wait_for_function("document.activeElement.className === 'govuk-error-summary'")
    page.get_by_role("link", name="“Published from” must be a date").click()
    assert page.evaluate("document.activeElement.id") == "since"


@pytest.mark.parametrize(
    "path", ["/", ANSWER, "/?q=who+invented+the+telephone", "/?q=x&since=never", "/docs", "/nowhere"]
)
@pytest.mark.parametrize(("width", "scale"), [(320, 1), (360, 1), (1280, 4)])
def test_pages_fit_narrow_screens(open_page: Callable[..., Any], path: str, width: int, scale: int) -> None:
    """At 320 px, and at 1280 px enlarged to 400 %, nothing needs scrolling sideways (WCAG 1.4.10)."""
    page = open_page(path, viewport={"width": width // scale, "height": 800 // scale}, device_scale_factor=scale)
    assert page.evaluate("document.documentElement.scrollWidth") <= width // scale


def test_feedback_by_plain_http_of_another_name(browser: Any, sample_home: Path) -> None:
    """On an internal host without TLS browsers send no Sec-Fetch-Site; the form is taken by its origin."""
    named = browser.browser_type.launch(
        executable_path=CHROMIUM, args=[*OPTIONS, "--host-resolver-rules=MAP playback.internal 127.0.0.1"]
    )
    with served(Settings(home=sample_home)) as address:
        host = f"http://playback.internal:{address.rpartition(':')[2]}"
        page = named.new_page(base_url=host)
        sent: list[dict[str, str]] = []
        page.on("request", lambda request: sent.append(request.all_headers()) if request.method == "POST" else None)
        page.goto(ANSWER)
        page.get_by_role("button", name="No, it was not").click()
        page.wait_for_url("**thanks=yes")
        named.close()
    assert sent[0]["origin"] == host
    assert "sec-fetch-site" not in sent[0]
