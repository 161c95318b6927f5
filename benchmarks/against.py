"""Compare this code with an older commit: the same work on the same data, in turns, as ratios with intervals.

    python -m benchmarks.against 74578c1 --shared ../shared --keep ../against [--only ask,answer] [--output FILE]

Unpacks the commit into a folder of its own, and installs it there with its own Makefile, from its own lock. The parts:

    ingest     ingest the 60 interviews without audio into an empty data folder
    plain      the same, against a plain script that encodes their passages with sentence-transformers
    publish    publish after one new short episode, 8 times
    ask        `playback ask` in a fresh process, 10 questions
    answer     158 questions to a running server of each, and the memory that these hold afterwards

`--keep` holds the older code, its environment and both data folders (NAME-home), so that another run installs nothing
and ingests only what changed. Without it they go to a temporary folder. A ratio is newer by older. Its 95 % interval
comes from resampling repetitions or questions in pairs, and is left out below three of them. CPU seconds are those of
all processes. Machines are shared, so compare only figures of one run.
"""

import argparse
from collections.abc import Mapping
from contextlib import ExitStack
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory

from api.evaluation.questions import read_questions
from benchmarks.commits import AVX2, Commit, commit_of, working_tree
from benchmarks.figures import machine, paragraph, table, today
from benchmarks.side_by_side import Compared, answering, asking, figure, ingesting, plain_script, publishing, ratio

PARTS = ("ingest", "plain", "publish", "ask", "answer")


def main() -> None:
    """Parse the command line, measure, and print the report or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", help="the older commit")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with corpora/")
    parser.add_argument("--keep", type=Path, help="folder for the older code and both data folders")
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PARTS", help="such as ask,answer")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="repetitions of ingest and plain")
    parser.add_argument("--avx2", action="store_true", help="let both use no more of the CPU than AVX2")
    parser.add_argument("--output", type=Path, help="file to write; printed without it")
    options = parser.parse_args()
    with ExitStack() as stack:
        keep = options.keep or Path(stack.enter_context(TemporaryDirectory()))
        keep.mkdir(parents=True, exist_ok=True)
        text = report(options, keep.resolve())
    if options.output is None:
        print(text)
    else:
        options.output.write_text(f"{text}\n", "utf-8")


def report(options: argparse.Namespace, keep: Path) -> str:
    """Install the older commit, measure the parts one after the other, and return the report."""
    environment: Mapping[str, str] = AVX2 if options.avx2 else {}
    older, newer = commit_of(options.reference, keep, environment), working_tree(keep, environment)
    on = machine()  # before this run adds to the load
    rows: list[Compared] = []
    remarks: list[str] = []
    for part in options.only:
        found, remark = _measured(part, (older, newer), options.shared.resolve(), options.times)
        for compared in found:
            print("  ".join(_row(compared)), flush=True)
        rows += found
        remarks += [remark] if remark else []
    limited = ", limited to AVX2" if options.avx2 else ""
    return "\n\n".join(
        [
            paragraph(f"This code against {older.name}, measured in turns on {today()}, on {on}{limited}."),
            table(("", "older", "newer", "newer by older", "repetitions"), (_row(compared) for compared in rows)),
            *remarks,
        ]
    )


def _measured(part: str, pair: tuple[Commit, Commit], shared: Path, times: int) -> tuple[list[Compared], str]:
    """Return the figures of one part, and a sentence about it or nothing."""
    corpus = shared / "corpora" / "engineering-lessons"
    feed = corpus / "feed.xml"
    if part == "ingest":
        return ingesting(pair, feed, times), ""
    if part == "plain":
        return plain_script(pair[1], feed, times), ""
    if part == "publish":
        return publishing(pair, feed), ""
    questions = [question.question for question in read_questions(corpus / "questions.jsonl")]
    return (asking(pair, feed, questions), "") if part == "ask" else answering(pair, feed, questions)


def _row(compared: Compared) -> tuple[str, ...]:
    value, low, high = ratio(compared)
    sides = (float(figure(side, compared.share)) for side in (compared.older, compared.newer))
    limits = "" if isnan(low) else f" [{low:.3f}, {high:.3f}]"
    values = (f"{side:,.{1 if side >= 100 else 2}f} {compared.unit}" for side in sides)
    return compared.work, *values, f"{value:.3f}{limits}", str(len(compared.older))


def _parts(text: str) -> tuple[str, ...]:
    """Return the parts that are named, in the order in which they are measured."""
    if unknown := set(text.split(",")) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return tuple(part for part in PARTS if part in text.split(","))


if __name__ == "__main__":
    main()
