"""Measure the pages with Lighthouse: a phone on a slow network, median of three runs of each page.

    python -m benchmarks.lighthouse

Prints a table and exits with 1 if accessibility or best practices are below 100. Performance is only reported, because
it depends on the machine and on what else runs there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.browser.sample_site import CHROMIUM, NODE_MODULES, OFFLINE, OPTIONS, answer_of, ingest_sample, running

LIGHTHOUSE = NODE_MODULES / ".bin" / "lighthouse"
QUESTION = "What did user research say that boat owners hated?"
CATEGORIES = ("performance", "accessibility", "best-practices")
EXPECTED = {"accessibility": 100, "best-practices": 100}
RUNS = 3


def main() -> int:
    """Serve the sample show, measure four pages and print their medians."""
    if not LIGHTHOUSE.exists() or not CHROMIUM.exists():
        print("Lighthouse needs chromium (as root: apt-get install chromium) and npm ci in api/pages.")
        return 1
    print(f"| page | {' | '.join(CATEGORIES)} |")
    print(f"| --- |{' --- |' * len(CATEGORIES)}")
    is_good = True
    with TemporaryDirectory() as folder:
        ingest_sample(Path(folder))
        with running(Path(folder)) as site:
            citation = answer_of(site, QUESTION)["citations"][0]
            pages = {
                "ask": "/",
                "answer": f"/?q={QUESTION.replace(' ', '+')}",
                "episode": f"/episodes/{citation['episode']['id']}",
                "quote": citation["url"],
            }
            for name, path in pages.items():
                runs = [scores(f"{site}{path}") for _ in range(RUNS)]
                found = {category: median(run[category] for run in runs) for category in CATEGORIES}
                is_good &= all(found[category] == score for category, score in EXPECTED.items())
                print(f"| {name} | {' | '.join(f'{score:.0f}' for score in found.values())} |", flush=True)
    return 0 if is_good else 1


def scores(address: str) -> dict[str, float]:
    """Return Lighthouse's score in each category, 0…100, for one load of a page."""
    command = [
        str(LIGHTHOUSE),
        address,
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags=--headless=new '{OFFLINE}' {' '.join(OPTIONS)}",
        "--no-enable-error-reporting",
        "--output=json",
        "--quiet",
    ]
    environment = {**os.environ, "CHROME_PATH": str(CHROMIUM)}
    ran = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603 - all arguments are our own
    report = json.loads(ran.stdout)
    return {category: 100 * report["categories"][category]["score"] for category in CATEGORIES}


if __name__ == "__main__":
    sys.exit(main())
