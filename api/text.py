"""Answers and hits as plain text for a terminal."""

from collections.abc import Sequence

from api.answer import Answer, Citation
from index.passage import Hit
from ingest.transcript import Episode, Timing

UNANSWERABLE = "The podcast does not answer this."
PARTIAL = "The podcast touches on this:"


def clock(seconds: float) -> str:
    """Return seconds as m:ss, or h:mm:ss from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def when(start: float | None, timing: Timing | None) -> str | None:
    """Return a time as people read it: "12:30", "about 12:30" for an estimate, None if unknown."""
    if start is None:
        return None
    return f"about {clock(start)}" if timing == "estimated" else clock(start)


def episode_name(episode: Episode) -> str:
    """Return an episode's title, else its show and number or date."""
    if episode.title:
        return episode.title
    rest = f"#{episode.number}" if episode.number is not None else episode.published or episode.id
    return f"{episode.show.title} {rest}"


def source_line(citation: Citation) -> str:
    """Return who said a quote, where and when, on one line."""
    parts = (
        citation.speaker,
        episode_name(citation.episode),
        citation.episode.published,
        when(citation.start, citation.timing),
    )
    return ", ".join(part for part in parts if part)


def answer_text(answer: Answer) -> str:
    """Return an answer for a terminal; quotes are numbered and followed by their source."""
    if answer.status == "unanswerable":
        near = [f"  “{citation.quote}”\n   {source_line(citation)}" for citation in answer.related[:3]]
        return "\n".join([UNANSWERABLE, *(["The nearest that was said:"] if near else []), *near])
    lines = [PARTIAL] if answer.status == "partial" else []
    for number, citation in enumerate(answer.citations, 1):
        lines += [f"{number}. “{citation.quote}”", f"   {source_line(citation)}", f"   {citation.url}"]
    return "\n".join(lines)


def hits_text(found: Sequence[tuple[Hit, str | None]]) -> str:
    """Return hits for a terminal."""
    if not found:
        return "Nothing found."
    lines = []
    for hit, _ in found:
        parts = (
            ", ".join(hit.passage.speakers),
            episode_name(hit.episode),
            when(hit.passage.start, hit.passage.timing),
        )
        lines += [
            f"{hit.rank}. {', '.join(part for part in parts if part)}",
            f"   {' '.join(hit.passage.text.split())}",
        ]
    return "\n".join(lines)
