"""Proposals are reviewed with the keyboard alone, with and without scripts."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.settings import Settings
from ingest.library.decisions import read_decisions
from tests.api.conftest import HashedStems
from tests.browser.conftest import OpenPage
from tests.browser.sample_site import served
from tests.browser.test_every_page import needs_axe, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

TOKEN = "a secret of this test"
_MOST_STOPS = 80

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(sample_home, tmp_path_factory.mktemp("reviewed") / "home")


def tab_to(page: "Page", selector: str) -> None:
    """Press the Tab key until an element has the focus."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not come to {selector}")


@needs_axe
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_review_by_keyboard(home: Path, open_page: OpenPage, scripts: bool) -> None:
    """Sign in, accept one, skip one and reject one; every page on the way is clean for axe."""
    before = len(read_decisions(home))
    with served(Settings(home=home, token=TOKEN), HashedStems()) as address:
        page = open_page(f"{address}/lessons/review", java_script_enabled=scripts)
        tab_to(page, "#by")
        page.keyboard.type("Ann Ash")
        page.keyboard.press("Tab")
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")
        page.wait_for_selector("button[value=accept]")
        for button in ("accept", "skip", "reject"):
            title = page.locator("h2").first.inner_text()
            if scripts:
                assert violations(page) == []
            tab_to(page, f"button[value={button}]")
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert page.locator("h2#lesson").inner_text() != title
        assert page.context.cookies() == []
    assert [one.action for one in read_decisions(home)[before:]] == ["accept", "reject"]
