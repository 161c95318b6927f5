"""Report where an episode's official text and its recording differ, as JSON and as text."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.formatting import when
from ingest.alignment.divergence import suspicion
from ingest.stages.official_text import kept_official_text
from ingest.text.clock import clock
from ingest.timing.printed_times import time_problems
from ingest.transcript import Transcript, Turn, Unheard, Unwritten, to_json

_SHOWN_WORDS = 40  # words shown of a difference in a terminal; the JSON has all of them


@dataclass(frozen=True, slots=True)
class Report:
    """An episode's transcript with the doubts about its official text.

    `suspected` says why text and recording seem to be of different episodes. `problems` were found when the official
    text was read: labels without text, a truncated text, impossible printed times. `is_official`: there is an official
    text.
    """

    transcript: Transcript
    suspected: str | None
    problems: tuple[str, ...]
    is_official: bool


def report_of(transcript: Transcript, home: Path) -> Report:
    """Return the report of an episode; raises LibraryError if its official text in the library cannot be read."""
    divergence = transcript.divergence
    suspected = None if divergence is None else suspicion(transcript.turns, divergence)
    text = kept_official_text(home, transcript.episode.id)
    if text is None:
        return Report(transcript, suspected, (), is_official=False)
    problems = (*text.problems, *time_problems(text.turns, transcript.turns, transcript.episode.duration))
    return Report(transcript, suspected, problems, is_official=bool(text.turns))


def report_json(report: Report) -> dict[str, Any]:
    """Return the contract's divergence with episode, suspicion and problems; "divergence" may be null."""
    divergence = to_json(report.transcript)["divergence"]
    return {
        "episode": report.transcript.episode.id,
        **({"divergence": None} if divergence is None else divergence),
        "suspected": report.suspected,
        "problems": list(report.problems),
    }


def report_text(report: Report) -> str:
    """Return the report as text for a terminal; turns count from 0."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    transcript, divergence = report.transcript, report.transcript.divergence
    if divergence is None:
        lacking = "heard words or captions" if report.is_official else "official text"
        yield f"{transcript.episode.id}: no {lacking} to compare"
    else:
        yield f"{transcript.episode.id}: {divergence.coverage:.1%} of the official words were heard"
        if report.suspected:
            yield f"suspected: {report.suspected}"
        yield f"official words not heard: {len(divergence.unheard) or 'none'}"
        for missing in divergence.unheard:
            yield f"  {_where(missing, transcript.turns[missing.turn])}: “{_cut(missing.text)}”"
        yield f"heard words not in the text: {len(divergence.unwritten) or 'none'}"
        for extra in divergence.unwritten:
            yield f"  {_between(extra)}: “{_cut(extra.text)}”"
    if report.problems:
        yield f"problems in the official text: {len(report.problems)}"
        yield from (f"  {problem}" for problem in report.problems)


def _where(missing: Unheard, turn: Turn) -> str:
    start = turn.start if missing.start is None else missing.start
    parts = (f"turn {missing.turn}", turn.speaker, when(start, turn.timing) or "time unknown")
    return ", ".join(part for part in parts if part)


def _between(extra: Unwritten) -> str:
    return f"{clock(extra.start)} to {clock(extra.end)}"


def _cut(text: str) -> str:
    words = text.split()
    if len(words) <= _SHOWN_WORDS:
        return " ".join(words)
    return f"{' '.join(words[:_SHOWN_WORDS])} … ({len(words)} words)"
