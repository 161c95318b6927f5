"""The archive of the 60 interviews: every link resolves, and a second run writes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.storage.files import sha256_of
from tests.api.archive.links import broken, pages_of

ROOT = Path(__file__).parents[3]
FEED = ROOT.parent / "shared" / "corpora" / "engineering-lessons" / "feed.xml"

pytestmark = pytest.mark.corpus


def run(home: Path, *words: object) -> str:
    command = [sys.executable, "-m", "api.cli", "--home", home, *words]
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()[-1]


def files_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file by its name, as they lie there."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}


def test_sixty_interviews(tmp_path: Path) -> None:
    """Thousands of pages, all of them whole, and written once."""
    if not FEED.exists():
        pytest.skip(f"{FEED} is missing")
    run(tmp_path / "home", "ingest", "--no-audio", "--quiet", FEED)
    run(tmp_path / "home", "archive", tmp_path / "archive", "--quiet")
    assert len(pages_of(tmp_path / "archive")) > 1000
    assert list(broken(tmp_path / "archive")) == []
    before = files_of(tmp_path / "archive")
    said = run(tmp_path / "home", "archive", tmp_path / "archive", "--quiet")
    assert dict(files_of(tmp_path / "archive").items() ^ before.items()) == {}, said
    assert said.endswith("; 0 written, 0 deleted")
