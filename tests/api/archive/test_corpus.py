"""The archive of the 60 interviews: every link resolves, and a second run writes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.archive.links import broken, pages_of

ROOT = Path(__file__).parents[3]
FEED = ROOT.parent / "shared" / "corpora" / "engineering-lessons" / "feed.xml"

pytestmark = pytest.mark.corpus


def run(home: Path, *words: object) -> str:
    command = [sys.executable, "-m", "api.cli", "--home", home, *words]
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()[-1]


def test_sixty_interviews(tmp_path: Path) -> None:
    """Thousands of pages, all of them whole, and written once."""
    if not FEED.exists():
        pytest.skip(f"{FEED} is missing")
    run(tmp_path / "home", "ingest", "--no-audio", "--quiet", FEED)
    run(tmp_path / "home", "archive", tmp_path / "archive", "--quiet")
    assert len(pages_of(tmp_path / "archive")) > 1000
    assert list(broken(tmp_path / "archive")) == []
    assert run(tmp_path / "home", "archive", tmp_path / "archive", "--quiet").endswith("; 0 written, 0 deleted")
