"""The quote page with its script: the quote is played and no more, and each form is copied by a button."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.playing import NEAR, began, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

# A page of another origin, which the browser is given without asking any server.
BLOG = "http://127.0.0.1:1/blog"


def test_the_quote_is_played_and_no_more(open_page: Callable[..., "Page"], citation: Any) -> None:
    """Each time it begins just before the quote and stops after it; whoever plays on is not stopped again."""
    page = open_page(citation["url"])
    audio = page.locator(".app-listen audio")
    start = float(str(page.locator(".app-listen").get_attribute("data-start")))
    end = float(str(page.locator(".app-listen").get_attribute("data-end")))
    assert 0 <= citation["start"] - start <= 2
    assert 0 <= end - citation["end"] <= 2
    for _ in range(2):  # the first time the browser itself would stop at the end of the media fragment
        listen(audio)
        page.get_by_role("button", name="Play the quote").click()
        assert abs(began(audio) - start) <= NEAR
        audio.evaluate("(audio, end) => { audio.currentTime = end - 0.5; }", end)
        page.wait_for_function("() => document.querySelector('audio').paused")
        assert end <= audio.evaluate("audio => audio.currentTime") <= end + 0.5
    audio.evaluate("audio => audio.play()")
    page.wait_for_function("end => document.querySelector('audio').currentTime > end + 1", arg=end)
    assert not audio.evaluate("audio => audio.paused")


def test_every_form_is_copied(open_page: Callable[..., "Page"], citation: Any) -> None:
    """Each field has a button that copies exactly what stands in it, and says so."""
    page = open_page(citation["url"], permissions=["clipboard-read", "clipboard-write"])
    fields = page.locator("textarea").all()
    assert len(fields) == 7
    for field in fields:
        page.get_by_role("button", name=f"Copy {field.get_attribute('data-name')}", exact=True).click()
        page.wait_for_function("() => document.getElementById('said').textContent === 'Copied'")
        assert page.evaluate("navigator.clipboard.readText()") == field.input_value() != ""
        page.evaluate("document.getElementById('said').textContent = ''")


def test_what_cannot_be_copied_is_selected(open_page: Callable[..., "Page"], citation: Any) -> None:
    """Where the browser gives no clipboard, as on a host without TLS, the field is selected and the reader told."""
    page = open_page(citation["url"])
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    page.get_by_role("button", name="Copy Markdown").click()
    page.get_by_role("button", name="Selected: copy it with your keyboard or menu").wait_for()
    field = page.get_by_label("Markdown")
    assert page.evaluate("getSelection().toString()") == field.input_value()


def test_a_card_in_a_frame_of_another_site(browser: "Browser", site: str, citation: Any) -> None:
    """The card that oEmbed gives fits the frame it asks for; every other page refuses to be framed."""
    page = browser.new_page(base_url=site)
    card = page.request.get("/oembed", params={"url": site + citation["url"]}).json()
    other = f'<iframe id="other" src="{site}{citation["url"]}"></iframe>'
    page.route(BLOG, lambda route: route.fulfill(body=card["html"] + other, content_type="text/html"))
    page.goto(BLOG)
    frame = page.frame_locator("iframe:not(#other)")
    assert citation["quote"] in frame.locator("blockquote").inner_text()
    width, height = frame.locator("html").evaluate("page => [page.scrollWidth, page.scrollHeight]")
    assert width <= card["width"]
    assert height <= card["height"]
    assert page.frame_locator("#other").locator("blockquote").count() == 0
    assert page.frames[-1].url == "chrome-error://chromewebdata/"
    page.close()
