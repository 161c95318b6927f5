"""The account of one episode as values: facts, sources, which text won and why, and what was not understood."""

from dataclasses import dataclass
from typing import Literal

from ingest.stages.assemble import TextSource
from ingest.transcript import Episode, Timing

# What a source gave to the transcript.
Part = Literal["words", "times", "nothing"]
ItemKind = Literal["feed item", "file"]
LinkState = Literal["used", "failed", "not needed", "nothing kept"]
DoubtKind = Literal["facts", "problem", "labels", "left out", "times", "speakers", "differences", "words"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of an episode and the source that states it (None if none does); `used` is False if another one won."""

    name: str
    value: str | int | float | None
    source: str | None
    used: bool


@dataclass(frozen=True, slots=True)
class SourceItem:
    """A feed item or a file, and what it has: show notes, a recording, a number of transcript links."""

    origin: str
    kind: ItemKind
    notes: bool
    recording: bool
    transcripts: int


@dataclass(frozen=True, slots=True)
class NotesCopy:
    """A copy of the show notes, or a transcript linked as text; `words` are those of its turns, 0 without turns."""

    origin: str
    words: int
    lossy: bool
    truncated: bool
    marked: bool
    gave: Part


@dataclass(frozen=True, slots=True)
class TranscriptLink:
    """A transcript link in the order tried, and what became of it; `reason` says why it failed."""

    address: str
    kind: str
    language: str | None
    state: LinkState
    reason: str | None


@dataclass(frozen=True, slots=True)
class CaptionsKept:
    """The stored captions with times."""

    cues: int
    words: int
    has_names: bool
    gave: Part


@dataclass(frozen=True, slots=True)
class RecordingKept:
    """The recording's address, whether the library has it, and its measured duration in seconds."""

    address: str | None
    in_library: bool
    duration: float | None


@dataclass(frozen=True, slots=True)
class HeardKept:
    """What Whisper heard, with its model and language."""

    by: str
    language: str | None
    words: int
    gave: Part


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that an episode was made from."""

    items: tuple[SourceItem, ...]
    notes: tuple[NotesCopy, ...]
    transcripts: tuple[TranscriptLink, ...]
    captions: CaptionsKept | None
    recording: RecordingKept | None
    heard: HeardKept | None


@dataclass(frozen=True, slots=True)
class TimesFrom:
    """How many turns have times of one origin, and what gave them; both None for turns without times."""

    timing: Timing | None
    turns: int
    source: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which text is the transcript and why, its size, and where its times come from.

    `current` is False if the transcript is not the one that the sources give now: an earlier run made it.
    """

    text: TextSource
    reason: str
    turns: int
    words: int
    times: tuple[TimesFrom, ...]
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A label, or the first words of a line, as printed, and how often it occurs."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt in one sentence; `lines` are the labels or lines of the source that it is about."""

    kind: DoubtKind
    text: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class LastOutcome:
    """The outcome of the last ingestion, and its time (UTC, ISO)."""

    status: str
    message: str
    at: str | None


@dataclass(frozen=True, slots=True)
class TimedChapter:
    """A chapter, and where the time of its start comes from; both None if its time is unknown."""

    title: str
    turn: int
    first_word: int
    start: float | None
    timing: Timing | None


@dataclass(frozen=True, slots=True)
class About:
    """The account of one episode; `outcome` is None if it was not ingested yet.

    `chapters` are those of the live index, () without one.
    """

    episode: Episode
    outcome: LastOutcome | None
    facts: tuple[Fact, ...]
    sources: Sources
    choice: Choice
    doubts: tuple[Doubt, ...]
    chapters: tuple[TimedChapter, ...] = ()
