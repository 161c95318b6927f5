"""A real Chromium and a real server over the sample show, for tests marked `browser`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings
from tests.browser.sample_site import CHROMIUM, NOTICE, OPTIONS, ingest_sample, served


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install '.[dev]'")
    if not CHROMIUM.exists():
        pytest.skip("chromium is missing: as root, apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample show, ingested and indexed; nobody writes to it but feedback."""
    home = tmp_path_factory.mktemp("sample")
    ingest_sample(home)
    return home


@pytest.fixture(scope="session")
def site(sample_home: Path) -> Iterator[str]:
    """The address of a server over the sample show, without a slash at its end."""
    with served(Settings(home=sample_home, notice=NOTICE)) as address:
        yield address


@pytest.fixture
def open_page(browser: Any, site: str) -> Iterator[Callable[..., Any]]:
    """Open a path of the server in a profile of its own; options are those of a browser context.

    A page error, a message of the content policy, or a request that leaves the server, fails the test.
    """
    contexts: list[Any] = []
    troubles: list[str] = []

    def opened(path: str, **options: Any) -> Any:
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("request", lambda sent: None if sent.url.startswith(site) else troubles.append(sent.url))
        page.goto(path, wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles
