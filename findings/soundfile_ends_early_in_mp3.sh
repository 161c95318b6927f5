#!/usr/bin/env bash
# soundfile 0.14.0 (libsndfile 1.2.2) reads a fifth of some MP3 recordings and reports the end of the file.
#
# A good guess: a decoder reads to the last frame, whatever length was announced, or it raises an error.
# What happens: the length is fixed when the file is opened, and nothing beyond it is read. With variable bit rate and
# no header it is an estimate; for two joined recordings it is what the first one's header says. There is no error.
# (For the joined file a line about the size goes to standard error.)
# Output seen: variable bit rate without a header: 12.2 of 60.0 s
#              two recordings joined: 20.0 of 50.1 s
# Why it matters: hosts join adverts and talk, so such files are ordinary podcasts. The rest would never be transcribed
# and nobody would be told. Playback decodes packet by packet with PyAV, which reads both files to their end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet soundfile==0.14.0 av==18.1.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import sys

import av
import numpy as np
import soundfile

RATE = 44_100


def mp3(seconds, variable, header):
    """A quiet tone with a noisy middle third: frames of variable bit rate then differ in size."""
    sound = 0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE * seconds) / RATE)
    third = len(sound) // 3
    sound[third : 2 * third] += np.random.default_rng(1).standard_normal(third) * 0.2
    frame = av.AudioFrame.from_ndarray(sound[None].astype(np.float32), format="fltp", layout="mono")
    frame.sample_rate = RATE
    file = io.BytesIO()
    with av.open(file, "w", format="mp3", options={} if header else {"write_xing": "0"}) as container:
        options = {"flags": "+qscale", "global_quality": str(4 * 118)} if variable else {}  # 118: FFmpeg's unit of it
        stream = container.add_stream("libmp3lame", rate=RATE, options=options)
        stream.layout = "mono"
        for given in (frame, None):
            container.mux(stream.encode(given))
    return file.getvalue()


def seconds_decoded(data):
    samples = 0
    with av.open(io.BytesIO(data)) as container:
        for packet in container.demux(audio=0):
            with contextlib.suppress(av.FFmpegError):  # the second recording's own header, between the two
                samples += sum(frame.samples for frame in packet.decode())
    return samples / RATE


files = {
    "variable bit rate without a header": mp3(60, variable=True, header=False),
    "two recordings joined": mp3(20, variable=False, header=True) + mp3(30, variable=False, header=True),
}
for name, data in files.items():
    samples, rate = soundfile.read(io.BytesIO(data))
    read, there = len(samples) / rate, seconds_decoded(data)
    print(f"{name}: {read:.1f} of {there:.1f} s")
    if there < 45:
        sys.exit(f"changed: {name}: PyAV does not decode the whole recording either")
    if read > there / 2:
        sys.exit(f"changed: {name}: soundfile no longer loses more than half of it")
whole = len(soundfile.read(io.BytesIO(mp3(20, variable=False, header=True)))[0]) / RATE
print(f"one recording with its header: {whole:.1f} of 20.0 s")
if abs(whole - 20) > 0.1:
    sys.exit("changed: an ordinary MP3 is not read to its end")
print("as stated")
PYTHON
