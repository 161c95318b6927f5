"""The sample show as it may also be: corrected after it was quoted, with estimated times, with none, without sound."""

from dataclasses import replace
from pathlib import Path

from api.episodes.transcripts import open_transcript
from api.quotes.quote import quote_at
from index.building.build import build
from ingest.library.records import Record, episode_ids, load_transcript, recording, save_record, save_transcript
from ingest.text.words import normalise
from ingest.transcript import Divergence, Transcript, Turn, Unheard, Unwritten, Word
from tests.api.conftest import HashedStems

_CORRECTED = "Clean the data where it is, before you move it."
_REPLACED = "One named person on each shift."
_GUESS_SECONDS = 20.0


def edit(home: Path) -> dict[str, str]:
    """Edit and index a copy of the sample; returns episode and quote ids by what they are an example of."""
    first, second, third = episode_ids(home)
    known = {
        "changed": _quote_of(home, first, _CORRECTED),
        "withdrawn": _quote_of(home, first, _REPLACED),
        "differing": first,
        "estimated": second,
        "untimed": third,
    }
    _save(home, _corrected(_transcript(home, first)))
    _save(home, _guessed(_transcript(home, second)))
    untimed = _transcript(home, third)
    _save(home, replace(untimed, divergence=None, turns=tuple(_without_times(turn) for turn in untimed.turns)))
    sound = recording(home, third)
    assert sound is not None
    sound.unlink()
    known["waiting"] = "the-moving-day-4-wait"
    save_record(home, Record(replace(untimed.episode, id=known["waiting"], guid="4", number=4, title="To come"), ()))
    build(home, HashedStems())
    return known


def _quote_of(home: Path, episode: str, text: str) -> str:
    source = open_transcript(home, episode)
    assert source is not None
    words, wanted = [place.word for place in source.places], normalise(text)
    first = next(place for place in range(len(words)) if words[place : place + len(wanted)] == wanted)
    return quote_at(source, first, len(wanted)).id


def _transcript(home: Path, episode: str) -> Transcript:
    found = load_transcript(home, episode)
    assert found is not None
    return found


def _save(home: Path, transcript: Transcript) -> None:
    save_transcript(home, transcript, "edited by a test")


def _corrected(transcript: Transcript) -> Transcript:
    """One word corrected, one turn replaced, and a recording that differs in three ways."""
    turns = [
        _with_text(turn, turn.text.replace("Clean the data", "Tidy the data"))
        if _CORRECTED in turn.text
        else _with_text(turn, "That is all there was to it.")
        if _REPLACED in turn.text
        else turn
        for turn in transcript.turns
    ]
    whole = turns[2]
    assert turns[3].start is not None
    divergence = Divergence(
        0.9,
        (Unheard(1, "Hello Mina.", 20.0, 21.0), Unheard(2, whole.text, whole.start, whole.end)),
        (Unwritten("and so on and so forth", turns[3].start, turns[3].start + 2),),
    )
    return replace(transcript, turns=tuple(turns), divergence=divergence)


def _with_text(turn: Turn, text: str) -> Turn:
    """The turn with other words, spread over its time."""
    assert turn.start is not None
    assert turn.end is not None
    step = (turn.end - turn.start) / len(text.split())
    words = tuple(
        Word(word, turn.start + place * step, turn.start + (place + 1) * step)
        for place, word in enumerate(text.split())
    )
    return replace(turn, text=text, words=words)


def _guessed(transcript: Transcript) -> Transcript:
    turns = tuple(replace(turn, timing="estimated", timing_error=_GUESS_SECONDS) for turn in transcript.turns)
    return replace(transcript, turns=turns, divergence=None)


def _without_times(turn: Turn) -> Turn:
    words = tuple(replace(word, start=None, end=None) for word in turn.words)
    return replace(turn, start=None, end=None, timing=None, timing_error=None, words=words)
