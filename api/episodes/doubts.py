"""What was not understood of an episode, what was left out, and what contradicts itself; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from api.episodes.about import Choice, Doubt, DoubtKind, Line
from api.episodes.plain_names import Names
from api.episodes.stored import Stored
from ingest.alignment.divergence import in_brief, suspicion
from ingest.library.metadata import duration_doubt, stated_duration
from ingest.shownotes.parse import OfficialText
from ingest.stages.captions import Captions, failure_of, transcript_links
from ingest.timing.printed_times import time_problems
from ingest.timing.recorded import runs_past_the_end
from ingest.transcript import Transcript


def doubts_of(stored: Stored, choice: Choice, names: Names, unused: Sequence[str]) -> Iterator[Doubt]:
    """Yield an episode's doubts, those about its sources first; `unused` says which texts were not used and why."""
    official, transcript = stored.official or OfficialText(), stored.transcript
    yield from (Doubt("facts", text) for text in dict.fromkeys(_of_facts(stored, names)))
    for problem in official.problems:
        named = problem if "notes" in problem else f"notes: {problem}"
        yield Doubt("problem", names.plain(named))
    labels = official.unread_labels if choice.text == "notes" else ()
    yield from _listed("labels", "labels not recognised, so that their words have no speaker", labels)
    yield from _listed("left out", "lines left out of the notes, because they are not speech", official.left_out)
    if stored.captions is not None:
        yield from _of_captions(stored.captions, stored, names)
    yield from (Doubt("words", text) for text in unused)
    if transcript is None:
        return
    if not choice.current:
        yield Doubt("words", _EARLIER if choice.text == "none" else _OTHER)
    printed = official.turns if choice.text == "notes" else ()
    cues = () if stored.captions is None else stored.captions.cues
    if past := runs_past_the_end(cues, printed, stored.measured, stated_duration(stored.record)):
        yield Doubt("times", past)
    for problem in time_problems(printed, transcript.turns, transcript.episode.duration):
        yield Doubt("times", problem)
    unnamed = sum(turn.speaker is None for turn in transcript.turns)
    if unnamed:
        yield Doubt("speakers", f"turns without a speaker: {unnamed:,} of {len(transcript.turns):,}")
    yield from _differences(transcript, stored)


_EARLIER = "its sources have no transcript any more, so the transcript of an earlier run is kept"
_OTHER = "an earlier run made the transcript from another text than would be chosen now; the next ingest makes it again"


def _of_facts(stored: Stored, names: Names) -> Iterator[str]:
    for item in stored.record.items:
        yield from (f"{names.plain(item.origin)}: {names.plain(doubt)}" for doubt in item.doubts)
    if doubt := duration_doubt(stored.record, stored.measured):
        yield doubt


def _of_captions(captions: Captions, stored: Stored, names: Names) -> Iterator[Doubt]:
    links = transcript_links(stored.record)
    for problem in captions.problems:
        if not any(failure_of(link, [problem]) for link in links):  # else it stands beside its link
            yield Doubt("problem", f"captions: {names.plain(problem)}")
    text = "labels in the captions not recognised, so that their words have no speaker"
    yield from _listed("labels", text, captions.unread_labels)
    yield from _listed(
        "left out", "captions left out, because they are credits or have no readable time", captions.left_out
    )


def _listed(kind: DoubtKind, text: str, found: Sequence[str]) -> Iterator[Doubt]:
    lines = tuple(Line(line, count) for line, count in Counter(found).items())
    if lines:
        yield Doubt(kind, f"{text}: {len(lines)}", lines)


def _differences(transcript: Transcript, stored: Stored) -> Iterator[Doubt]:
    divergence = transcript.divergence
    if divergence is None:
        return
    suspected = suspicion(transcript.turns, divergence)
    if suspected:
        yield Doubt("differences", f"text and recording may differ: {suspected}")
    duration = transcript.episode.duration if stored.heard is None else stored.heard.duration
    brief = in_brief(transcript.turns, divergence, duration)
    if brief and brief != suspected:
        yield Doubt("differences", f"{divergence.coverage:.1%} of the words were heard; {brief}")
