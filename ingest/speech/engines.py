"""Run Whisper with one of two engines; only this file imports them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.audio.load import SAMPLE_RATE
from ingest.errors import ModelMissing, PlaybackError
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.vocabulary import prompt
from ingest.speech.weights import checkpoint_file, ctranslate2_folder, dimensions, loading
from ingest.speech.windows import Samples
from ingest.transcript import HeardWord

# The engines (torch, CTranslate2, numba) take seconds and hundreds of megabytes to import. So the functions that run
# them import them: the command line and the library import this file without ever transcribing.

BEAM = 5
TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # tried in turn until the text is plausible
# As in transcribe.py of openai/whisper: text with a higher compression ratio repeats itself, text with a lower
# probability is a guess, and a guess with a higher no-speech probability is silence.
COMPRESSION_LIMIT = 2.4
LOGPROB_LIMIT = -1.0
NO_SPEECH_LIMIT = 0.6


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A loaded engine: `hear` returns a clip's word pieces with seconds in the clip, `hear_again` does so differently.

    `hear` decodes the clip as one text and expects the words of a vocabulary. `hear_again` decodes as Whisper does with
    a whole recording, from each of its own timestamps to the next, and expects nothing: slower, but it stops early less
    often. `languages` returns the probability of each language that the clip may be in. `is_as_new` says whether it
    will hear as one that was just loaded, which is so until it has drawn random numbers.
    """

    hear: Callable[[Samples, str, Sequence[str]], list[HeardWord]]
    hear_again: Callable[[Samples, str], list[HeardWord]]
    languages: Callable[[Samples], dict[str, float]]
    is_as_new: Callable[[], bool] = lambda: True


_kept: dict[tuple[Path, TranscriptionOptions], Recogniser] | None = None  # the engine that was opened last


def keep_recogniser() -> None:
    """Let this process keep the engine that it opens for all that it hears; for one that does nothing else."""
    global _kept
    _kept = {}


def weights_available(listening: TranscriptionOptions, download: bool = False) -> Path:
    """Return the folder (faster-whisper) or file (openai-whisper) of a model's weights, without loading them.

    A path is used unchanged. A name is looked up in `listening.models`, then in the engine's own cache, and with
    `download` it is then downloaded from the hub. Raises ModelMissing, within seconds, with one line that says which
    file to put where.
    """
    if listening.engine == "faster-whisper":
        utils = package("faster_whisper.utils")
        return ctranslate2_folder(listening, utils.available_models(), utils.download_model, download)
    whisper = package("whisper")
    return checkpoint_file(listening, whisper._MODELS, whisper._download, download)


def open_recogniser(weights: Path, listening: TranscriptionOptions) -> Recogniser:
    """Return the engine with its weights loaded; raises ModelMissing if the weights cannot be used."""
    engines = {"faster-whisper": _faster_whisper, "openai-whisper": _openai_whisper}
    if _kept is None:
        return engines[listening.engine](weights, listening)
    key = (weights, replace(listening, vocabulary=()))
    if key not in _kept or not _kept[key].is_as_new():
        _kept.clear()  # before the next is loaded
        _kept[key] = engines[listening.engine](weights, listening)
    return _kept[key]


def package(name: str) -> Any:
    """Import a package of an engine; raises ModelMissing if it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ModelMissing(f"transcription needs {name}: pip install 'gds-playback[transcribe]' ({error})") from error


def _fixed_language(listening: TranscriptionOptions, known: Iterable[str], multilingual: bool) -> str | None:
    """Return "en" for an English-only model, else the requested language, None if it must be detected."""
    if not multilingual:
        return "en"
    if listening.language is not None and listening.language not in known:
        raise PlaybackError(f"Whisper knows no language {listening.language!r}; give its code, such as 'en' or 'cy'")
    return listening.language


def _faster_whisper(weights: Path, listening: TranscriptionOptions) -> Recogniser:
    import ctranslate2
    from faster_whisper import WhisperModel

    class Model(WhisperModel):  # type: ignore[misc]
        is_as_new = True

        def generate_with_fallback(self, *arguments: Any, **options: Any) -> Any:
            found = super().generate_with_fallback(*arguments, **options)
            self.is_as_new = self.is_as_new and found[2] == 0  # the last temperature that was tried
            return found

    # Sampling (temperatures above 0) must not depend on earlier clips, or a resumed run would differ. The generator
    # belongs to the model's thread and is seeded when that starts, so each window gets a new model, or one that has
    # not sampled yet.
    ctranslate2.set_random_seed(0)
    gpu = ctranslate2.get_cuda_device_count() > 0
    with loading(weights):
        model = Model(
            str(weights),
            device="cuda" if gpu else "cpu",
            compute_type="int8_float16" if gpu else "int8",
            cpu_threads=listening.threads,
            local_files_only=True,
        )
        if (mels := len(model.feature_extractor.mel_filters)) != model.model.n_mels:
            raise ValueError(f"the model wants {model.model.n_mels} mel bands, preprocessor_config.json says {mels}")
    fixed = _fixed_language(listening, model.supported_languages, model.model.is_multilingual)

    def segments(clip: Samples, language: str, **options: Any) -> Iterator[Any]:
        found, _ = model.transcribe(
            clip,
            language=language,
            beam_size=BEAM,
            temperature=TEMPERATURES,
            compression_ratio_threshold=COMPRESSION_LIMIT,
            log_prob_threshold=LOGPROB_LIMIT,
            no_speech_threshold=NO_SPEECH_LIMIT,
            condition_on_previous_text=False,  # otherwise one loop spreads to the rest
            word_timestamps=True,
            **options,
        )
        return iter(found)

    def words(found: Iterable[Any]) -> list[HeardWord]:
        return [
            HeardWord(word.word, float(word.start), float(word.end), float(word.probability))
            for segment in found
            for word in segment.words or []
        ]

    def hear(clip: Samples, language: str, vocabulary: Sequence[str]) -> list[HeardWord]:
        # The vocabulary is an initial prompt: as hotwords, a list of names can make the model drop most of a clip.
        wording = prompt(vocabulary) or None
        # A clip is one segment. Stop after it: the engine would go on to decode the few hundredths of a second after
        # the last word, where it can only hallucinate.
        return words(islice(segments(clip, language, without_timestamps=True, initial_prompt=wording), 1))

    def hear_again(clip: Samples, language: str) -> list[HeardWord]:
        return words(segments(clip, language))

    def languages(clip: Samples) -> dict[str, float]:
        if fixed:
            return {fixed: 1.0}
        try:
            return dict(model.detect_language(clip)[2])
        except IndexError:  # a model converted without its list of languages has none, and the engine fails on that
            return {}

    return Recogniser(hear, hear_again, languages, lambda: bool(model.is_as_new))


def _openai_whisper(weights: Path, listening: TranscriptionOptions) -> Recogniser:
    import whisper
    from whisper.timing import add_word_timestamps
    from whisper.tokenizer import LANGUAGES, get_tokenizer

    with loading(weights):
        model = _openai_model(weights, listening.model)
    gpu = model.device.type == "cuda"
    fixed = _fixed_language(listening, LANGUAGES, model.is_multilingual)

    def mel(clip: Samples) -> Any:
        spectrum = whisper.log_mel_spectrogram(clip, model.dims.n_mels)
        features = whisper.pad_or_trim(spectrum, whisper.audio.N_FRAMES).to(model.device)
        return features.half() if gpu else features

    def decode(features: Any, language: str, wording: str | None) -> Any:
        tried = []
        for temperature in TEMPERATURES:
            search = {"best_of": BEAM} if temperature else {"beam_size": BEAM}
            options = whisper.DecodingOptions(
                language=language, temperature=temperature, prompt=wording, without_timestamps=True, fp16=gpu, **search
            )
            result = model.decode(features, options)
            repeats, guess = result.compression_ratio > COMPRESSION_LIMIT, result.avg_logprob < LOGPROB_LIMIT
            if guess and result.no_speech_prob > NO_SPEECH_LIMIT:
                return None
            if not repeats and not guess:
                return result
            tried.append((not repeats, result.avg_logprob, result))
        return max(tried, key=lambda attempt: attempt[:2])[2]  # as faster-whisper does if no attempt is plausible

    def hear(clip: Samples, language: str, vocabulary: Sequence[str]) -> list[HeardWord]:
        with _reproducible(listening.threads):
            features = mel(clip)
            result = decode(features, language, prompt(vocabulary) or None)
            if result is None:
                return []
            segment = {"seek": 0, "start": 0.0, "end": len(clip) / SAMPLE_RATE, "tokens": result.tokens}
            add_word_timestamps(
                segments=[segment],
                model=model,
                tokenizer=get_tokenizer(
                    model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe"
                ),
                mel=features,
                num_frames=min(len(clip) // whisper.audio.HOP_LENGTH, whisper.audio.N_FRAMES),
                last_speech_timestamp=0.0,
            )
        return words([segment])

    def hear_again(clip: Samples, language: str) -> list[HeardWord]:
        with _reproducible(listening.threads):
            found = whisper.transcribe(
                model,
                clip,
                verbose=None,
                language=language,
                temperature=TEMPERATURES,
                beam_size=BEAM,
                best_of=BEAM,
                compression_ratio_threshold=COMPRESSION_LIMIT,
                logprob_threshold=LOGPROB_LIMIT,
                no_speech_threshold=NO_SPEECH_LIMIT,
                condition_on_previous_text=False,
                word_timestamps=True,
                fp16=gpu,
            )
        return words(found["segments"])

    def words(segments: Iterable[Any]) -> list[HeardWord]:
        return [
            HeardWord(word["word"], float(word["start"]), float(word["end"]), float(word["probability"]))
            for segment in segments
            for word in segment["words"]
        ]

    def languages(clip: Samples) -> dict[str, float]:
        if fixed:
            return {fixed: 1.0}
        with _reproducible(listening.threads):
            return dict(whisper.detect_language(model, mel(clip))[1])

    return Recogniser(hear, hear_again, languages)


@contextmanager
def _reproducible(threads: int) -> Iterator[None]:
    """Run torch with this many threads and a fixed random seed for every clip; undo both afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            yield
    finally:
        torch.set_num_threads(before)


def _openai_model(weights: Path, name: str) -> Any:
    import torch
    import whisper

    if weights.suffix != ".safetensors":
        model = whisper.load_model(str(weights))
    else:
        from safetensors import safe_open

        with safe_open(weights, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
        dims = (
            json.loads(metadata["dims"])
            if "dims" in metadata
            else dimensions({key: tensor.shape for key, tensor in state.items()})
        )
        model = whisper.Whisper(whisper.ModelDimensions(**dims))
        model.load_state_dict(state)
        model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    heads = whisper._ALIGNMENT_HEADS.get(name) or whisper._ALIGNMENT_HEADS.get(weights.stem)
    if heads:
        # A file with a known name but different dimensions keeps the default heads.
        with suppress(RuntimeError):
            model.set_alignment_heads(heads)
    return model.eval()
