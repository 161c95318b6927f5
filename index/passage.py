"""What is indexed and what is found: sentences, passages, filters, hits."""

from dataclasses import dataclass

from ingest.transcript import Episode, Timing


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a turn: characters [start, end) of its text, and the place of its normalised words among all."""

    turn: int
    start: int
    end: int
    first_word: int
    words: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences, possibly of several turns, that is encoded as one.

    `id` comes from content: episode id, word range, hash of the text. `text` is verbatim, turns joined by a line break;
    `header` is encoded with it and never quoted. `sentences` index the episode's sentences, [first, last). Times are
    seconds, None where unknown.
    """

    id: str
    episode_id: str
    text: str
    header: str
    sentences: tuple[int, int]
    speakers: tuple[str, ...]
    start: float | None
    end: float | None
    timing: Timing | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What restricts a search before anything is ranked; dates are ISO dates, both ends included.

    `without` are ids of episodes that are left out.
    """

    show: str | None = None
    episode: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query, with its rank from 1 and its fused score."""

    rank: int
    score: float
    passage: Passage
    episode: Episode
