"""`playback evaluate --encoders` measures each encoder on an index of its own and leaves the data folder as it was."""

import hashlib
import json
from pathlib import Path

import pytest

from api.cli import main
from api.evaluation.comparison import FIGURES
from tests.index.models.tiny_model import tiny_model

pytest.importorskip("torch")
pytest.importorskip("ctranslate2")

# Of an episode with one passage, because random weights decide which of two that repeat each other is a hit.
GOLD = {
    "id": "a", "question": "What were letters to captains printed on?", "answerable": True, "kind": "how",
    "persona": "who", "also": [],
    "gold": [{"episode": "h3", "turn": 0, "speaker": "Mina Renn", "quote": "Letters to captains were printed"}],
}  # fmt: skip
OTHER = {**GOLD, "id": "b", "question": "Who won the football?", "answerable": False, "gold": []}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two encoders of random weights, one of which CTranslate2 does not know."""
    root = tmp_path_factory.mktemp("models")
    return tiny_model(root / "mean"), tiny_model(root / "last", pooling="lasttoken")


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    path.write_text(f"{json.dumps(GOLD)}\n{json.dumps(OTHER)}\n{json.dumps({**OTHER, 'id': 'c'})}\n")
    return path


def files_of(home: Path) -> dict[str, str]:
    found = (path for path in home.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_encoders_are_measured_side_by_side(
    served_home: Path, models: tuple[Path, Path], questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures with intervals, what indexing and answering cost, and differences from the first; nothing is left."""
    before = files_of(served_home)
    command = ["--home", str(served_home), "evaluate", str(questions), "--encoders", ",".join(map(str, models))]
    assert main([*command, "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["encoders"]
    assert files_of(served_home) == before
    assert (first["encoder"], second["encoder"]) == tuple(map(str, models))
    assert first["form"].startswith("ctranslate2")
    assert second["form"] == "sentence-transformers"
    for one in (first, second):
        assert set(one["figures"]) == set(one["intervals"]) == set(FIGURES)
        assert one["figures"]["recall@20"] == 1.0, "the library has fewer passages"
        assert one["indexing_cpu_s"] > 0
        assert one["answer_cpu_ms"]["p50"] > 0
        assert "nobody measured" in one["unmeasured"]
    assert first["compared"] is None
    assert second["compared"]["recall@20"] == {"here": 1.0, "there": 1.0, "difference": 0.0, "interval": [0.0, 0.0]}


def test_the_text_has_a_column_for_each_encoder(
    served_home: Path, models: tuple[Path, Path], questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Costs are also told as multiples of the first encoder's."""
    model = str(models[0])
    assert main(["--home", str(served_home), "evaluate", str(questions), "--encoders", f"{model}, {model},"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"A: {model}, ctranslate2-")
    assert [line.split()[-1] for line in lines if line.startswith("recall@20")] == ["(1.000-1.000)"]
    assert [line.split()[-2:] for line in lines if line.startswith("CPU seconds of indexing")] == [["(1.0", "x)"]]


def test_what_cannot_be_compared_is_said_in_one_line(
    served_home: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown encoder, an empty library, and options that do not go together."""
    command = ["evaluate", str(questions), "--encoders", str(tmp_path)]
    assert main(["--home", str(served_home), *command]) == 1
    assert "holds no weights" in capsys.readouterr().err
    assert main(["--home", str(tmp_path), *command]) == 1
    assert "holds no transcripts to index" in capsys.readouterr().err
    assert main(["--home", str(served_home), *command, "--against", str(served_home)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit):
        main(["evaluate", str(questions), "--encoders", " ,"])
    assert "at least one encoder" in capsys.readouterr().err
