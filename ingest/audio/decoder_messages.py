"""Messages of the sandboxed decoder process: one byte for the kind, four for the length, then bytes; never objects."""

import struct

SAMPLE_RATE = 16_000  # samples per second, the rate of Whisper and Silero
CLIP_RATE = 48_000  # samples per second of what is cut out to be played, the rate of Opus
PLAYED_RATE, PLAYED_BITS = 44_100, 96_000  # of a copy that is encoded to be played: samples, bits per second

INFO, SAMPLES, PACKETS, WARNING, ERROR = b"I", b"S", b"P", b"W", b"E"
HEADER = struct.Struct(">cI")
MOST_BYTES = 64 * 2**10  # of samples or packets in one message, a multiple of 16
# The most bytes in a message of each kind: facts (JSON) and lines are text, samples are 16-bit integers (or MP3),
# packets are two 64-bit integers: place in the file and size.
MOST = {INFO: 4_000, SAMPLES: MOST_BYTES, PACKETS: MOST_BYTES, WARNING: 2_000, ERROR: 2_000}


def message(kind: bytes, body: bytes) -> bytes:
    """Return one message as bytes, with its body cut to the limit of its kind."""
    body = body[: MOST[kind]]
    return HEADER.pack(kind, len(body)) + body
