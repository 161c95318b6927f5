"""Report where an episode's official text and its recording differ, as JSON and as text."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from api.formatting import when
from ingest.alignment.divergence import first_words, suspicion
from ingest.alignment.gaps import Gap, gaps_of, outside, placed
from ingest.library.player import playable_of
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
    text. `gaps` are the stretches of the recording that it lacks.
    """

    transcript: Transcript
    suspected: str | None
    problems: tuple[str, ...]
    is_official: bool
    gaps: tuple[Gap, ...] = ()


def report_of(transcript: Transcript, home: Path) -> Report:
    """Return the report of an episode, with every difference placed in time if that is known.

    Raises LibraryError if its official text in the library cannot be read.
    """
    suspected: str | None = None
    gaps: tuple[Gap, ...] = ()
    if (divergence := transcript.divergence) is not None:
        suspected = suspicion(transcript.turns, divergence)
        duration = playable_of(home, transcript.episode.id).duration or transcript.episode.duration
        gaps = gaps_of(transcript.turns, divergence, duration)
        unheard = tuple(placed(item, transcript.turns) for item in divergence.unheard)
        transcript = replace(transcript, divergence=replace(divergence, unheard=unheard))
    text = kept_official_text(home, transcript.episode.id)
    if text is None:
        return Report(transcript, suspected, (), is_official=False, gaps=gaps)
    problems = (*text.problems, *time_problems(text.turns, transcript.turns, transcript.episode.duration))
    return Report(transcript, suspected, problems, is_official=bool(text.turns), gaps=gaps)


def report_json(report: Report) -> dict[str, Any]:
    """Return the contract's divergence with episode, gaps, suspicion and problems; "divergence" may be null.

    Words that were never heard have the times between which they would have been spoken.
    """
    divergence = to_json(report.transcript)["divergence"]
    return {
        "episode": report.transcript.episode.id,
        **(
            {"divergence": None}
            if divergence is None
            else {**divergence, "gaps": [_gap_json(gap) for gap in report.gaps]}
        ),
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
        yield f"parts of the recording that the text lacks: {len(report.gaps) or 'none'}"
        for gap in report.gaps:
            words = f"“{_cut(gap.text)}”" if gap.text else "no words were heard"
            yield f"  {_between(gap)} ({gap.end - gap.start:.0f} s): {words}"
        scattered = outside(divergence.unwritten, report.gaps)
        yield f"{'other ' if report.gaps else ''}heard words not in the text: {len(scattered) or 'none'}"
        for extra in scattered:
            yield f"  {_between(extra)}: “{_cut(extra.text)}”"
    if report.problems:
        yield f"problems in the official text: {len(report.problems)}"
        yield from (f"  {problem}" for problem in report.problems)


def _gap_json(gap: Gap) -> dict[str, Any]:
    return {**asdict(gap), "start": round(gap.start, 3), "end": round(gap.end, 3)}


def _where(missing: Unheard, turn: Turn) -> str:
    parts = (f"turn {missing.turn}", turn.speaker, when(missing.start, turn.timing) or "time unknown")
    return ", ".join(part for part in parts if part)


def _between(extra: Unwritten | Gap) -> str:
    return f"{clock(extra.start)} to {clock(extra.end)}"


def _cut(text: str) -> str:
    count = len(text.split())
    return first_words(text, _SHOWN_WORDS) + (f" ({count} words)" if count > _SHOWN_WORDS else "")
