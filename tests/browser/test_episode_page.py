"""The episode page with its script: times that play, the spoken turn, finding words, keys, addresses with a place."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.playing import NEAR, began, listen

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

SCREEN = {"width": 1024, "height": 768}


@pytest.fixture
def path(citation: Any) -> str:
    """An episode of 17 turns and nearly three minutes."""
    return f"/episodes/{citation['episode']['id']}"


@pytest.fixture
def page(open_page: Callable[..., "Page"], path: str) -> "Page":
    return open_page(path, viewport=SCREEN)


def recording(page: "Page") -> "Locator":
    return page.locator(".app-player audio")


def time_of(page: "Page", number: int) -> float:
    """The second at which a turn begins, by its link."""
    address = str(page.locator(f"#turn-{number} a").first.get_attribute("href"))
    return float(address.partition("t=")[2].partition("#")[0])


def play(page: "Page", number: int) -> None:
    """Click the time of a turn and wait until it is heard."""
    listen(recording(page))
    page.locator(f"#turn-{number} a").first.click()
    assert abs(began(recording(page)) - time_of(page, number)) <= NEAR


def spoken(page: "Page", number: int) -> None:
    """Wait until this turn, and no other, is marked as the one that is spoken."""
    page.wait_for_function(
        "id => [...document.querySelectorAll('.app-turn[aria-current]')].map((turn) => turn.id).join() === id",
        arg=f"turn-{number}",
    )


def seen(page: "Page", number: int) -> None:
    """Wait until a turn is in view: pages scroll smoothly."""
    page.wait_for_function(
        "turn => { const at = turn.getBoundingClientRect(); return at.bottom > 0 && at.top < innerHeight; }",
        arg=page.locator(f"#turn-{number}").element_handle(),
    )


def top_of_last(page: "Page") -> float:
    """Where the last turn stands on the screen."""
    return float(page.locator(".app-turn").last.evaluate("turn => turn.getBoundingClientRect().top"))


def jump_to_end_of(page: "Page", number: int) -> None:
    """Go to half a second before the next turn begins."""
    recording(page).evaluate("(audio, second) => { audio.currentTime = second; }", time_of(page, number + 1) - 0.5)


def test_a_time_plays_from_there(page: "Page") -> None:
    """A click plays from the turn, marks it, and puts its place into the address; the page is not loaded again."""
    page.evaluate("document.title = 'still the same page'")
    play(page, 5)
    spoken(page, 5)
    assert page.url.endswith("#turn-5")
    assert f"t={time_of(page, 5):g}" in page.url
    assert page.title() == "still the same page"


def test_the_player_stays_in_view(page: "Page") -> None:
    """However far one reads, the player is there, unless the screen is so low that it would cover the words."""
    page.locator("#turn-16").scroll_into_view_if_needed()
    assert page.locator(".app-player").bounding_box()["y"] >= 0  # type: ignore[index]
    page.set_viewport_size({"width": 320, "height": 256})
    page.locator("#turn-16").scroll_into_view_if_needed()
    assert page.locator(".app-player").bounding_box()["y"] < 0  # type: ignore[index]


def test_the_spoken_turn_is_followed(page: "Page") -> None:
    """The mark moves on with the recording, the page along with it, and the focus stays where it was."""
    play(page, 2)
    for number in range(3, 6):
        jump_to_end_of(page, number - 1)
        spoken(page, number)
        page.wait_for_function(
            "turn => { const { top } = turn.getBoundingClientRect(); return top >= 0 && top < 200; }",
            arg=page.locator(f"#turn-{number}").element_handle(),
        )
    assert page.locator("#turn-2 a").first.evaluate("link => link === document.activeElement")


def test_who_reads_elsewhere_stays_there(open_page: Callable[..., "Page"], path: str) -> None:
    """A reader who scrolled away is left alone, can come back by a link, and can switch following off."""
    page = open_page(path, viewport=SCREEN, reduced_motion="reduce")  # so that nothing scrolls later
    play(page, 2)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    place = top_of_last(page)
    jump_to_end_of(page, 2)
    spoken(page, 3)
    back = page.get_by_role("link", name="Back to what is playing")
    back.wait_for()
    assert top_of_last(page) == pytest.approx(place, abs=1)
    back.click()
    seen(page, 3)
    back.wait_for(state="hidden")
    page.get_by_label("Follow along").uncheck()
    place = top_of_last(page)
    jump_to_end_of(page, 3)
    spoken(page, 4)
    assert top_of_last(page) == pytest.approx(place, abs=1)


@pytest.mark.parametrize("place", ["?t=100", "?t=100#turn-9", "?t=1:40", "#turn-9"])
def test_an_address_leads_to_a_place(open_page: Callable[..., "Page"], path: str, place: str) -> None:
    """By its second or by its turn: the turn is in view and the recording waits there, silent."""
    page = open_page(path + place, viewport=SCREEN)
    expected = time_of(page, 9) if place.startswith("#") else 100
    page.wait_for_function(
        "second => Math.abs(document.querySelector('audio').currentTime - second) < 0.2", arg=expected
    )
    assert time_of(page, 9) <= 100 < time_of(page, 10)
    seen(page, 9)
    assert recording(page).evaluate("audio => audio.paused")


def test_words_are_found(page: "Page") -> None:
    """Enter finds words as they are typed, counts them, steps through them in a circle, and says so."""
    box = page.get_by_label("Find in this transcript")
    text = " ".join(page.locator(".app-turn p + p").all_inner_texts()).lower()
    times = text.count("rehears")
    box.fill("REHEARS")
    box.press("Enter")
    assert page.locator("#count").inner_text() == page.locator("#said").inner_text() == f"1 of {times} found"
    for _ in range(times):
        page.get_by_role("button", name="Next").click()
    assert page.locator("#said").inner_text() == f"1 of {times} found"
    page.get_by_role("button", name="Previous").click()
    assert page.locator("#said").inner_text() == f"{times} of {times} found"
    assert page.evaluate("CSS.highlights.get('found').size") == times
    box.fill("zebra (")
    box.press("Enter")
    assert page.locator("#said").inner_text() == "0 found"
    assert page.get_by_role("button", name="Next").is_hidden()


def test_words_are_found_without_scripts(open_page: Callable[..., "Page"], path: str) -> None:
    """The form marks the words on a page of its own, with links to their turns."""
    page = open_page(path, java_script_enabled=False)
    page.get_by_label("Find in this transcript").fill("rehears")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**find=rehears")
    marks = page.locator(".app-turn mark")
    assert {mark.lower() for mark in marks.all_inner_texts()} == {"rehears"}
    assert page.locator("#count").inner_text().startswith(f"{marks.count()} found in turn")
    page.locator("#count a").first.click()
    assert page.url.partition("#")[2] in {
        turn.get_attribute("id") for turn in page.locator(".app-turn:has(mark)").all()
    }


def test_keys_move_through_the_recording(page: "Page") -> None:
    """Each shortcut does what the page lists, not while one is typing, and not once they are switched off."""
    audio = recording(page)
    play(page, 2)
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('audio').paused")
    at = audio.evaluate("audio => audio.currentTime")
    page.keyboard.press("l")
    assert audio.evaluate("audio => audio.currentTime") == pytest.approx(at + 10, abs=0.1)
    page.keyboard.press("j")
    assert audio.evaluate("audio => audio.currentTime") == pytest.approx(at, abs=0.1)
    spoken(page, 2)
    for key, number in (("n", 3), ("n", 4), ("p", 3)):
        page.keyboard.press(key)
        spoken(page, number)
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.id") == "words"
    page.keyboard.type("kn")
    assert page.get_by_label("Find in this transcript").input_value() == "kn"
    spoken(page, 3)
    page.get_by_text("Keyboard shortcuts", exact=True).click()
    listed = page.locator("#keys kbd").all_inner_texts()
    assert listed == ["k", "j", "l", "n", "p", "f"]
    page.get_by_label("Use keyboard shortcuts on this page").uncheck()
    page.locator("h1").click()
    page.keyboard.press("n")
    page.reload()
    assert not page.locator("#keys-on").is_checked()


def test_the_picture_leads_into_the_recording(page: "Page") -> None:
    """A click into the timeline plays from there."""
    listen(recording(page))
    picture = page.locator("#timeline")
    box = picture.bounding_box()
    assert box is not None
    picture.click(position={"x": box["width"] / 2, "y": 10})
    half = float(str(picture.get_attribute("data-duration"))) / 2
    assert abs(began(recording(page)) - half) <= 1
