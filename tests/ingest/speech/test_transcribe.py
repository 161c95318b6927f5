"""Both Whisper engines on a tiny random checkpoint: the words are nonsense, the promises hold all the same."""

import hashlib
import json
import socket
import subprocess
import sys
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.audio.load import SAMPLE_RATE, blocks
from ingest.errors import AudioError, ModelMissing, PlaybackError
from ingest.speech import engines
from ingest.speech import transcribe as transcribing
from ingest.speech.engines import weights_available
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.transcribe import transcribe
from ingest.transcript import HeardWord
from tests.parts import one_in

pytest.importorskip("av")
faster_whisper = pytest.importorskip("faster_whisper")
whisper = pytest.importorskip("whisper")

# openai-whisper leaves its vocabulary file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*tiktoken:ResourceWarning")

SHARED = Path(__file__).parents[3].parent / "shared" / "audio"
RECORDINGS = sorted(path for path in SHARED.rglob("*") if path.suffix in (".mp3", ".wav", ".flac"))
ENGINES = [("faster-whisper", "ct2"), ("openai-whisper", "tiny.pt"), ("openai-whisper", "tiny.safetensors")]


@pytest.fixture(autouse=True)
def brief_hearing(monkeypatch):
    """Random weights never convince, so every temperature is tried: a search and one sampling, of two, are enough.

    Nor would they ever find the right number of words, so clips are heard once.
    """
    monkeypatch.setattr(engines, "TEMPERATURES", (0.0, 0.8))
    monkeypatch.setattr(engines, "BEAM", 2)
    monkeypatch.setattr(transcribing, "lacks_words", lambda *_: False)
    monkeypatch.setattr(transcribing, "is_unsure", lambda *_: False)


@pytest.fixture(params=ENGINES[:2], ids=lambda engine: engine[0])
def listening(request, checkpoints):
    engine, name = request.param
    return TranscriptionOptions(engine, str(checkpoints / name), language="en")


@pytest.fixture(scope="module")
def talk(tmp_path_factory, voice, record):
    """Two seconds of silence, eight of voice, ten of silence, six of voice, three of silence."""
    parts = [np.zeros(2 * SAMPLE_RATE), voice(8), np.zeros(10 * SAMPLE_RATE), voice(6), np.zeros(3 * SAMPLE_RATE)]
    return record(tmp_path_factory.mktemp("talk") / "talk.flac", np.concatenate(parts), codec="flac")


@pytest.mark.parametrize(("engine", "name"), ENGINES)
def test_words_lie_in_speech_in_order_with_text_and_probability(engine, name, checkpoints, talk):
    """Random weights, real promises: times, texts, and what was used are all there."""
    heard = transcribe(talk, TranscriptionOptions(engine, str(checkpoints / name), ("GOV.UK Pay", "Kat Stevens"), "en"))
    assert heard.words
    assert all(word.text.strip() == word.text and word.text for word in heard.words)
    assert all(word.probability is not None and 0 <= word.probability <= 1 for word in heard.words)
    starts = [word.start for word in heard.words]
    assert starts == sorted(starts)
    assert all(1.5 <= word.start <= word.end <= 10.8 or 19.5 <= word.start <= word.end <= 26.8 for word in heard.words)
    assert (heard.language, heard.engine, heard.model) == ("en", engine, str(checkpoints / name))
    assert heard.vocabulary == ("GOV.UK Pay", "Kat Stevens")
    assert heard.duration == pytest.approx(29, abs=0.01)


def test_both_files_of_one_model_hear_the_same(checkpoints, talk):
    """.pt and .safetensors are two ways to store one model, with the dimensions written or worked out."""
    first, second = (
        transcribe(talk, TranscriptionOptions("openai-whisper", str(checkpoints / name))) for _, name in ENGINES[1:]
    )
    assert first.words == second.words
    assert first.language == second.language


def test_silence_moves_with_the_words(listening, tmp_path, voice, record):
    """Ten more seconds of silence at the start shift every word by ten seconds: what is skipped is not cut out."""
    sound = [np.zeros(2 * SAMPLE_RATE), voice(5), np.zeros(SAMPLE_RATE)]
    recording = record(tmp_path / "early.wav", np.concatenate(sound), codec="pcm_s16le")
    for vocabulary in ((), ("GOV.UK Pay", "Kat Stevens"), ("boat",), ("ferry", "harbour")):
        # After some prompts random weights say nothing, and after which depends on the processor.
        listening = replace(listening, vocabulary=vocabulary)
        early = transcribe(recording, listening)
        if early.words:
            break
    sound[0] = np.zeros(12 * SAMPLE_RATE)
    late = transcribe(record(tmp_path / "late.wav", np.concatenate(sound), codec="pcm_s16le"), listening)
    assert early.words
    # Silero judges in steps of 32 ms that do not divide ten seconds, so the clip may begin a step earlier or later and
    # random weights may then say anything: the first word's place is what must move.
    assert late.words[0].start - early.words[0].start == pytest.approx(10, abs=5)
    assert all(word.start >= 11.5 for word in late.words)


@pytest.mark.parametrize("kind", ["silence", "noise", "hum"])
def test_nothing_is_heard_where_nobody_speaks(listening, kind, tmp_path, record):
    """Silence, noise and hum give no words, although random weights always have something to say."""
    times = np.arange(12 * SAMPLE_RATE) / SAMPLE_RATE
    sounds = {
        "silence": np.zeros(len(times)),
        "noise": np.random.default_rng(0).normal(0, 0.05, len(times)),
        "hum": 0.3 * np.sin(2 * np.pi * 50 * times),
    }
    calls = []
    heard = transcribe(record(tmp_path / "quiet.mp3", sounds[kind]), listening, lambda *at: calls.append(at))
    assert heard.words == ()
    assert heard.language is None
    assert calls[-1][0] == calls[-1][1] == pytest.approx(12, abs=0.1)


def test_progress_runs_forward_to_the_end(listening, talk):
    """Seconds done never fall and end at seconds in all."""
    calls = []
    transcribe(talk, listening, lambda done, total: calls.append((done, total)))
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert {total for _, total in calls} == {calls[-1][0]}
    assert len(calls) >= 4


class PowerCut(Exception):
    """Stands for whatever ends a run early."""


@pytest.mark.parametrize("listening", one_in(2, ENGINES[:2]), indirect=True, ids=lambda engine: engine[0])
def test_an_interrupted_run_goes_on_and_hears_the_same(listening, talk, tmp_path, monkeypatch):
    """A run stopped at any window and resumed gives what an undisturbed run gives, even where lots are drawn."""
    monkeypatch.setattr(transcribing, "WINDOW", 9.0)
    monkeypatch.setattr(engines, "TEMPERATURES", (1.0,))
    undisturbed = transcribe(talk, listening)
    partial = tmp_path / "heard.partial.json"

    def stop_at(second):
        def progress(done, total):
            if done >= second:
                raise PowerCut

        return progress

    for second in (12.0, 22.0):
        with pytest.raises(PowerCut):
            transcribe(talk, listening, stop_at(second), partial)
    saved = json.loads(partial.read_text())
    assert 0 < saved["samples"] < 29 * SAMPLE_RATE
    assert (saved["engine"], saved["model"]) == (listening.engine, listening.model)
    assert saved["audio"] == hashlib.sha256(talk.read_bytes()).hexdigest()
    calls = []
    assert transcribe(talk, listening, lambda done, total: calls.append(done), partial) == undisturbed
    assert calls[0] >= saved["samples"] / SAMPLE_RATE - 0.01
    assert transcribe(talk, listening, None, partial) == undisturbed


@pytest.fixture(scope="module")
def heard_whole(checkpoints, talk, tmp_path_factory):
    """The partial file of a run that came to its end."""
    partial = tmp_path_factory.mktemp("heard") / "heard.partial.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "TEMPERATURES", (0.0,))
        transcribe(talk, TranscriptionOptions("faster-whisper", str(checkpoints / "ct2"), language="en"), None, partial)
    return partial


@pytest.mark.parametrize("change", ["nothing", "audio", "model", "damage", "language"])
def test_a_partial_file_of_something_else_is_not_used(change, checkpoints, talk, heard_whole, tmp_path, record, voice):
    """Another recording, model or language, or half a file: it starts again."""
    listening = TranscriptionOptions("faster-whisper", str(checkpoints / "ct2"), language="en")
    partial = tmp_path / "heard.partial.json"
    saved = json.loads(heard_whole.read_text()) | {"words": [["never", 1.0, 2.0, 0.5]]}
    partial.write_text(json.dumps(saved)[: -5 if change == "damage" else None])
    if change == "audio":
        talk = record(tmp_path / "other.wav", voice(3), codec="pcm_s16le")
    if change == "model":
        (tmp_path / "same").symlink_to(checkpoints / "ct2")
        listening = replace(listening, model=str(tmp_path / "same"))
    if change == "language":
        listening = replace(listening, language="cy")
    words = {word.text for word in transcribe(talk, listening, None, partial).words}
    assert ("never" in words) == (change == "nothing")


def test_a_resumed_run_keeps_the_vocabulary_it_began_with(checkpoints, talk, tmp_path):
    """Vocabulary is recorded, and is no part of the key."""
    listening = TranscriptionOptions("faster-whisper", str(checkpoints / "ct2"), ("Notify",), "en")
    first = transcribe(talk, listening, None, tmp_path / "partial.json")
    assert transcribe(talk, replace(listening, vocabulary=("Pay",)), None, tmp_path / "partial.json") == first


def test_both_engines_are_handed_the_same_samples(checkpoints, talk, monkeypatch):
    """The same clips, cut from the same decoded samples, with the speech that is in them."""
    clips = {}
    for engine, name in ENGINES[:2]:
        heard = clips.setdefault(engine, [])
        opened = transcribing.open_recogniser

        def listen(weights, listening, heard=heard, opened=opened):
            recogniser = opened(weights, listening)
            return replace(recogniser, hear=lambda clip, *rest: heard.append(clip) or recogniser.hear(clip, *rest))

        with monkeypatch.context() as patch:
            patch.setattr(transcribing, "open_recogniser", listen)
            transcribe(talk, TranscriptionOptions(engine, str(checkpoints / name), language="en"))
    first, second = clips.values()
    assert len(first) >= 2
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    whole = np.concatenate(list(blocks(talk)))
    assert all(clip.tobytes() in whole.tobytes() for clip in first)
    assert sum(map(len, first)) < 20 * SAMPLE_RATE


def test_what_an_engine_invents_is_guarded_against(talk, checkpoints, monkeypatch):
    """A stand-in for an engine that loops, leaves its clip and runs backwards does not get through."""

    def hear(clip, language, vocabulary=()):
        pieces = [HeardWord(f" {word}", 0.1 * i, 0.1 * i + 0.1, 0.5) for i, word in enumerate(["so", "it", "is"] * 20)]
        return [*pieces, HeardWord(" late", 500.0, 501.0, 0.5), HeardWord(" early", -5.0, -4.0, 0.5)]

    stand_in = engines.Recogniser(hear, hear, lambda clip: {"cy": 0.6, "en": 0.4})
    monkeypatch.setattr(transcribing, "open_recogniser", lambda weights, listening: stand_in)
    heard = transcribe(talk, TranscriptionOptions("faster-whisper", str(checkpoints / "ct2")))
    assert heard.language == "cy"
    assert all(0 <= word.start <= word.end <= 29 for word in heard.words)
    assert [word.text for word in heard.words[:5]] == ["so", "it", "is", "late", "early"]


def saying(pieces):
    """A stand-in for an engine that hears the same in every clip, however it is asked."""
    return engines.Recogniser(lambda *_: pieces, lambda *_: pieces, lambda clip: {"en": 1.0})


def test_words_keep_their_place_in_the_recording(talk, checkpoints, monkeypatch):
    """Whatever the windows, a word at the start of each clip stands where that voice begins: at 2 and at 20 s."""
    stand_in = saying([HeardWord(" here", 0.2, 0.5, 0.9)])
    monkeypatch.setattr(transcribing, "open_recogniser", lambda weights, listening: stand_in)
    for window in (300.0, 15.0):
        monkeypatch.setattr(transcribing, "WINDOW", window)
        starts = [
            word.start
            for word in transcribe(talk, TranscriptionOptions("faster-whisper", str(checkpoints / "ct2"))).words
        ]
        assert min(starts) == pytest.approx(2, abs=0.3)
        assert min(start for start in starts if start > 12) == pytest.approx(20, abs=0.3)


def test_a_word_in_a_pause_of_a_clip_is_left_out(tmp_path, voice, record, checkpoints, monkeypatch):
    """Nobody speaks for a second and a half in the middle of a clip, so nobody said that."""
    sound = np.concatenate([voice(3), np.zeros(round(1.6 * SAMPLE_RATE)), voice(3)])
    path = record(tmp_path / "pause.wav", sound, codec="pcm_s16le")
    pieces = [
        HeardWord(" said", 0.5, 0.9, 0.9),
        HeardWord(" invented", 3.7, 3.9, 0.9),
        HeardWord(" after", 5.5, 6.0, 0.9),
    ]
    stand_in = saying(pieces)
    monkeypatch.setattr(transcribing, "open_recogniser", lambda weights, listening: stand_in)
    heard = transcribe(path, TranscriptionOptions("faster-whisper", str(checkpoints / "ct2")))
    assert [word.text for word in heard.words] == ["said", "after"]


def test_the_language_is_detected_once_and_alike(checkpoints, talk):
    """One model asked through both engines finds one language, one that Whisper knows."""
    languages = {
        transcribe(talk, TranscriptionOptions(engine, str(checkpoints / name))).language for engine, name in ENGINES[:2]
    }
    assert len(languages) == 1
    assert languages <= set(whisper.tokenizer.LANGUAGES)


def test_an_unknown_language_is_refused(listening, talk):
    """One line that names it."""
    with pytest.raises(PlaybackError, match="'klingon'"):
        transcribe(talk, replace(listening, language="klingon"))


def test_a_broken_recording_is_refused_before_weights_are_looked_for(tmp_path):
    """The line is about the recording."""
    (tmp_path / "zero.mp3").write_bytes(b"")
    with pytest.raises(AudioError, match=r"zero\.mp3"):
        transcribe(tmp_path / "zero.mp3", TranscriptionOptions(model="nonsense"))


@pytest.fixture
def empty_caches(tmp_path, monkeypatch):
    """No weights in any cache of this machine, and no network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("urllib.request.getproxies", dict)

    def unplugged(*args, **kwargs):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unplugged)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return tmp_path


@pytest.mark.parametrize(("engine", "file"), [("faster-whisper", "model.bin"), ("openai-whisper", "small.en.pt")])
@pytest.mark.parametrize("offline", [False, True])
def test_missing_weights_are_one_line_that_says_what_to_put_where(
    engine, file, offline, empty_caches, monkeypatch, talk
):
    """It names the model, the file and the folder, at once."""
    if offline:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    listening = TranscriptionOptions(engine, models=empty_caches / "models")
    for ask in (weights_available, lambda listening: transcribe(talk, listening)):
        with pytest.raises(ModelMissing) as caught:
            ask(listening)
        line = str(caught.value)
        assert "\n" not in line
        assert all(part in line for part in ("small.en", engine, file, str(empty_caches / "models")))
    assert ("HF_HUB_OFFLINE" in line) == offline


@pytest.mark.parametrize("engine", ["faster-whisper", "openai-whisper"])
def test_an_unknown_name_is_answered_with_the_known_ones(engine, empty_caches):
    """A typing error is not sent to the hub."""
    with pytest.raises(ModelMissing, match=r"'smal\.en'.*small\.en"):
        weights_available(TranscriptionOptions(engine, "smal.en"), download=True)


def test_a_name_is_found_in_the_folder_of_models(checkpoints, empty_caches):
    """Weights put where the line says are found under their name."""
    models = empty_caches / "models"
    models.mkdir()
    (models / "small.en").symlink_to(checkpoints / "ct2")
    (models / "base.safetensors").symlink_to(checkpoints / "tiny.safetensors")
    assert weights_available(TranscriptionOptions("faster-whisper", "small.en", models=models)) == models / "small.en"
    assert (
        weights_available(TranscriptionOptions("openai-whisper", "base", models=models)) == models / "base.safetensors"
    )


def test_a_pickle_under_a_published_name_is_the_published_one(checkpoints, empty_caches):
    """A .pt that is found by name is compared with the published SHA-256; by its path it is the owner's own choice."""
    models = empty_caches / "models"
    models.mkdir()
    (models / "base.pt").symlink_to(checkpoints / "tiny.pt")
    with pytest.raises(ModelMissing, match="SHA-256 is not the published one"):
        weights_available(TranscriptionOptions("openai-whisper", "base", models=models))
    assert weights_available(TranscriptionOptions("openai-whisper", str(models / "base.pt"))) == models / "base.pt"
    (models / "base.safetensors").symlink_to(checkpoints / "tiny.safetensors")
    assert weights_available(TranscriptionOptions("openai-whisper", "base", models=models)).suffix == ".safetensors"


def test_names_are_found_in_the_caches_of_the_engines(checkpoints, empty_caches):
    """What was downloaded before is used without a network."""
    snapshot = empty_caches / "hub" / "models--Systran--faster-whisper-tiny" / "snapshots" / ("0" * 40)
    snapshot.parent.mkdir(parents=True)
    snapshot.symlink_to(checkpoints / "ct2")
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text("0" * 40)
    assert weights_available(TranscriptionOptions("faster-whisper", "tiny")).samefile(checkpoints / "ct2")
    cache = empty_caches / "cache" / "whisper"
    cache.mkdir(parents=True)
    (cache / "tiny.pt").write_bytes(b"half a download")
    with pytest.raises(ModelMissing, match="SHA-256"):
        weights_available(TranscriptionOptions("openai-whisper", "tiny"))


@pytest.mark.parametrize("missing", ["model.bin", "tokenizer.json"])
def test_an_incomplete_folder_is_named_with_what_it_lacks(missing, checkpoints, tmp_path):
    """Without tokenizer.json the engine would go to the hub in the middle of a run."""
    for file in (checkpoints / "ct2").iterdir():
        if file.name != missing:
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(ModelMissing, match=missing):
        weights_available(TranscriptionOptions("faster-whisper", str(tmp_path)))


@pytest.mark.parametrize("name", ["garbage.pt", "cut.pt", "garbage.safetensors", "other.safetensors", "ct2"])
def test_weights_that_cannot_be_loaded_are_one_line(name, checkpoints, tmp_path, talk):
    """Garbage, half a file, or another model: the line names the file."""
    path = tmp_path / name
    if name == "ct2":
        path.mkdir()
        for part in ("model.bin", "tokenizer.json"):
            (path / part).write_bytes((checkpoints / "ct2" / part).read_bytes()[:100_000])
        (path / "tokenizer.json").write_bytes((checkpoints / "ct2" / "tokenizer.json").read_bytes())
    elif name == "cut.pt":
        path.write_bytes((checkpoints / "tiny.pt").read_bytes()[:500_000])
    elif name == "other.safetensors":
        from safetensors.numpy import save_file

        save_file({"weight": np.zeros(3, np.float32)}, path)
    else:
        path.write_bytes(b"garbage" * 1000)
    engine = "faster-whisper" if name == "ct2" else "openai-whisper"
    with pytest.raises(ModelMissing, match=name) as caught:
        transcribe(talk, TranscriptionOptions(engine, str(path)))
    assert "\n" not in str(caught.value)


def test_files_and_folders_are_not_mixed_up(checkpoints):
    """Each engine says which of both it wants."""
    with pytest.raises(ModelMissing, match="folder"):
        weights_available(TranscriptionOptions("faster-whisper", str(checkpoints / "tiny.pt")))
    with pytest.raises(ModelMissing, match=r"\.pt"):
        weights_available(TranscriptionOptions("openai-whisper", str(checkpoints / "ct2")))


def test_importing_transcribe_loads_no_engine():
    """The command line imports this file to print its help."""
    code = (
        "import sys, ingest.speech.transcribe\n"
        "engines = {'torch', 'whisper', 'faster_whisper', 'ctranslate2', 'av', 'numba', 'onnxruntime'}\n"
        "loaded = engines & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/audio")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_real_recordings_pass_through_both_engines(path, listening):
    """Real voices are found, and every word lies within the recording."""
    heard = transcribe(path, listening)
    assert heard.language == "en", "nobody was heard to speak"
    assert all(0 <= word.start <= word.end <= heard.duration for word in heard.words)


def test_an_engine_is_gone_before_the_next_is_loaded(talk, checkpoints, monkeypatch):
    """Each window has an engine of its own; two in memory at once would make it grow with every window."""
    monkeypatch.setattr(transcribing, "WINDOW", 9.0)
    opened = []

    def open_one(weights, listening):
        assert all(engine() is None for engine in opened)
        engine = saying([HeardWord(" here", 0.2, 0.5, 0.9)])
        opened.append(weakref.ref(engine.hear))
        return engine

    monkeypatch.setattr(transcribing, "open_recogniser", open_one)
    transcribe(talk, TranscriptionOptions("faster-whisper", str(checkpoints / "ct2"), language="en"))
    assert len(opened) >= 2
