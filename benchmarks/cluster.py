"""Compare two Ray workers with one: how long 20 episodes take that the packaged Whisper hears.

    python -m benchmarks.cluster [--episodes 20] [--rounds 3] [--workers 2]

The episodes are minutes of the sample show's recordings that begin at equal distances, each with a silence of its own
length before it, so no two recordings are the same. Each run is `playback ingest --cluster auto` into an empty data
folder, with all that belongs to it: starting Ray, loading Whisper, storing. Runs with one worker and with several take
turns. The floor is 0.6 for two workers. On a machine whose cores others use, look at the load that is printed. Takes
fifteen minutes.
"""

import argparse
import os
import subprocess
import sys
import time
import wave
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.figures import table
from ingest.audio.load import SAMPLE_RATE, blocks

ROOT = Path(__file__).parents[1]
RECORDINGS = sorted((ROOT / "data" / "sample").glob("*.mp3"))
_LENGTH = 60 * SAMPLE_RATE  # samples of sound in each episode
_SILENCE = 0.2  # seconds more before each episode than before the one ahead of it


def write_episodes(folder: Path, count: int) -> None:
    """Write so many recordings of equal length, cut from those of the sample show."""
    sound = np.concatenate(list(chain.from_iterable(blocks(path) for path in RECORDINGS)))
    for number, first in enumerate(np.linspace(0, len(sound) - _LENGTH, count).astype(int)):
        piece = sound[first : first + _LENGTH]
        silence = np.zeros(round(number * _SILENCE * SAMPLE_RATE), np.float32)
        samples = np.clip(np.concatenate([silence, piece]) * 32767, -32768, 32767).astype("<i2")
        with wave.open(str(folder / f"piece-{number:03}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(samples.tobytes())


def seconds_of(workers: int, episodes: Path) -> float:
    """Ingest the episodes with so many workers; return the seconds by the clock."""
    with TemporaryDirectory() as home:
        command = [sys.executable, "-m", "api.cli", "--home", home, "ingest", str(episodes), "--model", "tiny.en"]
        command += ["--cluster", "auto", "--workers", str(workers), "--no-index", "--quiet"]
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        seconds = time.monotonic() - began
    if done.returncode or done.stdout.count("  ingested: ") != len(list(episodes.iterdir())):
        sys.exit(f"the run failed: {done.stdout}{done.stderr}")
    return seconds


def main() -> None:
    """Run in turns and print a table."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    rows = []
    with TemporaryDirectory() as folder:
        write_episodes(Path(folder), options.episodes)
        for number in range(options.rounds):
            load = os.getloadavg()[0]
            taken = {}
            for workers in (1, options.workers) if number % 2 == 0 else (options.workers, 1):
                taken[workers] = seconds_of(workers, Path(folder))
            one, several = taken[1], taken[options.workers]
            rows.append([str(number + 1), f"{load:.1f}", f"{one:.0f}", f"{several:.0f}", f"{several / one:.2f}"])
            print(*rows[-1], flush=True)
    print(table(["round", "load before", "1 worker, s", f"{options.workers} workers, s", "ratio"], rows))
    print(f"median ratio {median(float(row[-1]) for row in rows):.2f}")


if __name__ == "__main__":
    main()
