"""The domain types that all packages share (shows, episodes, words, turns, transcripts) and their JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from ingest.errors import LibraryError

SCHEMA = 1

# Where a time comes from: captions, official text aligned to heard words, Whisper alone, or an estimate.
Timing = Literal["published", "aligned", "heard", "estimated"]


@dataclass(frozen=True, slots=True)
class Show:
    """A podcast; its `id` is short, URL-safe and never changes."""

    id: str
    title: str
    page_url: str | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with its times in seconds from Whisper or captions, and a probability (0…1) if the engine gives one."""

    text: str
    start: float
    end: float
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class OfficialTurn:
    """One stretch of one speaker in the publisher's own text; `speaker` is the label as printed, None in a clip.

    `start` is the time in seconds that the text prints beside the turn, None if it prints none.
    """

    speaker: str | None
    text: str
    start: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of one speaker with its words and times in seconds.

    `words` are the whitespace-separated pieces of `text` in order. 95 % of turns begin and end within `timing_error`
    seconds of the stated times. In a turn without times, `start`, `end`, `timing` and `timing_error` are None.
    """

    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    timing: Timing | None = None
    timing_error: float | None = None
    confidence: float | None = None
    words: Sequence[Word] = ()


@dataclass(frozen=True, slots=True)
class Unheard:
    """Official words of a turn that are not in the recording; `start` and `end` of the gap in seconds, if known."""

    turn: int
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Heard words that are not in the official text."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where official text and recording differ; `coverage` is the share of official words heard, 0…1."""

    coverage: float
    unheard: tuple[Unheard, ...] = ()
    unwritten: tuple[Unwritten, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A person's role in verbatim words, and the sentence of the turn that states it, also verbatim."""

    role: str
    turn: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """An episode's turns in order.

    `aliases` maps a label as printed to the name it stands for, `roles` maps a label to its speaker's role. `edited`
    is the ISO date on which the words last changed, None if they never changed after the first ingestion. `heard_by`
    names the model whose words these are ("Whisper tiny.en"), None if people wrote them or the model is not recorded.
    """

    episode: Episode
    turns: tuple[Turn, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    divergence: Divergence | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    edited: str | None = field(default=None, compare=False)  # a fact about the library's copy, not about what was said
    heard_by: str | None = None


def untimed(turn: OfficialTurn) -> Turn:
    """Return the official turn as a turn with words and without times."""
    return Turn(turn.speaker, turn.text, words=tuple(Word(piece) for piece in turn.text.split()))


def to_json(transcript: Transcript) -> dict[str, Any]:
    """Return the transcript as the JSON object of the contract, times rounded to milliseconds.

    The key `edited` is present only if the words have changed, `heard_by` only if a model heard them, `probability`
    and `heard` only in words that have them.
    """
    return {
        "schema": SCHEMA,
        "episode": asdict(transcript.episode),
        "aliases": dict(transcript.aliases),
        "roles": {label: asdict(role) for label, role in transcript.roles.items()},
        "turns": [_turn_to_json(turn) for turn in transcript.turns],
        "divergence": None if transcript.divergence is None else _rounded(asdict(transcript.divergence)),
        **({"edited": transcript.edited} if transcript.edited else {}),
        **({} if transcript.heard_by is None else {"heard_by": transcript.heard_by}),
    }


def from_json(data: Mapping[str, Any]) -> Transcript:
    """Read what `to_json` wrote; raises LibraryError for another schema or a missing field."""
    if data.get("schema") != SCHEMA:
        raise LibraryError(f"a transcript has schema {data.get('schema')!r}; this version reads schema {SCHEMA}")
    try:
        divergence = data["divergence"]
        return Transcript(
            episode=episode_from_json(data["episode"]),
            turns=tuple(_turn_from_json(turn) for turn in data["turns"]),
            aliases=dict(data["aliases"]),
            divergence=None if divergence is None else _divergence_from_json(divergence),
            # Transcripts written before roles existed lack this key and are still valid.
            roles={label: Role(**role) for label, role in dict(data.get("roles", {})).items()},
            edited=data.get("edited"),
            heard_by=data.get("heard_by"),
        )
    except (KeyError, TypeError) as error:
        raise LibraryError(f"a transcript is not of schema {SCHEMA}: {error!r}") from error


def episode_from_json(data: Mapping[str, Any]) -> Episode:
    """Read the contract's episode object; raises TypeError or KeyError if a field is missing or unknown."""
    return Episode(**{**data, "show": Show(**data["show"])})


def with_episode(transcript: Transcript, episode: Episode) -> Transcript:
    """Return the transcript with the episode's current metadata."""
    return replace(transcript, episode=episode)


def _turn_to_json(turn: Turn) -> dict[str, Any]:
    # Without `asdict`, which takes ten times as long: an hour of speech has ten thousand words.
    data: dict[str, Any] = _rounded(asdict(replace(turn, words=())))
    return data | {"words": [_word_to_json(word) for word in turn.words]}


def _word_to_json(word: Word) -> dict[str, Any]:
    data: dict[str, Any] = {"text": word.text, "start": _rounded(word.start), "end": _rounded(word.end)}
    if word.probability is not None:
        data["probability"] = _rounded(word.probability)
    if word.heard is not None:
        data["heard"] = word.heard
    return data


def _turn_from_json(data: Mapping[str, Any]) -> Turn:
    return Turn(**{**data, "words": tuple(Word(**word) for word in data["words"])})


def _divergence_from_json(data: Mapping[str, Any]) -> Divergence:
    return Divergence(
        coverage=data["coverage"],
        unheard=tuple(Unheard(**item) for item in data["unheard"]),
        unwritten=tuple(Unwritten(**item) for item in data["unwritten"]),
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
