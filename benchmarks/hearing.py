"""Compare what Playback hears with what plain faster-whisper hears, with the packaged Whisper: words, time and memory.

    python -m benchmarks.hearing --shared ../shared [--rounds 3] [--long FILE] [--only words|speed]

Plain faster-whisper is `WhisperModel.transcribe` with its own settings and word times, and like Playback it uses one
thread. Playback hears each recording without vocabulary, and with that of the episode's people and official text. The
recordings are meetings, short clips, the sample show and spoken variants of a known text, all with what was really
said. Words are compared as Whisper's authors do (`whisper.normalizers`); words wrong are those that are missing,
different or too many, as a share of those said. The last table is about one recording (the longest, or that of
`--long`): each run is a process of its own, plain and Playback in turn, with the medians of the rounds. Takes 20
minutes.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from threading import Thread
from typing import NamedTuple

import numpy as np

from benchmarks.figures import table
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.transcribe import transcribe
from ingest.speech.vocabulary import vocabulary_for
from ingest.speech.weights import PACKAGED, packaged_folder

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
WAYS = ("plain", "without", "with")


class Recording(NamedTuple):
    """A recording, what is said in it, and the official text that its vocabulary comes from ("" for none)."""

    set_name: str
    path: Path
    said: str
    official: str


class Run(NamedTuple):
    """The words of one run, and the CPU seconds of the process and those it started."""

    text: str
    cpu: float


def recordings(shared: Path) -> Iterator[Recording]:
    """Yield the recordings with known words, lazily."""
    audio = shared / "audio"
    medley = json.loads((audio / "ami-medley" / "ami-medley.json").read_text("utf-8"))
    words = sorted(
        (word["start"], word["w"]) for turn in medley["turns"] for word in turn["words"] if word["start"] is not None
    )
    yield Recording("meetings", audio / "ami-medley" / "ami-medley.mp3", " ".join(word for _, word in words), "")
    for line in (audio / "clips.jsonl").read_text("utf-8").splitlines():
        clip = json.loads(line)
        yield Recording("clips", audio / clip["path"], clip["text"], "")
    for path in sorted(SAMPLE.glob("*.words.json")):
        name = path.name.split(".")[0]
        said = " ".join(word["text"] for word in json.loads(path.read_text("utf-8")))
        yield Recording("sample show", SAMPLE / f"{name}.mp3", said, (SAMPLE / f"{name}.txt").read_text("utf-8"))
    for path in sorted((audio / "spoken").glob("*.truth.json")):
        name, truth = path.name.split(".")[0], json.loads(path.read_text("utf-8"))
        parts = [*truth["inserted"], *(sentence for turn in truth["turns"] for sentence in turn["sentences"])]
        said = " ".join(
            part["text"] for part in sorted((part for part in parts if part["start"] is not None), key=_start)
        )
        folder = audio / "spoken" / name
        yield Recording(f"spoken {name}", folder / f"{name}.mp3", said, (folder / f"{name}.txt").read_text("utf-8"))


def _start(part: dict[str, float]) -> float:
    return part["start"]


def hear(recording: Recording, way: str) -> Run:
    """Hear a recording in one of the ways."""
    begun = _cpu()
    if way == "plain":
        from faster_whisper import WhisperModel

        model = WhisperModel(str(packaged_folder()), device="cpu", compute_type="int8", cpu_threads=1)
        segments, _ = model.transcribe(str(recording.path), word_timestamps=True)
        text = " ".join(segment.text for segment in segments)
    else:
        people = dict.fromkeys(re.findall(r"^([A-Z]\w+ [A-Z]\w+):", recording.official, re.MULTILINE))
        vocabulary = vocabulary_for(people, None, [recording.official]) if way == "with" else ()
        heard = transcribe(recording.path, TranscriptionOptions(model=PACKAGED, vocabulary=vocabulary))
        text = " ".join(word.text for word in heard.words)
    return Run(text, _cpu() - begun)


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _watch(sizes: list[float]) -> None:
    """Note the memory in MiB of this process and those it started, again and again."""
    while True:
        tasks = Path("/proc/self/task").glob("*/children")
        processes = ["self", *(child for task in tasks for child in task.read_text().split())]
        sizes.append(sum(map(_resident, processes)))
        time.sleep(0.1)


def _resident(process: str) -> float:
    with suppress(OSError):  # it ended
        for line in Path("/proc", process, "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def words_wrong(said: str, heard: str) -> tuple[int, int]:
    """Return how many words are missing, different or too many (Levenshtein's distance), and how many were said."""
    from whisper.normalizers import EnglishTextNormalizer

    normal = EnglishTextNormalizer()
    right, found = normal(said).split(), normal(heard).split()
    row = np.arange(len(found) + 1)
    for place, word in enumerate(right, 1):
        replaced = row[:-1] + np.array([other != word for other in found], int)
        best = np.concatenate(([place], np.minimum(replaced, row[1:] + 1)))
        # A word too many costs one: the cheapest way to reach each column from any column before it.
        row = np.minimum.accumulate(best - np.arange(len(best))) + np.arange(len(best))
    return int(row[-1]), len(right)


def accuracy(shared: Path, ways: Sequence[str] = WAYS) -> list[dict[str, object]]:
    """Return for each set of recordings the share of words wrong and the CPU seconds of each way."""
    sets: dict[str, dict[str, list[float]]] = {}
    for recording in recordings(shared):
        for way in ways:
            run = hear(recording, way)
            wrong, said = words_wrong(recording.said, run.text)
            totals = sets.setdefault(recording.set_name, {}).setdefault(way, [0, 0, 0])
            sets[recording.set_name][way] = [a + b for a, b in zip(totals, (wrong, said, run.cpu), strict=True)]
            print(recording.path.name, way, wrong, said, f"{run.cpu:.1f} s", file=sys.stderr, flush=True)
    return [
        {"set": name, "words": int(found[ways[0]][1])}
        | {f"{way} wrong": found[way][0] / found[way][1] for way in ways}
        | {f"{way} cpu": found[way][2] for way in ways}
        for name, found in sets.items()
    ]


def speed(path: Path, rounds: int) -> list[tuple[str, str, str, str]]:
    """Return wall and CPU seconds and peak memory of plain and Playback, medians of rounds taken in turn."""
    found: dict[str, list[tuple[float, float, float]]] = {"plain": [], "without": []}
    for _ in range(rounds):
        for way, runs in found.items():
            begun = time.perf_counter()
            done = subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-m", "benchmarks.hearing", "--one", way, str(path)],
                check=True,
                capture_output=True,
                text=True,
            )
            cpu, memory = map(float, done.stdout.split())
            runs.append((time.perf_counter() - begun, cpu, memory))
            print(way, runs[-1], file=sys.stderr, flush=True)
    rows = {way: [median(column) for column in zip(*runs, strict=True)] for way, runs in found.items()}
    ratios = [ours / plain for ours, plain in zip(rows["without"], rows["plain"], strict=True)]
    return [
        ("plain faster-whisper", *(f"{value:.0f}" for value in rows["plain"])),
        ("Playback", *(f"{value:.0f}" for value in rows["without"])),
        ("ratio", *(f"{value:.2f}" for value in ratios)),
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--long", type=Path, help="a recording for the last table instead of the longest of shared")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("words", "speed"))
    parser.add_argument("--one", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        sizes: list[float] = []
        Thread(target=_watch, args=(sizes,), daemon=True).start()
        run = hear(Recording("", Path(options.one[1]), "", ""), options.one[0])
        print(run.cpu, max(sizes))
        return
    if options.only != "speed":
        rows = accuracy(options.shared)
        print(
            table(
                (
                    "recordings",
                    "words",
                    *(f"{way}: words wrong" for way in WAYS),
                    "CPU of without / with against plain",
                ),
                [
                    (
                        row["set"],
                        row["words"],
                        *(f"{100 * float(str(row[f'{way} wrong'])):.1f} %" for way in WAYS),
                        " / ".join(
                            f"{float(str(row[f'{way} cpu'])) / float(str(row['plain cpu'])):.2f}" for way in WAYS[1:]
                        ),
                    )
                    for row in rows
                ],
            )
        )
    if options.only != "words":
        longest = options.long or max((found.path for found in recordings(options.shared)), key=_size)
        print(table((f"{longest.name}", "wall s", "CPU s", "peak MiB"), speed(longest, options.rounds)))


def _size(path: Path) -> int:
    return path.stat().st_size


if __name__ == "__main__":
    main()
