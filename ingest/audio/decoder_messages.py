"""What passes the wall of the cell: a kind of one byte, a length of four, then bytes; never an object."""

import struct

SAMPLE_RATE = 16_000  # samples per second: what Whisper and Silero hear

INFO, SAMPLES, WARNING, ERROR = b"I", b"S", b"W", b"E"
HEADER = struct.Struct(">cI")
MOST_BYTES = 64 * 2**10  # of samples in one message, an even number
# What a message of each kind may hold: facts (JSON) and lines are text, samples are 16 bit integers.
MOST = {INFO: 4_000, SAMPLES: MOST_BYTES, WARNING: 2_000, ERROR: 2_000}


def message(kind: bytes, body: bytes) -> bytes:
    """Return one message as bytes, its body cut to what its kind may hold."""
    body = body[: MOST[kind]]
    return HEADER.pack(kind, len(body)) + body
