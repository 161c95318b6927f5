"""An archive of the sample in Chromium, opened from the disk with no network at all."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.api.archive.links import broken
from tests.browser.sample_site import ROOT
from tests.browser.test_every_page import needs_axe, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archives") / "an archive"
    command = [sys.executable, "-m", "api.cli", "--home", sample_home, "archive", path, "--recordings", "--quiet"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return path


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page that asks for nothing but files, and whose scripts and policy have no trouble."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(f"{opened.url}: {error}"))
    opened.on("console", lambda said: troubles.append(f"{opened.url}: {said.text}") if said.type == "error" else None)
    opened.on("request", lambda sent: None if sent.url.startswith(("file:", "blob:")) else troubles.append(sent.url))
    yield opened
    context.close()
    assert troubles == []


def opened(page: "Page", folder: Path, name: str) -> "Page":
    file, mark, query = name.partition("?")
    page.goto((folder / file).as_uri() + mark + query)
    return page


def test_every_link_leads_somewhere(folder: Path) -> None:
    """In the sample too."""
    assert list(broken(folder)) == []


def test_a_reader_walks_from_page_to_page(page: "Page", folder: Path) -> None:
    """From the first page to an episode, a person and a quote, with styles, by links alone."""
    opened(page, folder, "index.html")
    assert page.locator("h1").inner_text() != ""
    assert page.evaluate("getComputedStyle(document.querySelector('.govuk-width-container')).maxWidth") == "960px"
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Episodes").click()
    page.locator("main h3 a").first.click()
    page.locator(".app-turn").nth(3).wait_for()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Start here").click()
    page.get_by_role("link", name="Open quote").first.click()
    page.locator("blockquote").wait_for()
    assert page.url.startswith("file:")


def test_search_works_from_the_disk(page: "Page", folder: Path) -> None:
    """Words lead to the episode and the turn that holds them; the note for other browsers is hidden."""
    opened(page, folder, "search/index.html?q=rehearsal")
    page.locator("#archive-hits li").first.wait_for()
    assert not page.locator("#archive-note").is_visible()
    assert "rehears" in page.locator("#archive-hits mark").first.inner_text().lower()
    turn = page.locator("#archive-hits a[href*='#turn-']").first
    turn.click()
    page.wait_for_url("**#turn-*")
    number = page.url.rpartition("#")[2]
    assert "rehears" in page.locator(f"#{number}").inner_text().lower()


def test_a_time_plays_and_words_are_found(page: "Page", folder: Path) -> None:
    """The scripts of an episode's page run as classic ones."""
    (name,) = [path.relative_to(folder) for path in sorted(folder.glob("episodes/*/index.html"))][:1]
    opened(page, folder, str(name))
    time = page.locator(".app-turn a[href*='?t=']").nth(2)
    time.click()
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0")
    assert page.locator("#find").is_visible()


def test_without_scripts_a_page_says_where_to_look(browser: "Browser", folder: Path) -> None:
    """The note stands on the page, and the form that nothing would answer does not."""
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = opened(context.new_page(), folder, "search/index.html")
    assert page.locator("#archive-note").is_visible()
    assert not page.locator("#archive-search").is_visible()
    context.close()


@needs_axe
@pytest.mark.parametrize(
    "pattern",
    "index.html search/index.html start/index.html episodes/index.html episodes/*/index.html "
    "episodes/*/about/index.html lessons/index.html lessons/*-*/index.html people/index.html people/*/index.html "
    "terms/*/index.html "
    "topics/index.html quotes/*/index.html embed/*/index.html".split(),
)
def test_axe_finds_nothing(browser: "Browser", folder: Path, pattern: str) -> None:
    """One page of each kind."""
    found = sorted(folder.glob(pattern))
    if not found:
        pytest.skip("the sample has none")
    context = browser.new_context(offline=True)  # not `page`: axe itself asks for styles, which the policy refuses
    page = opened(context.new_page(), folder, str(found[0].relative_to(folder)))
    page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    assert violations(page) == []
    context.close()
