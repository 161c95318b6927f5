"""Measure speed and memory of the doors on a library that is indexed.

    python benchmarks/speed.py HOME QUESTIONS.jsonl

Prints the start of the command line (median of 9), the time until a first answer in a fresh process, and, warm and one
client, median and 95th percentile of an answer and of a search, with the size of the process. Machines are shared:
compare figures of one run.
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from api.answer import DEFAULT_HITS, ask, find
from api.base import open_base
from api.questions import read_questions
from api.settings import Settings


def main() -> None:
    """Parse the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    starts = [seconds_of("--help") for _ in range(9)]
    print(f"playback --help: {median(starts):.2f} s")
    print(f"playback ask, fresh process: {seconds_of('--home', options.home, 'ask', 'What changed?'):.1f} s")
    base = open_base(Settings(home=options.home))
    questions = [question.question for question in read_questions(options.questions)]
    ask(base, questions[0])
    answers = [elapsed(lambda question=question: ask(base, question)) for question in questions]
    searches = [elapsed(lambda question=question: find(base, question, DEFAULT_HITS)) for question in questions]
    print(f"{base.generation.manifest.passages:,} passages, {len(questions)} questions, warm, one client:")
    for name, times in (("answer", answers), ("search", searches)):
        print(f"  {name}: p50 {np.quantile(times, 0.5) * 1000:.0f} ms, p95 {np.quantile(times, 0.95) * 1000:.0f} ms")
    print(f"  largest size of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def seconds_of(*arguments: object) -> float:
    """Return the seconds a fresh `playback` process takes."""
    command = [sys.executable, "-m", "api.cli", *(str(argument) for argument in arguments)]
    return elapsed(lambda: subprocess.run(command, check=True, capture_output=True))  # noqa: S603 - our own program


def elapsed(work: object) -> float:
    """Return the seconds that calling `work` takes."""
    assert callable(work)
    begun = perf_counter()
    work()
    return perf_counter() - begun


if __name__ == "__main__":
    main()
