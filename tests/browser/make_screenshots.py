"""Take the README's pictures: the main pages of the sample show, wide and on a phone, as small PNGs.

python -m tests.browser.make_screenshots docs/screenshots
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.browser.sample_site import CHROMIUM, OFFLINE, OPTIONS, answer_of, ingest_sample, running

QUESTION = "How did you tell people about the move?"
WIDE = {"width": 1440, "height": 900}
DESKTOP = {"width": 1024, "height": 920}
PHONE = {"width": 360, "height": 740}
MOST_BYTES = 150_000


def main() -> None:
    """Serve the sample show and photograph its pages."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home, sync_playwright() as driver:
        ingest_sample(Path(home))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*OPTIONS, OFFLINE])
        with running(Path(home)) as site:
            citation = answer_of(site, QUESTION)["citations"][0]
            asked = urlencode({"q": QUESTION})
            episode = f"/episodes/{citation['episode']['id']}"
            wide = browser.new_page(base_url=site, viewport=WIDE, device_scale_factor=0.7)
            shoot(wide, f"/?{asked}", folder / "answer-desktop.png")
            desktop = browser.new_page(base_url=site, viewport=DESKTOP)
            shoot(desktop, f"{episode}?{asked}", folder / "episode-desktop.png", "h2:has-text('Who speaks when')")
            shoot(desktop, citation["url"], folder / "quote-desktop.png")
            phone = browser.new_page(base_url=site, viewport=PHONE)
            shoot(phone, "/", folder / "ask-phone.png")
            shoot(phone, f"/?{asked}", folder / "answer-phone.png", "#answer")
            shoot(phone, f"{episode}?t={citation['start']}", folder / "episode-phone.png")
        browser.close()


def shoot(page: Page, path: str, picture: Path, top: str = "body") -> None:
    """Photograph what one sees of a page from an element on, once its recording is where it begins."""
    page.goto(path, wait_until="networkidle")
    page.locator(top).evaluate("element => scrollBy(0, element.getBoundingClientRect().top - 20)")
    if "?t=" in path:
        page.locator(".app-turn[aria-current]").evaluate("turn => turn.scrollIntoView()")
    page.screenshot(path=picture)
    assert picture.stat().st_size <= MOST_BYTES, picture


if __name__ == "__main__":
    main()
