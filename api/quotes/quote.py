"""Quotes: ids that describe themselves, resolved against today's words, verified before they leave (Laws 1 and 9)."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Literal

import numpy as np

from api.errors import QuoteGone, QuoteUnknown
from api.question_before import question_before
from index.chunk import window
from ingest.alignment.anchors import aligned
from ingest.alignment.matching import EXACT, encode
from ingest.library.records import earlier_transcripts, episode_folder, load_record, load_transcript
from ingest.library.removal import removal_of
from ingest.text.words import normalise, without_marks
from ingest.timing.printed_times import error_within
from ingest.transcript import Episode, Timing, Transcript, Turn, with_episode

MOST_ID_LETTERS = 60
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_FINGERPRINT_LETTERS = 10  # of five bits each
_ID = re.compile(
    r"(?P<episode>[a-z0-9][a-z0-9-]{0,39})\.(?P<first>[0-9a-v]{1,6})\.(?P<count>[0-9a-v]{1,4})\.(?P<print>[0-9a-v]{10})"
)
_WORD = re.compile(r"\w+")
_BEFORE = re.compile(r"(?:\A|(?<=\s))[^\w\s]+\Z")
_AFTER = re.compile(r"[^\w\s]+(?=\s|$)")
_MOST_PUNCTUATION = 80  # characters before a word that are looked at
_KEPT_TRANSCRIPTS = 64
# How many of a span's words must still be said, in order and over no more than so many times its length.
_LEAST_CARRIED_SHARE = 0.5
_MOST_SPREAD = 2
_ROUNDING = 0.001  # seconds

Fault = Literal["fabricated", "frankenquote", "misattributed", "mis-timed"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of one turn: characters [start, end) of its text, `first_word` and `words` in normal form."""

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
    role: str | None = None  # what the speaker is said to do in the episode
    in_reply_to: str | None = None  # what another person asked directly before it


@dataclass(frozen=True, slots=True)
class Place:
    """A normalised word of an episode: its text, its turn, and its characters [start, end) there."""

    word: str
    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A transcript with the place of each of its normalised words, in order."""

    transcript: Transcript
    places: tuple[Place, ...]

    def words(self, first: int, count: int) -> list[str]:
        """Return `count` normalised words from the word `first`."""
        return [place.word for place in self.places[first : first + count]]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Today's quote for an id, and whether its words have changed since the id was given."""

    quote: Quote
    changed: bool


def open_transcript(home: Path, episode_id: str) -> Opened | None:
    """Return an episode's transcript with its words placed, from memory while its files are unchanged; None if none."""
    folder = episode_folder(home, episode_id)
    try:
        stamps = tuple((folder / name).stat().st_mtime_ns for name in ("transcript.json", "episode.json"))
    except FileNotFoundError:
        return None
    return _opened(home, episode_id, stamps)


@lru_cache(maxsize=_KEPT_TRANSCRIPTS)
def _opened(home: Path, episode_id: str, stamps: tuple[int, ...]) -> Opened | None:
    del stamps  # part of the key only
    transcript = load_transcript(home, episode_id)
    return None if transcript is None else opened(with_episode(transcript, load_record(home, episode_id).episode))


def opened(transcript: Transcript) -> Opened:
    """Return the transcript with the place of each of its normalised words."""
    return Opened(
        transcript,
        tuple(
            Place(word, number, *found.span())
            for number, turn in enumerate(transcript.turns)
            for found in _WORD.finditer(without_marks(turn.text))
            # Two words where a capital has no single small letter (İ), as the index counts them.
            for word in normalise(found.group())
        ),
    )


def fingerprint(words: Sequence[str]) -> str:
    """Return 50 bits of the SHA-256 of normalised words joined by blanks, as ten digits of base 32 (0-9, a-v)."""
    digest = hashlib.sha256(" ".join(words).encode()).digest()
    return base64.b32hexencode(digest).decode().lower()[:_FINGERPRINT_LETTERS]


def quote_at(source: Opened, first: int, count: int) -> Quote:
    """Return the quote of `count` normalised words from `first`; all must lie in one turn (raises ValueError)."""
    places = source.places[first : first + count]
    if first < 0 or count < 1 or len(places) < count or places[0].turn != places[-1].turn:
        raise ValueError(f"words {first}…{first + count} are not words of one turn")
    turn = source.transcript.turns[places[0].turn]
    start, end = _with_punctuation(turn.text, places[0].start, places[-1].end)
    begin, finish = window(turn, start, end)
    return Quote(
        id=".".join(
            (
                source.transcript.episode.id,
                _base32(first),
                _base32(count),
                fingerprint([place.word for place in places]),
            )
        ),
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
    )


def role_of(transcript: Transcript, speaker: str | None) -> str | None:
    """Return what a speaker is said to do, in the words of the episode; None where nobody says it."""
    role = None if speaker is None else transcript.roles.get(speaker)
    return None if role is None else role.role


def resolve(home: Path, identifier: str) -> Resolved:
    """Return today's quote for an id: the span there, else the nearest like it, else carried over from earlier words.

    Needs no table. Raises QuoteUnknown for an id that was never one of this library, QuoteGone with the reason if the
    words were there once and no successor is, or if the episode was removed.
    """
    parsed = _ID.fullmatch(identifier)
    if parsed is None or len(identifier) > MOST_ID_LETTERS:
        raise QuoteUnknown(f"{identifier[:MOST_ID_LETTERS]!r} is not a quote id")
    first, count = int(parsed["first"], 32), int(parsed["count"], 32)
    today = open_transcript(home, parsed["episode"])
    if today is None:
        if (removal := removal_of(home, parsed["episode"])) is not None:
            raise QuoteGone(f"the episode was {removal.sentence}")
        raise QuoteUnknown(f"no episode {parsed['episode']!r} in this library")
    if (found := _find(today, first, count, parsed["print"])) is not None:
        return Resolved(quote_at(today, found, count), changed=False)
    for transcript in earlier_transcripts(home, parsed["episode"]):
        before = opened(transcript)
        if (found := _find(before, first, count, parsed["print"])) is not None:
            return Resolved(_carried(before, today, found, count), changed=True)
    raise QuoteUnknown(f"no words of {parsed['episode']!r} have the fingerprint of this quote id")


def fault_of(quote: Quote, transcript: Transcript) -> Fault | None:
    """Return what is wrong with a quote, None if it is verbatim in its turn, by that speaker and inside its window."""
    if not 0 <= quote.turn < len(transcript.turns):
        return "fabricated"
    turn = transcript.turns[quote.turn]
    if not quote.text or quote.text not in turn.text:
        everywhere = "\n".join(other.text for other in transcript.turns)
        return "frankenquote" if quote.text and normalised(quote.text) in normalised(everywhere) else "fabricated"
    if quote.speaker != turn.speaker:
        return "misattributed"
    return None if _inside(quote, turn) else "mis-timed"


def normalised(text: str) -> str:
    """Return the words of a text in normal form with a blank around each."""
    return f" {' '.join(normalise(text))} "


def _inside(quote: Quote, turn: Turn) -> bool:
    """Whether the quote's window lies in its turn's and holds the words, at one place where the turn says them."""
    if quote.start is None or turn.start is None:
        return quote.start is None and quote.timing == turn.timing
    if quote.start < turn.start - _ROUNDING or not _until(quote.end, turn.end):
        return False
    return any(
        (start is None or quote.start <= start + _ROUNDING) and _until(end, quote.end)
        for start, end in (window(turn, *span) for span in _occurrences(quote.text, turn.text))
    )


def _until(end: float | None, latest: float | None) -> bool:
    return end is None or latest is None or end <= latest + _ROUNDING


def _occurrences(text: str, whole: str) -> Iterator[tuple[int, int]]:
    start = whole.find(text)
    while start >= 0:
        yield start, start + len(text)
        start = whole.find(text, start + 1)


def _find(source: Opened, first: int, count: int, wanted: str) -> int | None:
    """Return where `count` words of one turn with this fingerprint begin: at `first`, else nearest to it."""
    if _matches(source, first, count, wanted):
        return first
    if not 0 < count <= len(source.places):
        return None
    # `fingerprint` of every span, without joining its words and writing its digits anew.
    words = [place.word.encode() for place in source.places]
    turns = [place.turn for place in source.places]
    text = b" ".join(words)
    begins = list(accumulate((len(word) + 1 for word in words), initial=0))
    number = int(wanted, 32)
    found = (
        start
        for start in range(len(words) - count + 1)
        if turns[start] == turns[start + count - 1]
        and int.from_bytes(hashlib.sha256(text[begins[start] : begins[start + count] - 1]).digest()[:7]) >> 6 == number
    )
    return min(found, key=lambda start: abs(start - first), default=None)


def _matches(source: Opened, first: int, count: int, wanted: str) -> bool:
    last = first + count - 1
    if count < 1 or last >= len(source.places) or source.places[first].turn != source.places[last].turn:
        return False
    return fingerprint(source.words(first, count)) == wanted


def _carried(before: Opened, today: Opened, first: int, count: int) -> Quote:
    """Carry a span of earlier words to today's by aligning both texts; raises QuoteGone if too few of them are left."""
    official, heard = encode([place.word for place in before.places], [place.word for place in today.places])
    matches = aligned(official, heard, np.ones(len(official)), np.zeros(len(heard)))
    landed = [pair for pair in matches if first <= pair.official < first + count]
    same = [pair.heard for pair in landed if pair.kind == EXACT]
    turn = today.places[same[len(same) // 2]].turn if same else None
    mine = [pair for pair in landed if today.places[pair.heard].turn == turn]
    kept = sum(pair.kind == EXACT for pair in mine)
    length = mine[-1].heard - mine[0].heard + 1 if mine else 0
    if kept < max(1, _LEAST_CARRIED_SHARE * count) or length > _MOST_SPREAD * count:
        raise QuoteGone("these words were in an earlier transcript of the episode and are not in today's")
    return quote_at(today, mine[0].heard, length)


def _with_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span of words by the quotation marks and stops that stand directly at it, never into a word or a mark."""
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
