"""The types of indexing and search: sentences, passages, filters, hits."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.transcript import Episode, Timing


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a turn: characters [start, end) of its text, and its normalised words counted in the episode."""

    turn: int
    start: int
    end: int
    first_word: int
    words: int


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """A sentence of the index with its verbatim text and unit vector, shape (dimension,).

    `label` is its speaker as printed, `speaker` that person's full name. `before` is the text between it and the
    sentence before in its turn. Times are seconds, None if unknown. `pieces` are the codes of its word pieces.
    """

    sentence: Sentence
    label: str | None
    speaker: str | None
    before: str
    text: str
    start: float | None
    end: float | None
    timing: Timing | None
    # Not compared, because arrays have no single truth value.
    vector: NDArray[np.float32] = field(repr=False, compare=False)
    pieces: NDArray[np.int8] = field(repr=False, compare=False)


class Exchange(NamedTuple):
    """The number of a sentence that asks, and of the first sentence of the turn that replies, in their episode."""

    question: int
    reply: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences, possibly from several turns, that is encoded as one text.

    `id` is made from the content: episode id, word range, hash of the text. `text` is verbatim, with turns joined by a
    line break. `header` is searched with it but never quoted. `sentences` is a range [first, last) of the episode's
    sentences. Times are seconds, None if unknown.
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
    """Filters of a search, applied before ranking; dates are ISO dates, both ends included.

    `without` holds ids of episodes to leave out, `only`, if given, the ids of the passages to search among.
    """

    show: str | None = None
    episode: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class FoundQuestion:
    """A question that somebody asks in an episode, with its cosine to what was searched (see index.exchanges)."""

    cosine: float
    episode_id: str
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query and extended (see index.extend), with its rank from 1 and its fused score.

    `sentences` are those of the passage. `asked` is the question that it begins with, if that means what is asked now.
    """

    rank: int
    score: float
    passage: Passage
    episode: Episode
    sentences: tuple[FoundSentence, ...]
    asked: FoundQuestion | None = None
