"""A compiled cross-encoder orders texts as sentence-transformers does or is not used; other models are refused.

No real one can be had where these tests are written: the models are tiny, of random weights or made to count a letter.
"""

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import EncoderError
from index.models import compile_reranker as compiling
from index.models.compile_reranker import SentenceReranker, agreement
from index.models.compiled_files import rerankers_folder
from index.models.compiled_reranker import CompiledReranker
from index.models.rerankers import prepare_reranker, reranker_to_ask_with, what_reranks
from index.models.uncompiled import load_cross_encoder
from tests.index.models.tiny_model import tiny_cross_encoder, tiny_model

pytest.importorskip("torch")
pytest.importorskip("ctranslate2")

PAIRS = [
    ("who zips the bag", "nobody zips it"),
    ("who", ""),
    ("the ferry sails at noon", "We moved the payment service off its old servers. " * 20),
    ("boat " * 200, "zebra " * 200),
]


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_cross_encoder(tmp_path_factory.mktemp("counting"), counts=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, counting: Path) -> Path:
    """A data folder for which it is compiled; nobody writes to it."""
    home = tmp_path_factory.mktemp("home")
    decided = prepare_reranker(home, str(counting))
    assert decided.is_compiled, decided.reason
    return home


def times_of(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_the_model_that_counts_a_letter_finds_it(home: Path, counting: Path) -> None:
    """The compiled model itself knows which passage has most of them, at any place."""
    reranker = reranker_to_ask_with(home, str(counting))
    assert isinstance(reranker, CompiledReranker)
    passages = ["the buzzer buzzed", "zzzz zzz zz", "the ferry sails", "the crazy ferry sails"]
    scores = [reranker.score("what is the sound of a bee", passage) for passage in passages]
    assert np.argsort(scores).tolist() == [2, 3, 0, 1]


@pytest.mark.parametrize("kind", ["Bert", "XLMRoberta"])
def test_a_compiled_model_gives_the_scores_of_the_original(tmp_path: Path, kind: str) -> None:
    """Both texts, their types and what is cut off are read as sentence-transformers reads them."""
    folder = tiny_cross_encoder(tmp_path / "model", kind)
    uncompiled = reranker_to_ask_with(tmp_path, str(folder))
    assert isinstance(uncompiled, SentenceReranker)
    decided = prepare_reranker(tmp_path, str(folder))
    assert decided.is_compiled, decided.reason
    compiled = reranker_to_ask_with(tmp_path, str(folder))
    assert compiled.form == decided.form
    expected, found = (np.array([one.score(*pair) for pair in PAIRS]) for one in (uncompiled, compiled))
    assert found == pytest.approx(expected, abs=0.3 if decided.form == "ctranslate2-int8" else 1e-3)


def test_asking_writes_nothing_and_needs_only_the_name(tmp_path: Path) -> None:
    """Where the compiled one stands, the model may be gone; another model of that name takes its place."""
    folder = tiny_cross_encoder(tmp_path / "model")
    first = prepare_reranker(tmp_path, str(folder))
    before = times_of(rerankers_folder(tmp_path))
    shutil.rmtree(folder)
    assert reranker_to_ask_with(tmp_path, str(folder)).form == first.form
    assert what_reranks(tmp_path, str(folder)) == f"by the compiled {first.form}"
    assert times_of(rerankers_folder(tmp_path)) == before
    tiny_cross_encoder(tmp_path / "other", counts=True).rename(folder)
    second = prepare_reranker(tmp_path, str(folder))
    assert second.weights != first.weights
    assert len([path for path in rerankers_folder(tmp_path).iterdir() if path.is_dir()]) == 1
    assert prepare_reranker(tmp_path, str(folder)) == second


def test_a_damaged_one_is_replaced_by_sentence_transformers(
    home: Path, counting: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And compiled anew when the index is made."""
    shutil.copytree(rerankers_folder(home), rerankers_folder(tmp_path))
    head = next(rerankers_folder(tmp_path).rglob("head.npz"))
    head.write_bytes(head.read_bytes() + b"more")
    assert isinstance(reranker_to_ask_with(tmp_path, str(counting)), SentenceReranker)
    assert "has changed since it was compiled; run: playback index" in caplog.text
    assert prepare_reranker(tmp_path, str(counting)).is_compiled
    assert isinstance(reranker_to_ask_with(tmp_path, str(counting)), CompiledReranker)


def test_a_wrong_conversion_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A head that is turned round is noticed; the model then runs in sentence-transformers, and the reason is kept."""
    save = np.savez

    def turned(path: Path, **arrays: Any) -> None:
        save(path, **(arrays | {"outer_weight": -arrays["outer_weight"]}))

    monkeypatch.setattr(compiling.np, "savez", turned)
    model = str(tiny_cross_encoder(tmp_path / "model"))
    decided = prepare_reranker(tmp_path, model)
    assert not decided.is_compiled
    assert "as float32 it does not agree with sentence-transformers" in (decided.reason or "")
    assert "as float32 it does not agree" in what_reranks(tmp_path, model)
    assert isinstance(reranker_to_ask_with(tmp_path, model), SentenceReranker)
    assert [path.name for path in rerankers_folder(tmp_path).rglob("*") if path.is_file()].count("model.bin") == 0


def test_a_head_that_is_not_known_runs_in_sentence_transformers(tmp_path: Path) -> None:
    """Nothing is guessed about it."""
    folder = tiny_cross_encoder(tmp_path / "model", "Electra")
    assert prepare_reranker(tmp_path, str(folder)).reason == "its head is that of ElectraForSequenceClassification"
    assert isinstance(reranker_to_ask_with(tmp_path, str(folder)), SentenceReranker)


def test_what_is_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    """An encoder would get a head of random weights, and one of several classes has no single score."""
    for folder in (tiny_model(tmp_path / "encoder"), tiny_cross_encoder(tmp_path / "classes", labels=3)):
        with pytest.raises(EncoderError, match="is no cross-encoder that gives one score"):
            load_cross_encoder(str(folder), folder)


def test_errors_name_the_setting_of_the_reranker(tmp_path: Path, counting: Path) -> None:
    """Without weights, or a pickle that may run code: one line, and what to do."""
    pickled = shutil.copytree(counting, tmp_path / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    (tmp_path / "nothing").mkdir()
    for name, said in (("pickled", "is a pickle"), ("nothing", "holds no weights")):
        with pytest.raises(EncoderError, match=said) as refused:
            reranker_to_ask_with(tmp_path, str(tmp_path / name))
        assert "PLAYBACK_RERANKER" in str(refused.value)
        assert "PLAYBACK_ENCODER" not in str(refused.value)


def test_agreement_is_of_order_and_size() -> None:
    """Known answers: one of three pairs in another order; a shift by half a deviation; no number at all."""
    assert agreement(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 1.0])).order == pytest.approx(2 / 3, abs=1e-5)
    scores = np.array([-1.0, 1.0])
    assert agreement(scores, scores + 0.5).largest == pytest.approx(0.5)
    assert agreement(scores, np.array([0.0, np.nan])).order == 0.0


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("modules.json", lambda data: [{**data[0], "type": "evil.Evil"}]),
        ("config.json", lambda data: {**data, "auto_map": {"AutoModel": "evil.Evil"}, "model_type": "evil"}),
        ("config_sentence_transformers.json", lambda data: {**data, "activation_fn": "evil.Evil"}),
    ],
)
def test_a_reranker_that_names_code_of_its_own_runs_nothing(
    tmp_path: Path, counting: Path, file: str, change: Callable[[Any], Any]
) -> None:
    """Python beside the weights, named by the model's configuration, is not imported."""
    folder, mark = shutil.copytree(counting, tmp_path / "model"), tmp_path / "mark"
    (folder / "evil.py").write_text(f"import os\nos.mkdir({str(mark)!r})\nclass Evil: pass\n")
    (folder / file).write_text(json.dumps(change(json.loads((folder / file).read_text()))))
    with contextlib.suppress(EncoderError):
        reranker_to_ask_with(tmp_path, str(folder))
    assert not mark.exists()
