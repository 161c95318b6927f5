"""Stretches of an episode that make people want to hear it: its best lessons, at the edges of sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.episodes.transcripts import OpenedTranscript, open_transcript
from api.feeds.captions import is_exact
from api.lessons.carried import carried
from api.lessons.entry import Entry
from api.quotes.neighbours import widen
from api.quotes.quote import Quote

# The standard's limits, in seconds and characters.
SHORTEST, LONGEST = 15.0, 120.0
MOST_TITLE = 128
_MOST = 3


@dataclass(frozen=True, slots=True)
class Soundbite:
    """A stretch of a recording in seconds, with the title of the lesson that it holds."""

    start: float
    duration: float
    title: str


def soundbites_of(home: Path, episode_id: str, lessons: Sequence[Entry]) -> list[Soundbite]:
    """Return up to three soundbites of an episode, in order of time, that do not overlap.

    `lessons` are the episode's, the best first. Rejected and withdrawn ones, and those whose words changed, give none.
    """
    opened = open_transcript(home, episode_id)
    chosen: list[Soundbite] = []
    for entry in lessons:
        found = carried(home, entry.id)
        if opened is None or found.quote is None or entry.changed or entry.state in ("rejected", "withdrawn"):
            continue
        one = _soundbite(opened, found.quote, entry.title)
        if one is not None and not any(_overlap(one, other) for other in chosen):
            chosen.append(one)
        if len(chosen) == _MOST:
            break
    return sorted(chosen, key=lambda one: one.start)


def _soundbite(opened: OpenedTranscript, quote: Quote, title: str) -> Soundbite | None:
    """Return a quote, with the sentences after and before it that it needs to last 15 s; None if that is not enough."""
    if quote.episode.id != opened.transcript.episode.id or not is_exact(opened.transcript.turns[quote.turn]):
        return None
    while (found := _stretch(quote)) is not None and found[1] < SHORTEST:
        wider = widen(opened, quote)
        longer = wider.after or wider.before
        if longer is None:
            return None
        quote = longer
    # One parser drops a start of 0.
    if found is None or found[0] <= 0 or found[1] > LONGEST:
        return None
    return Soundbite(*found, title=_short(title))


def _stretch(quote: Quote) -> tuple[float, float] | None:
    if quote.start is None or quote.end is None:
        return None
    start = round(quote.start, 2)
    return start, round(quote.end - start, 2)


def _overlap(one: Soundbite, other: Soundbite) -> bool:
    return one.start < other.start + other.duration and other.start < one.start + one.duration


def _short(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1].rsplit(" ", 1)[0] + "…"
