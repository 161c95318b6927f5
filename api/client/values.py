"""What the server sends, as values.

Written from its description; do not edit, but run: python -m tests.api.client.written
The server's own classes for the same objects stand where they are made, and would bring the index along.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A part of the answer and the ids of the quotes that support it."""

    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A podcast; its `id` is short, URL-safe and never changes."""

    id: str
    title: str
    page_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One episode as in the contract; `published` is an ISO date, `duration` is in seconds, unknown fields are None."""

    id: str
    guid: str
    show: Show
    number: int | None = None
    title: str | None = None
    published: str | None = None
    duration: float | None = None
    page_url: str | None = None
    audio_url: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote in an answer, with where to read and hear it; times are seconds from the start of the recording.

    `seek_error` is how many seconds a browser may be off when it plays `listen_url`, None if that is not known.
    `heard_confidence`, 0 to 1, is the share of the quote's words that is expected to be right, None unless Whisper
    alone gave the words (timing "heard") and their probabilities are known. `in_reply_to` is the question another
    person asked directly before the quote, as context for readers; None if nobody did.
    """

    id: str
    quote: str
    speaker: str | None
    role: str | None
    episode: Episode
    turn: int
    start: float | None
    end: float | None
    timing: Literal["published", "aligned", "heard", "estimated"] | None
    timing_error: float | None
    url: str
    listen_url: str | None
    score: float
    in_reply_to: str | None
    seek_error: float | None = None
    heard_confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Probabilities, 0 to 1: that the podcast speaks of the subject, answers the question, and with the first quote."""

    subject: float
    answered: float
    first_quote: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The contract's answer; `confidence` estimates the probability, 0 to 1, that the podcast answers the question.

    It is made of the `estimates` of the question and of its first quote (see `overall`). `reason` says why a question
    is not answered, and `never_said` which of its words nobody says. `also_searched_for` are the words that were
    searched beside misspelt ones. `not_held` are the words in quotation marks if nothing that was searched holds them;
    then the answer is one without. `kind` says whether the quotes answer, or are lessons that were asked for.
    """

    question: str
    rewritten_question: str | None
    status: Literal["answered", "partial", "unanswerable"]
    composer: str
    as_of: str | None
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    related: tuple[Citation, ...]
    confidence: float
    timings_ms: dict[str, float]
    estimates: Estimates
    reason: Literal["not_mentioned", "mentioned", "unclear"] | None = None
    never_said: tuple[str, ...] = ()
    also_searched_for: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
    kind: Literal["quotes", "lessons"] = "quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeCount:
    """The id of an episode and how many of its passages are about the query."""

    id: str
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A passage; `quote_id` is its best quote, null if no sentence can be quoted. Times are in seconds.

    `about`: the passage is about the query. `cosine` is that of its nearest sentence, `coverage` the share, 0 to 1, of
    the query's information that its words hold.
    """

    rank: int
    score: float
    text: str
    speakers: tuple[str, ...]
    episode: Episode
    start: float | None
    end: float | None
    timing: Literal["published", "aligned", "heard", "estimated"] | None
    quote_id: str | None
    about: bool
    cosine: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResponse:
    """A page of hits, best first; `next` is the number of the next page, null if this is the last.

    Of the 500 best hits, `total` are about the query, in these `episodes`; `mentions` more only hold its words.
    """

    query: str
    total: int
    mentions: int
    episodes: tuple[EpisodeCount, ...]
    page: int
    next: int | None
    hits: tuple[SearchHit, ...]
    also_searched_for: tuple[str, ...]
    not_held: tuple[str, ...]


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
class CitedResponse:
    """Who said which words when the id of a quote was made."""

    quote: str
    speaker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteResponse:
    """A citation with the words around it; `changed`: the words have changed since the id was made, from `cited`."""

    id: str
    quote: str
    speaker: str | None
    role: str | None
    episode: Episode
    turn: int
    start: float | None
    end: float | None
    timing: Literal["published", "aligned", "heard", "estimated"] | None
    timing_error: float | None
    url: str
    listen_url: str | None
    score: float
    in_reply_to: str | None
    before: str
    after: str
    changed: bool
    cited: CitedResponse | None
    seek_error: float | None = None
    heard_confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Words of the transcript, and the words of the text in their place; either may be empty."""

    said: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Whether a text was said, where, and how it differs from what was said there.

    "exact": every citation says exactly these words without a break. "near": similar, with the differences; several
    citations are the places that the text was joined from, in its order. "not_found": neither; `nearest` are up to
    three quotes that share the most with the text.
    """

    result: Literal["exact", "near", "not_found"]
    citations: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()
    nearest: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteResponse:
    """What somebody noted on a lesson, and when (ISO, UTC)."""

    text: str
    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonResponse:
    """A lesson with its quotes, its own first, then those of lessons that people merged into it.

    `themes` are the `tags` that people gave it, or else its terms and topic. `changed`: its words are others than those
    that somebody decided about. `reason` says why it is withdrawn. The id of the first citation names the words as they
    are today: decide under that one.
    """

    id: str
    title: str
    kind: Literal["problem", "cause", "decision", "remedy", "result", "advice"]
    state: Literal["proposed", "accepted", "rejected", "withdrawn"]
    score: float
    themes: tuple[str, ...]
    tags: tuple[str, ...]
    changed: bool
    reason: str | None
    merged: tuple[str, ...]
    notes: tuple[NoteResponse, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonsResponse:
    """A page of lessons, the best first; `next` is the number of the next page, null if this is the last."""

    lessons: tuple[LessonResponse, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The size of the live generation."""

    episodes: int
    passages: int
    sentences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResponse:
    """The health of the service; unless `status` is "ok", `message` says what is wrong and what to run.

    "empty": nothing was published yet. "degraded": the encoder is loading, an older index is in use because the newest
    cannot be opened, or another encoder stands in for the compiled one. "broken": no question can be answered.
    """

    status: Literal["ok", "empty", "degraded", "broken"]
    message: str | None
    generation: int | None
    encoder: str | None
    encoder_loaded: bool
    reranker: str | None
    built: str | None
    counts: Counts
    dropped_quotes: dict[str, int]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """A topic in the list of all: `passages` counts those that belong to it."""

    id: str
    title: str
    url: str
    phrases: tuple[str, ...]
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsResponse:
    """The topics of the library, the most spoken of first."""

    topics: tuple[TopicLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A term, a person or a topic: its id, what it is called, and its page."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A term with the sentence that says what it is."""

    term: Named
    quote: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A topic with somebody's words about it."""

    topic: Named
    quote: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class ToHear:
    """An episode to listen to, and why."""

    episode: Episode
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a newcomer begins, in the library or in one topic; `about` says what it is, None if nobody does."""

    about: Citation | None = None
    terms: tuple[Definition, ...] = ()
    people: tuple[Named, ...] = ()
    themes: tuple[Theme, ...] = ()
    steps: tuple[ToHear, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """A topic with everything that is known of it, and where to begin in it."""

    topic: TopicLine
    terms: tuple[Named, ...]
    people: tuple[Named, ...]
    start: Start


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person in a list; `role` is the newest that is stated, `latest` the newest date, `asks` whether as a host."""

    id: str
    name: str
    role: str | None
    episodes: int
    words: int
    asks: bool
    latest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleResponse:
    """Everybody who speaks, by name."""

    people: tuple[PersonLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHeld:
    """A role in the words of an episode, the dates of the first and latest episodes that state it, and a quote."""

    role: str
    since: str | None
    until: str | None
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """An episode in which somebody speaks: their words, their share of them all, and whether they ask."""

    episode: Episode
    words: int
    share: float
    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTold:
    """A lesson that somebody tells, with its quote; `url` is its page."""

    title: str
    kind: str
    url: str
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSaid:
    """What somebody said in a year: in how many episodes, how many words, and where to search it."""

    year: str
    episodes: int
    words: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything about a person; `introduced` are the words that introduce them.

    All lists are the newest first, but lessons: the best first.
    """

    id: str
    name: str
    names: tuple[str, ...]
    introduced: Citation | None
    roles: tuple[RoleHeld, ...]
    episodes: tuple[Appearance, ...]
    lessons: tuple[LessonTold, ...]
    years: tuple[YearSaid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """A term in a list: its usual spelling, all its spellings, what it is short for, and how often it is said."""

    id: str
    name: str
    names: tuple[str, ...]
    expansion: str | None
    is_defined: bool
    uses: int
    episodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsResponse:
    """The names and abbreviations that the podcast uses, in the order of the alphabet."""

    terms: tuple[TermLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTerm:
    """A term that often stands near another."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeWith:
    """An episode that uses a term, and how often."""

    episode: Episode
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Everything about a term. `definition` says best what it is, `expanded` what it is short for (`expansion`).

    `first` and `latest` are where it is said first and last. `episodes` are the newest first.
    """

    id: str
    name: str
    names: tuple[str, ...]
    expansion: str | None
    definition: Citation | None
    expanded: Citation | None
    first: Citation | None
    latest: Citation | None
    related: tuple[RelatedTerm, ...]
    episodes: tuple[EpisodeWith, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier question of this conversation and the quotes that answered it."""

    question: str
    citations: tuple[str, ...] = ()
