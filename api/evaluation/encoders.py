"""Measure encoders side by side: each indexes the library in a temporary folder and answers the same questions."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from api.evaluation.comparison import FIGURES, compared
from api.evaluation.questions import Question
from api.evaluation.report import report_on
from api.knowledge_base import KnowledgeBase
from index.building.build import build
from index.fitted import fitted_for, unmeasured
from index.models.encoders import encoder_to_ask_with, encoder_to_build_with, weights_and_form
from index.store import open_generation
from ingest.errors import SourceError
from ingest.library.records import transcript_ids
from ingest.storage.mounts import is_mounted

logger = logging.getLogger(__name__)


def measured(questions: Sequence[Question], home: Path, names: Sequence[str], threads: int) -> list[dict[str, Any]]:
    """Return for each encoder its figures with intervals, CPU seconds of indexing and milliseconds of an answer.

    `compared` has the differences from the first encoder. Takes as long as indexing the library with each; nothing of
    the data folder changes. Raises EncoderError if one cannot be used, SourceError if there is nothing to index.
    """
    if not transcript_ids(home):
        raise SourceError(f"{home} holds no transcripts to index; run: playback ingest SOURCE")
    for name in names:
        weights_and_form(home, name)  # a wrong name is said before the first encoder has run for minutes
    reports = [_report(questions, home, name, threads) for name in names]
    return [
        {
            "encoder": report["index"]["encoder"],
            "form": report["index"]["form"],
            "dimension": report["index"]["dimension"],
            "passages": report["index"]["passages"],
            "unmeasured": unmeasured(report["index"]["weights"]),
            "indexing_cpu_s": report["indexing_cpu_s"],
            "answer_cpu_ms": report["latency_ms"],
            "figures": {name: report[name] for name in FIGURES},
            "intervals": {name: report["intervals"][name] for name in FIGURES},
            "compared": compared(report, reports[0]) if number else None,
        }
        for number, report in enumerate(reports)
    ]


def encoders_text(found: Sequence[Mapping[str, Any]]) -> str:
    """Return what was measured for a terminal: a line for each figure, a column for each encoder."""
    letters = [chr(ord("A") + number) for number in range(len(found))]
    lines = []
    for letter, one in zip(letters, found, strict=True):
        size = f"{one['dimension']} dimensions, {one['passages']:,} passages"
        lines.append(f"{letter}: {one['encoder']}, {one['form']}, {size}")
        lines += [f"   {one['unmeasured']}"] if one["unmeasured"] else []
    lines.append("".join([f"\n{'':<30}", *(f"{letter:>24}" for letter in letters)]))
    for name in FIGURES:
        cells = [_figure(one["figures"][name], one["intervals"][name]) for one in found]
        lines.append("".join([f"{name:<30}", *(f"{cell:>24}" for cell in cells)]))
    for label, costs in (
        ("CPU seconds of indexing", [one["indexing_cpu_s"] for one in found]),
        ("CPU ms of an answer, median", [one["answer_cpu_ms"]["p50"] for one in found]),
        ("CPU ms of an answer, 95 %", [one["answer_cpu_ms"]["p95"] for one in found]),
    ):
        lines.append("".join([f"{label:<30}", *(f"{_cost(cost, costs[0]):>24}" for cost in costs)]))
    for letter, one in zip(letters[1:], found[1:], strict=True):
        lines.append(f"\n{letter} - A, with the 95 % interval of a paired bootstrap over the questions")
        lines += [f"{name:<30}{_difference(row)}" for name, row in one["compared"].items()]
    return "\n".join(lines)


def _report(questions: Sequence[Question], home: Path, name: str, threads: int) -> dict[str, Any]:
    """Index the library with an encoder and evaluate it; `latency_ms` is CPU time here."""
    if is_mounted(home):
        raise SourceError(
            "--encoders reads a library in files; run: playback store copy ADDRESS FOLDER, then playback --home FOLDER "
            "evaluate without PLAYBACK_STORE"
        )
    with TemporaryDirectory(prefix="playback-") as temporary:
        folder = Path(temporary)
        (folder / "library").symlink_to((home / "library").resolve(), target_is_directory=True)
        _, form = weights_and_form(home, name)
        compiled_in = folder if form is None else home  # a model that was not tried before leaves nothing behind
        encoder = encoder_to_build_with(compiled_in, name, threads)
        logger.info("indexing with %s", name)
        begun = process_time()
        build(folder, encoder)
        seconds = process_time() - begun
        asking = encoder_to_ask_with(compiled_in, name, encoder.weights, encoder.form)
        base = KnowledgeBase(home, open_generation(folder), asking, fitted_for(asking.weights))
        try:
            return report_on(questions, base, process_time) | {"indexing_cpu_s": round(seconds, 2)}
        finally:
            base.generation.close()


def _figure(value: float | None, limits: Sequence[float] | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if limits is None else f"{value:.3f} ({limits[0]:.3f}-{limits[1]:.3f})"


def _cost(value: float | None, first: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} ({value / first:.1f} x)" if first else f"{value:.1f}"


def _difference(row: Mapping[str, Any]) -> str:
    if row["difference"] is None or row["interval"] is None:
        return f"{'-':>8}"
    low, high = row["interval"]
    return f"{row['difference']:>+8.3f}   {low:+.3f} to {high:+.3f}" + ("" if low <= 0 <= high else "   differs")
