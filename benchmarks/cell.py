"""Measure what it costs to decode a recording in the sandboxed process instead of in our own.

    python -m benchmarks.cell

Each figure is the CPU time, user and system, of a fresh Python with all that it starts, the least of three; the
recordings are noise as MP3, made for this. Starting Python is in both columns.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from benchmarks.figures import table

RATE = 16_000
TRIES = 3
HEADS = ("", "in our own process", "in the sandboxed process")
_IN_PROCESS = "import sys, ingest.audio.load, ingest.audio.decoder as d\nfor _ in d._samples('mp3'): pass"
_IN_SANDBOX = "import sys, pathlib, ingest.audio.load as a\nfor _ in a.blocks(pathlib.Path(sys.argv[1])): pass"
_LENGTHS = (("3 minutes", 180), ("1 hour", 3600))


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield the CPU seconds of both ways for each length of recording, lazily."""
    with tempfile.TemporaryDirectory() as folder:
        for label, seconds in _LENGTHS:
            path = _recording(Path(folder) / f"{seconds}.mp3", seconds)
            costs = [min(_cost(program, path) for _ in range(TRIES)) for program in (_IN_PROCESS, _IN_SANDBOX)]
            yield (f"decoding {label} of MP3", *(f"{cost:.2f} s" for cost in costs))


def _cost(program: str, path: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with path.open("rb") as recording:
        # Our own interpreter and our own program.
        subprocess.run([sys.executable, "-c", program, str(path)], stdin=recording, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _recording(path: Path, seconds: int) -> Path:
    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="mono")
        for second in range(seconds):
            samples = (noise.normal(0, 3000, RATE)).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, second * RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


if __name__ == "__main__":
    print(table(HEADS, rows()))
