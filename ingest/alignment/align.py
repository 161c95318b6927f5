"""Align the official text with heard words to give it times, and report where text and recording differ."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ingest.alignment.anchors import align_words
from ingest.alignment.cue_word_times import respread_cue_words
from ingest.alignment.divergence import unheard, unwritten
from ingest.alignment.heard_lengths import lengthened
from ingest.alignment.matching import EXACT, NEAR, Match, encode, gap_costs_between
from ingest.alignment.rematch import Texts, rematch_turns
from ingest.alignment.spoken_form import spoken_form
from ingest.alignment.turn_times import PlacedWord, Placement, place_turns
from ingest.text.words import pieces
from ingest.transcript import Divergence, HeardWord, OfficialTurn, Turn, untimed

LEAST_COVERAGE = 0.3  # if a smaller share of the official words was heard, text and recording do not belong together
_NEAR_CONFIDENCE = 0.7  # confidence of a word that sounded nearly as written
_WORD_BY_WORD = 0.25  # seconds; if the precision is worse, the heard words come from captions
_AFTER_CLAUSE = 0.4  # cost of a pause after a clause, as a share of that within a clause
_PAUSES = tuple(".?!…,:;–—-")
_QUOTES = "\"'”’)]"


class _Token(NamedTuple):
    """A spoken word of an official turn, and the number of its whitespace-separated piece."""

    text: str
    piece: int
    pause_after: bool


class _Sound(NamedTuple):
    """A spoken word of the recording, the number of its heard word, and its times in seconds."""

    text: str
    word: int
    start: float
    end: float


def align(
    turns: Sequence[OfficialTurn],
    heard: Sequence[HeardWord],
    duration: float | None = None,
    precision: float = 0.0,
) -> tuple[tuple[Turn, ...], Divergence]:
    """Return the turns with times in seconds, timing "aligned", and the differences between text and recording.

    `precision` is the error of the heard times in seconds: about 0.1 for Whisper's words, 0.5 for words spread over
    captions. Texts do not change. Every word gets a time or None; times never decrease within a turn and lie in
    [0, duration]. If less than 30 % of the official words were heard, the recording is a different one and no turn gets
    a time. Near-linear in the number of words.
    """
    tokens = [list(_tokens(turn.text)) for turn in turns]
    sounds = list(_sounds(respread_cue_words(heard, ()) if precision > _WORD_BY_WORD else heard))
    matches = _matches(tokens, sounds)
    opens = {sounds[match.heard].word for found in matches for match in found[:1] if match}
    respread = respread_cue_words if precision > _WORD_BY_WORD else lengthened
    sounds = list(_sounds(respread(heard, opens)))
    spoken = [_placed_words(turn, found, sounds) for turn, found in zip(tokens, matches, strict=True)]
    total = sum(map(len, spoken))
    coverage = sum(word.kind >= NEAR for turn in spoken for word in turn) / total if total else 0.0
    timed = tuple(untimed(turn) for turn in turns)
    if coverage >= LEAST_COVERAGE:
        placements = place_turns(spoken, [(sound.start, sound.end) for sound in sounds], duration, precision)
        timed = tuple(
            _with_times(turn, words, spots, placement)
            for turn, words, spots, placement in zip(timed, spoken, tokens, placements, strict=True)
        )
    used = {sounds[match.heard].word for found in matches for match in found if match}
    return timed, Divergence(
        coverage,
        tuple(unheard(timed, [_found(*parts) for parts in zip(timed, tokens, spoken, strict=True)])),
        tuple(unwritten(heard, [index in used or not spoken_form(word.text) for index, word in enumerate(heard)])),
    )


def _tokens(text: str) -> Iterator[_Token]:
    for index, piece in enumerate(pieces(text)):
        words = () if piece.mark else spoken_form(piece.text)
        for place, word in enumerate(words, 1):
            yield _Token(word, index, place == len(words) and piece.text.rstrip(_QUOTES).endswith(_PAUSES))


def _sounds(heard: Sequence[HeardWord]) -> Iterator[_Sound]:
    for index, word in enumerate(heard):
        parts = spoken_form(word.text)
        letters = sum(map(len, parts))
        said = 0
        for part in parts:
            start = word.start + (word.end - word.start) * said / letters
            said += len(part)
            yield _Sound(part, index, start, word.start + (word.end - word.start) * said / letters)


def _matches(tokens: Sequence[Sequence[_Token]], sounds: Sequence[_Sound]) -> list[list[Match | None]]:
    """Return the match of each token of each turn, None for a token that was not heard."""
    official, heard = encode([token.text for turn in tokens for token in turn], [sound.text for sound in sounds])
    ends = np.cumsum([len(turn) for turn in tokens], dtype=np.int64)
    bounds = list(zip([0, *ends.tolist()], ends.tolist(), strict=False))
    continuity = np.array([_AFTER_CLAUSE if token.pause_after else 1.0 for turn in tokens for token in turn])
    continuity[[last - 1 for first, last in bounds if last > first]] = 0.0
    times = np.array([(sound.start, sound.end) for sound in sounds], dtype=np.float64).reshape(-1, 2)
    ordered = align_words(official, heard, continuity, gap_costs_between(times[:, 0], times[:, 1]))
    found = rematch_turns(Texts(official, heard, continuity, times), ordered, bounds)
    places = iter(range(len(official)))
    return [[found.get(next(places)) for _ in turn] for turn in tokens]


def _placed_words(turn: Sequence[_Token], found: Sequence[Match | None], sounds: Sequence[_Sound]) -> list[PlacedWord]:
    return [
        PlacedWord(
            len(token.text) + 1,
            sounds[match.heard].start if match else None,
            sounds[match.heard].end if match else None,
            match.heard if match else None,
            match.kind if match else 0,
            token.pause_after,
        )
        for token, match in zip(turn, found, strict=True)
    ]


def _with_times(turn: Turn, said: Sequence[PlacedWord], tokens: Sequence[_Token], placement: Placement | None) -> Turn:
    if placement is None:
        return replace(turn, confidence=0.0) if said else turn
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for token, (start, end) in zip(tokens, placement.spans, strict=True):
        starts.setdefault(token.piece, start)
        ends[token.piece] = end
    words = tuple(replace(word, start=starts.get(place), end=ends.get(place)) for place, word in enumerate(turn.words))
    heard = sum(1.0 if word.kind == EXACT else _NEAR_CONFIDENCE for word in said if word.kind >= NEAR)
    return replace(
        turn,
        start=placement.spans[0][0],
        end=placement.spans[-1][1],
        timing="aligned",
        timing_error=placement.error,
        confidence=heard / len(said),
        words=words,
    )


def _found(turn: Turn, tokens: Sequence[_Token], said: Sequence[PlacedWord]) -> list[bool | None]:
    """Return for each word of a turn whether anything was heard in its place; None for marks and signs."""
    flags: list[bool | None] = [None] * len(turn.words)
    for token, word in zip(tokens, said, strict=True):
        flags[token.piece] = bool(flags[token.piece]) or word.kind > 0
    return flags
