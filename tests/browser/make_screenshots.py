"""Take the README's pictures: the main pages of the sample show, wide and on a phone, as small PNGs.

python -m tests.browser.make_screenshots docs/pictures
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from api.settings import Settings
from tests.browser.sample_site import CHROMIUM, NOTICE, OPTIONS, ingest_sample, served

QUESTION = "Why+could+the+office+not+stay+on+Capstan%3F"
SIZES = {"desktop": {"width": 1024, "height": 768}, "phone": {"width": 360, "height": 740}}


def main() -> None:
    """Serve the sample show and photograph what stands at the top of each page."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home, sync_playwright() as driver:
        ingest_sample(Path(home))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        with served(Settings(home=Path(home), notice=NOTICE)) as address:
            for size, viewport in SIZES.items():
                page = browser.new_page(base_url=address, viewport=viewport)
                answer = page.request.post("/api/answers", data={"question": QUESTION.replace("+", " ")}).json()
                citation = (answer["citations"] or answer["related"])[0]
                pages = {
                    "ask": "/",
                    "answer": f"/?q={QUESTION}",
                    "search": "/search?q=rehearsal",
                    "episodes": "/episodes",
                    "episode": f"/episodes/{citation['episode']['id']}",
                    "quote": citation["url"],
                }
                for name, path in pages.items():
                    page.goto(path, wait_until="networkidle")
                    page.screenshot(path=folder / f"{name}-{size}.png")
        browser.close()


if __name__ == "__main__":
    main()
