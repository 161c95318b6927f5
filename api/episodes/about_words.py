"""The account of one episode in words, for terminal and page; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from api.episodes.about import (
    About,
    CaptionsKept,
    Choice,
    Doubt,
    Fact,
    NotesCopy,
    Part,
    SourceItem,
    TimedChapter,
    TranscriptLink,
)
from api.formatting import day, when
from ingest.stages.assemble import TextSource
from ingest.text.clock import clock
from ingest.transcript import Timing

_MOST_LINES = 50  # labels or lines shown of one doubt; the JSON has all of them

_GAVE: dict[Part, str] = {"words": "gave the words", "times": "gave the times", "nothing": "not used"}
_TEXTS: dict[TextSource, str] = {
    "captions with names": "the captions, which name the speakers",
    "notes": "the notes’ text",
    "captions without names": "the captions, which name nobody",
    "heard words": "the heard words",
    "none": "none",
}
_TIMINGS: dict[Timing, str] = {
    "published": "",
    "aligned": "aligned with ",
    "heard": "heard by ",
    "estimated": "estimated from ",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a section: a name (None in a list without names), a text, and lines that belong to it."""

    name: str | None
    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of an account."""

    title: str
    rows: tuple[Row, ...]


def sections_of(about: About) -> tuple[Section, ...]:
    """Return the account in words: the last outcome, facts, sources, choices, doubts, and chapters if there are any."""
    chapters = (Section("Chapters", tuple(map(_chapter, about.chapters))),) if about.chapters else ()
    return (
        Section("Last outcome", (_outcome(about),)),
        Section("Facts", tuple(_facts(about))),
        Section("Sources", tuple(_sources(about))),
        Section("Choices", tuple(_choices(about.choice, about))),
        Section("Doubts", tuple(map(_doubt, about.doubts)) or (Row(None, "none"),)),
        *chapters,
    )


def _outcome(about: About) -> Row:
    if about.outcome is None:
        return Row(None, "not ingested yet")
    at = about.outcome.at
    when = f" on {day(at[:10])}, {at[11:16]} UTC" if at else ""
    return Row(None, f"{about.outcome.status}{when}: {about.outcome.message}")


def _facts(about: About) -> Iterator[Row]:
    yield Row("Show", about.episode.show.title)
    for name, facts in groupby(about.facts, key=lambda fact: fact.name):
        used, *others = map(_fact, facts)
        yield Row(name.capitalize(), used, tuple(f"also: {other}" for other in others))


def _fact(fact: Fact) -> str:
    if fact.value is None:
        return "not known"
    value = clock(float(fact.value)) if fact.name == "duration" else str(fact.value)
    if fact.name == "published":
        value = day(value) or value
    return f"{value}, from {fact.source}" if fact.source else value


def _sources(about: About) -> Iterator[Row]:
    sources = about.sources
    yield from (_item(item) for item in sources.items)
    yield from (_copy(copy) for copy in sources.notes)
    yield from (_link(link) for link in sources.transcripts)
    if sources.captions is not None:
        yield Row("Captions", _captions(sources.captions))
    if (recording := sources.recording) is not None:
        held = "in the library" if recording.in_library else "not in the library"
        length = f", {clock(recording.duration)}" if recording.duration is not None else ""
        yield Row("Recording", f"{recording.address or 'without an address'}: {held}{length}")
    if (heard := sources.heard) is not None:
        language = f", language {heard.language}" if heard.language else ""
        yield Row("Heard words", f"{_words(heard.words)} by {heard.by}{language}; {_GAVE[heard.gave]}")
    if not sources.items:
        yield Row("Items", "none is recorded")


def _item(item: SourceItem) -> Row:
    links = f"{item.transcripts} transcript link{'s' if item.transcripts > 1 else ''}" if item.transcripts else ""
    has = [part for part in ("notes" if item.notes else "", "a recording" if item.recording else "", links) if part]
    return Row(item.kind.capitalize(), f"{item.origin}: {', '.join(has) or 'nothing to read'}")


def _copy(copy: NotesCopy) -> Row:
    if not copy.words:
        return Row("Notes", f"{copy.origin}: no transcript in them")
    lacks = [text for is_so, text in ((copy.lossy, "labels without text"), (copy.truncated, "cut off")) if is_so]
    marked = ["marked as a transcript"] if copy.marked else []
    return Row("Notes", f"{copy.origin}: {', '.join([_words(copy.words), *lacks, *marked])}; {_GAVE[copy.gave]}")


def _link(link: TranscriptLink) -> Row:
    kind = ", ".join(part for part in (link.kind, link.language) if part)
    became = f"failed: {link.reason}" if link.state == "failed" else link.state
    return Row("Transcript link", f"{link.address} ({kind}): {became}")


def _captions(captions: CaptionsKept) -> str:
    names = "with names" if captions.has_names else "without names"
    return f"{captions.cues:,} cues, {_words(captions.words)}, {names}; {_GAVE[captions.gave]}"


def _choices(choice: Choice, about: About) -> Iterator[Row]:
    size = f"{_words(choice.words)} in {choice.turns:,} turn{'' if choice.turns == 1 else 's'}"
    if not choice.current:
        yield Row("Words", f"those of an earlier run, {size}")
    elif not choice.turns:
        yield Row("Words", f"none: {choice.reason}" if choice.text == "none" else "not made yet")
    else:
        is_linked = any(copy.gave == "words" and copy.origin == "transcript link" for copy in about.sources.notes)
        text = "the text of a transcript link" if is_linked else _TEXTS[choice.text]
        yield Row("Words", f"{text}, {size}, because {choice.reason}")
    for part in choice.times:
        origin = f"{_TIMINGS[part.timing]}{part.source}" if part.timing else "none"
        yield Row("Times", f"{part.turns:,} turn{'' if part.turns == 1 else 's'}: {origin}")


def _doubt(doubt: Doubt) -> Row:
    lines = [f"“{line.text}”" + (f" ({line.count} times)" if line.count > 1 else "") for line in doubt.lines]
    more = [f"and {len(lines) - _MOST_LINES:,} more"] if len(lines) > _MOST_LINES else []
    return Row(None, doubt.text, (*lines[:_MOST_LINES], *more))


def _chapter(chapter: TimedChapter) -> Row:
    return Row(when(chapter.start, chapter.timing), chapter.title)


def _words(count: int) -> str:
    return f"{count:,} word{'' if count == 1 else 's'}"
