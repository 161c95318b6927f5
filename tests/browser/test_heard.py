"""What is heard in Chromium, told by the sound of recordings whose tones tell the second, and not by `currentTime`.

`pytest -m browser -s tests/browser/test_heard.py` prints the table of kinds.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.cli import main
from api.routes.episodes import Recording
from api.settings import Settings
from index.building.build import build
from ingest.library.player import EXACT, playable_of
from ingest.library.records import records as records_of
from tests.api.conftest import HashedStems
from tests.browser.hearing import first_heard_second
from tests.browser.sample_site import served
from tests.tones import KINDS, tone_show, tones, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("av")

NEAR = 0.2  # seconds
SECONDS = 30
ASKED = (7.3, 24.3)
HOURS = 3


@dataclass(frozen=True)
class Show:
    """Recordings as they are published, and a library that holds them: addresses, and ids and seek errors by kind."""

    published: str
    library: str
    ids: dict[str, str]
    errors: dict[str, float | None]
    copied: frozenset[str]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    source, home = tmp_path_factory.mktemp("published"), tmp_path_factory.mktemp("library")
    with show_of(source, home, tone_show(source, KINDS, SECONDS)) as found:
        yield found


@contextmanager
def show_of(source: Path, home: Path, feed: Path) -> Iterator[Show]:
    """Ingest a feed whose guids are the names of its recordings, and serve both."""
    assert main(["--home", str(home), "ingest", str(feed), "--no-index", "--quiet"]) == 0
    build(home, HashedStems())
    ids = {record.episode.guid: record.episode.id for record in records_of(home)}
    found = {name: playable_of(home, identifier) for name, identifier in ids.items()}
    errors = {name: playable.published_error for name, playable in found.items()}
    copied = frozenset(name for name, playable in found.items() if playable.path and playable.path.suffix == ".mp4")
    with published(source) as address, served(Settings(home=home), HashedStems()) as site:
        yield Show(address, site, ids, errors, copied)


@contextmanager
def published(folder: Path) -> Iterator[str]:
    """Serve the recordings of a folder with ranges, as their publisher does, and a page with a player for each."""

    async def page(request: Request) -> Response:
        name, second = request.path_params["name"], request.query_params["t"]
        return HTMLResponse(f'<audio preload="auto" src="/files/{name}#t={second}"></audio>')

    async def file(request: Request) -> Response:
        return Recording(folder / request.path_params["name"])

    app = Starlette(routes=[Route("/pages/{name}", page), Route("/files/{name}", file)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + 60
    while not server.started:
        assert monotonic() < until
        sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def off(browser: "Browser", address: str, second: float) -> float:
    """By how many seconds a page that is to play from a second is heard to begin later."""
    page = browser.new_page()
    try:
        page.goto(f"{address}?t={second}")
        heard = first_heard_second(page)
        assert heard is not None, f"{address} cannot be told"
        return round(heard - second, 2)
    finally:
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", KINDS)
def test_what_the_library_holds_is_heard_from_the_second_asked_for(browser: "Browser", show: Show, name: str) -> None:
    """And what its publisher serves within the error that is stated, each by the media fragment alone."""
    error = show.errors[name]
    assert error is not None
    held = [off(browser, f"{show.library}/episodes/{show.ids[name]}", second) for second in ASKED]
    published = held  # the same file, where no copy was made; browsers stop where another sample rate begins
    if name in show.copied and name != "joined-rates.mp3":
        published = [off(browser, f"{show.published}/pages/{name}", second) for second in ASKED]
    sys.stdout.write(f"\n{name:26} stated {error:6.2f}   published {published}   held {held}\n")
    assert max(map(abs, published)) <= max(error, NEAR)
    assert max(map(abs, held)) <= NEAR
    assert (name in show.copied) == (error > EXACT or name == "joined-rates.mp3")


@pytest.mark.browser
def test_a_recording_of_another_length_is_told(open_page: Callable[..., "Page"], show: Show) -> None:
    """Nothing is said of the recording that was heard; a sentence is shown where the player's is longer."""
    page = open_page(f"{show.library}/episodes/{show.ids['constant.mp3']}?t=3")
    page.wait_for_function("() => document.querySelector('audio').readyState >= 1")
    told = page.get_by_text("times may be shifted")
    assert not told.is_visible()
    page.locator(".app-shifted").evaluate(
        "note => { note.dataset.heard = 27.5; note.previousElementSibling.dispatchEvent(new Event('durationchange')); }"
    )
    assert told.is_visible()


@pytest.mark.torture
@pytest.mark.parametrize("kind", ["constant", "variable", "bare"])
def test_three_hours_are_heard_from_the_second_asked_for(browser: "Browser", tmp_path: Path, kind: str) -> None:
    """An MP3 of three hours, near its start, in its middle and near its end."""
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    seconds = HOURS * 3600
    feed = tone_show(source, ["constant.mp3"], SECONDS)
    sound = tones(0, seconds, 16_000, noisy={second for second in range(seconds) if second // 600 % 3 == 0})
    options = {"constant": {}, "variable": {"quality": "4"}, "bare": {"quality": "4", "write_xing": "0"}}[kind]
    write(source / "constant.mp3", sound, 16_000, **options)
    del sound
    with show_of(source, home, feed) as show:
        error = show.errors["constant.mp3"]
        asked = (12.3, 5_400.3, 10_700.3)
        published = [off(browser, f"{show.published}/pages/constant.mp3", second) for second in asked]
        held = [off(browser, f"{show.library}/episodes/{show.ids['constant.mp3']}", second) for second in asked]
    sys.stdout.write(f"\n{HOURS} h {kind:12} stated {error}   published {published}   held {held}\n")
    assert error is not None
    assert max(map(abs, published)) <= max(error, NEAR)
    assert max(map(abs, held)) <= NEAR
    shutil.rmtree(source)
