"""Measure speed and memory of the doors on an indexed library, of alignment, and of finding pauses.

    python benchmarks/speed.py HOME --shared ../shared [--output docs/speed.md]

Gives the start of the command line (median of 9), the time until a first answer in a fresh process, and, warm and one
client, median and 95th percentile of an answer and of a search, with the size of the process and that of a server after
the same questions; then CPU seconds and memory of aligning 10 minutes, 1 hour and 10 hours, of finding the pauses of 1
and 3 hours, and of reading feeds and registering their items, and what decoding in a sandboxed process costs. The
machine is shared, so compare only figures of one run. Other work disturbs CPU time less than elapsed time.
"""

import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np

from api.answer.compose import DEFAULT_HITS, ask, find
from api.answer.question import parse_question
from api.evaluation.questions import read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks import alignment, cell, edges, feeds
from benchmarks.alignment_cases import cases
from benchmarks.figures import machine, paragraph, table, today, write_page
from benchmarks.served import asked, served, size_of

Row = tuple[object, ...]
CELL = (
    "Strangers' recordings are decoded in a sandboxed process (`ingest/audio/decoder_process.py`). The figures are CPU "
    "seconds of everything that is started, Python itself included, the least of three (`python -m benchmarks.cell`):"
)


def page(home: Path, shared: Path) -> str:
    """Measure and return the page."""
    on = machine()  # before this run adds to the load
    questions = read_questions(shared / "corpora" / "engineering-lessons" / "questions.jsonl")
    starts = [seconds_of("--help") for _ in range(9)]
    first = seconds_of("--home", home, "ask", "What changed?")
    # Before torch is loaded, whose memory each of these processes would begin with.
    work = {f"aligning {label} of speech": value for label, value in alignment.speed(cases(shared)).items()}
    work |= {f"finding the pauses of {label}": value for label, value in edges.speed().items()}
    read = feeds.speed()
    size_served = served_size(home, [question.question for question in questions])
    base = open_base(Settings(home=home))
    held = base.generation.manifest
    doors = warm(base, [question.question for question in questions])
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n\n".join(
        [
            "# How fast it is",
            paragraph(
                f"Written by `make bench` on {today()}, on {on}. The machine is shared, so compare only figures of one "
                "run. Other work disturbs CPU time less than elapsed time."
            ),
            "## Questions",
            paragraph(
                f"One client asked {len(questions)} questions one after the other, after a first one that was not "
                f"counted, over {held.passages:,} passages of {held.episodes} episodes. The process grew to "
                f"{size:,.0f} MiB. A server that was asked the same questions held {size_served:,.0f} MiB."
            ),
            table(("", "median", "95th percentile", "CPU, median", "CPU, 95th percentile"), doors),
            paragraph(
                f"`playback --help` takes {median(starts):.2f} s (median of {len(starts)}). A first answer in a fresh "
                f"process takes {first:.1f} s, mostly for loading torch."
            ),
            "## Recordings",
            costs(work),
            paragraph(CELL),
            table(cell.HEADS, cell.rows()),
            "## Feeds",
            costs(read),
        ]
    )


def costs(work: Mapping[str, Mapping[str, float]]) -> str:
    """Return what was measured in processes of their own as a table."""
    return table(
        ("", "CPU seconds", "peak memory", "peak before it"),
        (
            (name, f"{value['cpu_s']:.2f}", f"{value['peak_mb']:.0f} MB", f"{value['peak_mb_before']:.0f} MB")
            for name, value in work.items()
        ),
    )


def warm(base: KnowledgeBase, questions: Sequence[str]) -> list[Row]:
    """Return of answers and of searches the times in milliseconds, as rows of a table."""
    ask(base, parse_question(questions[0]))
    rows: list[Row] = []
    doors: dict[str, Callable[[str], object]] = {
        "an answer": lambda question: ask(base, parse_question(question)),
        f"a search of {DEFAULT_HITS}": lambda question: find(base, parse_question(question), DEFAULT_HITS),
    }
    for name, door in doors.items():
        times = np.array([elapsed(door, question) for question in questions]) * 1000
        cells = [f"{value:.0f} ms" for column in (0, 1) for value in np.quantile(times[:, column], (0.5, 0.95))]
        rows.append((name, *cells))
    return rows


def served_size(home: Path, questions: Sequence[str]) -> float:
    """Return the memory in MiB that a server holds after it has answered the questions."""
    with served(home) as server:
        connection = server.connection()
        for question in questions:
            asked(connection, question)
        connection.close()
        return size_of(server).memory / 2**20


def seconds_of(*arguments: object) -> float:
    """Return the seconds a fresh `playback` process takes."""
    command = [sys.executable, "-m", "api.cli", *(str(argument) for argument in arguments)]
    return elapsed(lambda _: subprocess.run(command, check=True, capture_output=True), "")[0]  # noqa: S603 - our own


def elapsed(work: Callable[[str], object], question: str) -> tuple[float, float]:
    """Return the seconds that a call takes, and its CPU seconds in this process."""
    begun, used = perf_counter(), process_time()
    work(question)
    return perf_counter() - begun, process_time() - used


if __name__ == "__main__":
    write_page(__doc__, page)
