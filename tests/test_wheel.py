"""The wheel is whole: it carries every package and data file, and works where the repository is not."""

import json
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

NOTES = """Government Digital Service Podcast

The transcript of the episode follows:
---------
Ada Host:
Hello and welcome to the Government Digital Service podcast.

Bo Guest:
We moved the register of boats in one night.
"""

# What ingesting show notes needs of the base install; torch and the index are not, and would take minutes to install.
LIGHT = ["defusedxml", "feedparser", "httpx", "httpcore", "numpy", "tqdm"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT)
    return next(folder.glob("*.whl"))


def run(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_packages_data_and_pages(wheel: Path) -> None:
    """Nothing that the program reads at run time is left behind, and nothing of the tests or samples comes along."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "ingest/alignment/align.py",
        "index/building/build.py",
        "api/cli.py",
        "data/catalogue.json",
        "data/glossary.json",
        "ingest/py.typed",
        "index/py.typed",
        "api/py.typed",
    ):
        assert needed in names
    pages = ROOT / "api" / "pages"
    sources = {path for folder in ("templates", "assets") for path in (pages / folder).rglob("*") if path.is_file()}
    assert {path.relative_to(ROOT).as_posix() for path in sources} <= names, "what npm built comes along too"
    assert not [name for name in names if name.startswith(("tests/", "data/sample", "benchmarks/"))]
    assert not [name for name in names if "node_modules" in name or name.endswith((".scss", ".npmrc", "package.json"))]


@pytest.mark.long
def test_the_installed_wheel_ingests_show_notes(wheel: Path, tmp_path: Path) -> None:
    """In an empty environment and folder, a show-notes file becomes a transcript under the catalogue's show."""
    venv.create(tmp_path / "environment", with_pip=True)
    binaries = tmp_path / "environment" / "bin"
    pip = (binaries / "pip", "install", "--quiet", "--disable-pip-version-check")
    locked = re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    (tmp_path / "constraints.txt").write_text("\n".join(locked))  # without hashes, which pip wants for all or none
    run(*pip, "-c", tmp_path / "constraints.txt", *LIGHT)
    run(*pip, "--no-deps", wheel)
    (tmp_path / "notes.txt").write_text(NOTES, "utf-8")
    playback = (binaries / "playback", "--home", tmp_path / "home")
    identifier, outcome = run(*playback, "ingest", "notes.txt", "--no-index", cwd=tmp_path).split(maxsplit=1)
    assert outcome.startswith("ingested: 2 turns")
    assert identifier.startswith("gds-")
    exported = json.loads(run(*playback, "export", identifier, "--format", "json", cwd=tmp_path))
    assert [(turn["speaker"], turn["text"]) for turn in exported["turns"]] == [
        ("Ada Host", "Hello and welcome to the Government Digital Service podcast."),
        ("Bo Guest", "We moved the register of boats in one night."),
    ]
