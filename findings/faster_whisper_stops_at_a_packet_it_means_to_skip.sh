#!/usr/bin/env bash
# faster-whisper 1.2.1 (PyAV 18.1.0) hears joined MP3 recordings up to the first join only, without an error.
#
# A good guess: decode_audio ignores invalid frames, so it leaves out what cannot be decoded and goes on behind it.
# What happens: it catches the error and asks PyAV's generator of frames for the next one. A generator that has raised
# is finished, so the recording ends there as if it were complete. In joined MP3 the second recording's own header is
# such a frame. Decoding packet by packet does what is meant.
# Output seen (29 November 2026):
#     one recording: 20.0 s by faster-whisper, 20.0 s packet by packet, 0 packets refused
#     joined with another: 20.0 s by faster-whisper, 50.1 s packet by packet, 1 packets refused
# Why it matters: hosts join adverts and talk. What comes after the first advert would not be in the transcript, and its
# stated duration would be that of the advert. Playback decodes packet by packet and gives the engine samples.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet faster-whisper==1.2.1 av==18.1.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io
import sys

import av
import numpy as np
from faster_whisper import decode_audio

RATE = 44_100


def mp3(seconds):
    sound = 0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE * seconds) / RATE)
    frame = av.AudioFrame.from_ndarray(sound[None].astype(np.float32), format="fltp", layout="mono")
    frame.sample_rate = RATE
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE)
        stream.layout = "mono"
        for given in (frame, None):
            container.mux(stream.encode(given))
    return file.getvalue()


def packet_by_packet(data):
    """The seconds decoded and how many packets are refused."""
    samples = refused = 0
    with av.open(io.BytesIO(data)) as container:
        for packet in container.demux(audio=0):
            try:
                samples += sum(frame.samples for frame in packet.decode())
            except av.InvalidDataError:
                refused += 1
    return samples / RATE, refused


heard = {}
for name, data in (("one recording", mp3(20)), ("joined with another", mp3(20) + mp3(30))):
    heard[name] = len(decode_audio(io.BytesIO(data))) / 16_000
    there, refused = packet_by_packet(data)
    print(f"{name}: {heard[name]:.1f} s by faster-whisper, ", end="")
    print(f"{there:.1f} s packet by packet, {refused} packets refused")
if abs(heard["one recording"] - 20) > 0.1 or there < 49:
    sys.exit("changed: a single recording is not heard whole, or the joined one cannot be decoded by PyAV either")
if heard["joined with another"] > 0.5 * there:
    sys.exit("changed: joined recordings are no longer cut off at the join")
print("as stated")
PYTHON
