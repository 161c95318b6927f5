"""What the server sends about episodes; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass
from typing import Literal

from api.client.values.shared import Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodesResponse:
    """Every episode of the library, newest first."""

    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A person's role in verbatim words, and the sentence of the turn that states it, also verbatim."""

    role: str
    turn: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A whitespace-separated piece of a turn's text, with its times in seconds (None if unknown).

    A word that Whisper heard and nobody wrote keeps the engine's `probability` (0…1). `heard` is what Whisper wrote
    where the text shows another spelling, None where both are the same. It holds several words where they are shown as
    one, and is "" where the word before holds it.
    """

    text: str
    start: float | None = None
    end: float | None = None
    probability: float | None = None
    heard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One stretch of one speaker with its words and times in seconds.

    `words` are the whitespace-separated pieces of `text` in order. 95 % of turns begin and end within `timing_error`
    seconds of the stated times. In a turn without times, `start`, `end`, `timing` and `timing_error` are None.
    """

    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    timing: Literal["published", "aligned", "heard", "estimated"] | None = None
    timing_error: float | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """Official words of a turn that are not in the recording; `start` and `end` of the gap in seconds, if known."""

    turn: int
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """Heard words that are not in the official text."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Where official text and recording differ; `coverage` is the share of official words heard, 0…1."""

    coverage: float
    unheard: tuple[Unheard, ...] = ()
    unwritten: tuple[Unwritten, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptResponse:
    """A transcript; `aliases` maps a label as printed to the name it stands for, `roles` a label to a role.

    `edited` is the date on which the words last changed, `heard_by` the model whose words these are.
    """

    schema: int
    episode: Episode
    aliases: dict[str, str]
    roles: dict[str, Role]
    turns: tuple[Turn, ...]
    divergence: Divergence | None
    edited: str | None = None
    heard_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastOutcome:
    """The outcome of the last ingestion, and its time (UTC, ISO)."""

    status: str
    message: str
    at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A value of an episode and the source that states it (None if none does); `used` is False if another one won."""

    name: str
    value: str | int | float | None
    source: str | None
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """A feed item or a file, and what it has: show notes, a recording, a number of transcript links."""

    origin: str
    kind: Literal["feed item", "file"]
    notes: bool
    recording: bool
    transcripts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesCopy:
    """A copy of the show notes, or a transcript linked as text; `words` are those of its turns, 0 without turns."""

    origin: str
    words: int
    lossy: bool
    truncated: bool
    marked: bool
    gave: Literal["words", "times", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLink:
    """A transcript link in the order tried, and what became of it; `reason` says why it failed."""

    address: str
    kind: str
    language: str | None
    state: Literal["used", "failed", "not needed", "nothing kept"]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsKept:
    """The stored captions with times."""

    cues: int
    words: int
    has_names: bool
    gave: Literal["words", "times", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingKept:
    """The recording's address, whether the library has it, and its measured duration in seconds."""

    address: str | None
    in_library: bool
    duration: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardKept:
    """What Whisper heard, with its model and language."""

    by: str
    language: str | None
    words: int
    gave: Literal["words", "times", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that an episode was made from."""

    items: tuple[SourceItem, ...]
    notes: tuple[NotesCopy, ...]
    transcripts: tuple[TranscriptLink, ...]
    captions: CaptionsKept | None
    recording: RecordingKept | None
    heard: HeardKept | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesFrom:
    """How many turns have times of one origin, and what gave them; both None for turns without times."""

    timing: Literal["published", "aligned", "heard", "estimated"] | None
    turns: int
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which text is the transcript and why, its size, and where its times come from.

    `current` is False if the transcript is not the one that the sources give now: an earlier run made it.
    """

    text: Literal["captions with names", "notes", "captions without names", "heard words", "none"]
    reason: str
    turns: int
    words: int
    times: tuple[TimesFrom, ...]
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label, or the first words of a line, as printed, and how often it occurs."""

    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A doubt in one sentence; `lines` are the labels or lines of the source that it is about."""

    kind: Literal["facts", "problem", "labels", "left out", "times", "speakers", "differences", "words"]
    text: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedChapter:
    """A chapter, and where the time of its start comes from; both None if its time is unknown."""

    title: str
    turn: int
    first_word: int
    start: float | None
    timing: Literal["published", "aligned", "heard", "estimated"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
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
