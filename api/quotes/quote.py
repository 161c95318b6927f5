"""Quotes: verbatim words of one turn, with a self-describing id (Law 9), their times and the question before them."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from api.episodes.transcripts import OpenedTranscript
from api.quotes.heard_confidence import heard_confidence
from index.sentences import ends_as_question, sentence_spans, window
from ingest.text.words import normalise, without_marks
from ingest.timing.printed_times import error_within
from ingest.transcript import Episode, Timing, Transcript

# A quote that begins later in its turn follows from what the speaker said before, not from the question.
_MOST_WORDS_BEFORE = 40
# "Right?" and "You know?" are not real questions.
_FEWEST_QUESTION_WORDS = 4

FEWEST_QUOTE_WORDS, MOST_QUOTE_WORDS = 3, 80

MOST_ID_LETTERS = 60
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_FINGERPRINT_LETTERS = 10  # of five bits each
QUOTE_ID = re.compile(
    r"(?P<episode>[a-z0-9][a-z0-9-]{0,39})\.(?P<first>[0-9a-v]{1,6})\.(?P<count>[0-9a-v]{1,4})\.(?P<print>[0-9a-v]{10})"
)
_BEFORE = re.compile(r"(?:\A|(?<=\s))[^\w\s]+\Z")
_AFTER = re.compile(r"[^\w\s]+(?=\s|$)")
_MOST_PUNCTUATION = 80  # how many characters before a word are searched for punctuation


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of one turn; `start` and `end` in seconds, `first_word` and `words` in normalised words."""

    id: str
    episode: Episode
    turn: int
    text: str
    speaker: str | None
    start: float | None
    end: float | None
    timing: Timing | None
    timing_error: float | None
    first_word: int
    words: int
    role: str | None = None  # the speaker's role as the episode states it
    in_reply_to: str | None = None  # the question another person asked directly before
    seek_error: float | None = None  # seconds that a browser may be off in the recording
    heard_confidence: float | None = None  # the share of its words expected right, if only Whisper wrote them


def fingerprint(words: Sequence[str]) -> str:
    """Return 50 bits of the SHA-256 of normalised words joined by spaces, as ten base 32 digits (0-9, a-v)."""
    digest = hashlib.sha256(" ".join(words).encode()).digest()
    return base64.b32hexencode(digest).decode().lower()[:_FINGERPRINT_LETTERS]


def quote_id(episode_id: str, first: int, count: int, printed: str) -> str:
    """Return the id of the quote of `count` normalised words from `first` with this fingerprint."""
    return f"{episode_id}.{_base32(first)}.{_base32(count)}.{printed}"


def quote_at(source: OpenedTranscript, first: int, count: int) -> Quote:
    """Return the quote of `count` normalised words from `first`; raises ValueError unless all are in one turn."""
    if (
        first < 0
        or count < 1
        or first + count > source.count
        or source.turn_at(first) != source.turn_at(first + count - 1)
    ):
        raise ValueError(f"words {first}…{first + count} are not words of one turn")
    places = source.placed(first, count)
    turn = source.transcript.turns[places[0].turn]
    start, end = _with_punctuation(turn.text, places[0].start, places[-1].end)
    begin, finish = window(turn, start, end)
    return Quote(
        id=quote_id(source.transcript.episode.id, first, count, fingerprint([place.word for place in places])),
        episode=source.transcript.episode,
        turn=places[0].turn,
        text=turn.text[start:end],
        speaker=turn.speaker,
        start=begin,
        end=finish,
        timing=turn.timing,
        timing_error=turn.timing_error if begin is None or finish is None else error_within(turn, begin, finish),
        first_word=first,
        words=count,
        role=role_of(source.transcript, turn.speaker),
        in_reply_to=question_before(source.transcript, places[0].turn, start),
        seek_error=source.seek_error,
        heard_confidence=heard_confidence(turn, start, end),
    )


def role_of(transcript: Transcript, speaker: str | None) -> str | None:
    """Return a speaker's role in the words of the episode, None if it is not stated."""
    role = None if speaker is None else transcript.roles.get(speaker)
    return None if role is None else role.role


def _with_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """Extend a span of words by the punctuation directly before and after it, never into a word or a mark."""
    spoken = without_marks(text)
    if before := _BEFORE.search(spoken, max(0, start - _MOST_PUNCTUATION), start):
        start = before.start()
    if after := _AFTER.match(spoken, end):
        end = after.end()
    return start, end


def _base32(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def question_before(transcript: Transcript, turn: int, start: int) -> str | None:
    """Return the last sentence of the turn before, verbatim, if it is another speaker's question; else None.

    `start` is where the quote begins in its turn's text; only a quote near the turn's beginning has such a question.
    """
    if turn == 0 or len(normalise(without_marks(transcript.turns[turn].text)[:start])) > _MOST_WORDS_BEFORE:
        return None
    before = transcript.turns[turn - 1]
    spans = list(sentence_spans(before))
    if not spans or before.speaker == transcript.turns[turn].speaker:
        return None
    question = before.text[slice(*spans[-1])]
    if not ends_as_question(question) or len(normalise(question)) < _FEWEST_QUESTION_WORDS:
        return None
    return question
