"""A real Chromium and real servers over the sample show, for tests marked `browser`."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from api.routes.assets import read_assets
from api.settings import Settings
from tests.api.conftest import HashedStems
from tests.browser.edited_sample import edit
from tests.browser.sample_site import (
    CHROMIUM,
    NOTICE,
    OFFLINE,
    OPTIONS,
    ROOT,
    answer_of,
    ingest_sample,
    running,
    served,
)
from tests.browser.states import State

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OpenPage = Callable[..., "Page"]
OpenPages = Callable[[], AbstractContextManager[OpenPage]]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install '.[dev]'")
    if not CHROMIUM.exists():
        pytest.skip("chromium is missing: as root, apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=[*OPTIONS, OFFLINE])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def sample_home(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample show, ingested and indexed; nobody writes to it but feedback."""
    home = tmp_path_factory.mktemp("sample")
    ingest_sample(home)
    return home


@pytest.fixture(scope="session")
def site(sample_home: Path) -> Iterator[str]:
    """The address of `playback serve` over the sample show, without a slash at its end."""
    with running(sample_home) as address:
        yield address


@pytest.fixture(scope="session")
def edited(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the sample with every oddity, and the ids of its examples."""
    home = tmp_path_factory.mktemp("edited") / "home"
    shutil.copytree(sample_home, home)
    return home, edit(home)


@pytest.fixture(scope="session")
def sites(
    site: str, edited: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Addresses by name: the sample, its edited copy, the same where npm is missing, and an empty library."""
    settings = Settings(home=edited[0], notice=NOTICE)
    encoder = HashedStems()
    with ExitStack() as stack:
        found = {"sample": site, "edited": stack.enter_context(served(settings, encoder))}
        found["empty"] = stack.enter_context(served(Settings(home=tmp_path_factory.mktemp("empty")), encoder))
        with patch("api.app.read_assets", _without_govuk):
            found["plain"] = stack.enter_context(served(settings, encoder))
        yield found


def _without_govuk(folder: Path) -> dict[str, Any]:
    return {name: asset for name, asset in read_assets(folder).items() if not name.startswith("govuk/")}


@pytest.fixture(scope="session")
def questions(site: str) -> dict[str, str]:
    """A question of the sample for each status of an answer."""
    found: dict[str, str] = {}
    for line in (ROOT / "data" / "sample" / "questions.jsonl").read_text("utf-8").splitlines():
        question = json.loads(line)["question"]
        found.setdefault(answer_of(site, question)["status"], question)
    return found


@pytest.fixture(scope="session")
def citation(site: str, questions: dict[str, str]) -> Any:
    """What the first card of the question that is answered must show, by the interface."""
    return answer_of(site, questions["answered"])["citations"][0]


def first_lesson(site: str) -> str:
    """The page of the best lesson of a server."""
    with urlopen(f"{site}/api/lessons?limit=1") as response:
        (found,) = json.load(response)["lessons"]
    return f"/lessons/{found['id']}"


@pytest.fixture(scope="session")
def address_of(
    sites: dict[str, str], edited: tuple[Path, dict[str, str]], questions: dict[str, str], citation: Any
) -> Callable[[State], str]:
    """Return where a state is shown."""
    known: Mapping[str, str] = {
        **edited[1],
        **{status: f"/?{urlencode({'q': question})}" for status, question in questions.items()},
        "episode": f"/episodes/{citation['episode']['id']}",
        "quote": citation["url"],
        "cited": citation["id"],
        "embed": f"/embed/{citation['id']}",
        "lesson": first_lesson(sites["sample"]),
    }
    return lambda state: sites[state.site] + state.path.format_map(known)


@pytest.fixture(scope="session")
def open_pages(browser: "Browser", site: str) -> OpenPages:
    """Return what opens addresses, or paths of the sample, each in a profile of its own, for as long as a block lasts.

    Options are those of a browser context. An error of a script, a message of the content policy, or a request that
    leaves this machine, fails the test when the block ends.
    """

    @contextmanager
    def opening() -> Iterator[OpenPage]:
        troubles: list[str] = []
        with ExitStack() as stack:

            def opened(address: str, **options: Any) -> "Page":
                context = browser.new_context(base_url=site, **options)
                stack.callback(context.close)
                page = context.new_page()

                def note(trouble: str) -> None:
                    troubles.append(f"{page.url}: {trouble}")

                page.on("pageerror", lambda error: note(str(error)))
                page.on("console", lambda said: note(said.text) if "Content Security Policy" in said.text else None)
                page.on("request", lambda sent: None if sent.url.startswith("http://127.0.0.1:") else note(sent.url))
                page.goto(address)
                return page

            yield opened
        assert not troubles

    return opening


@pytest.fixture
def open_page(open_pages: OpenPages) -> Iterator[OpenPage]:
    """Open pages as `open_pages` does, for one test."""
    with open_pages() as opened:
        yield opened
