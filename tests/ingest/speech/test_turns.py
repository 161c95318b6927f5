"""Turns of heard words: readable, and silent where nothing was heard."""

from ingest.speech.turns import LONG_GAP, turns_heard
from ingest.text.words import NOTHING_HEARD, is_mark, normalise
from ingest.transcript import HeardWord


def said(text: str, start: float) -> list[HeardWord]:
    return [HeardWord(word, start + place, start + place + 0.9, 0.8) for place, word in enumerate(text.split())]


def test_a_long_stretch_without_words_is_a_mark():
    """Before, between and after the words; a shorter one is not. It has no time, no speaker and no word to search."""
    words = [*said("good morning", LONG_GAP), *said("hello again", 30.0), *said("and bye", 40.0)]
    turns = turns_heard(words, 60.0)
    assert [turn.text for turn in turns] == [
        NOTHING_HEARD,
        "Good morning",
        NOTHING_HEARD,
        "Hello again",
        "And bye",
        NOTHING_HEARD,
    ]
    gap = turns[0]
    assert (gap.speaker, gap.start, gap.end, gap.timing, gap.timing_error, gap.confidence) == (None,) * 6
    assert [(word.text, word.start) for word in gap.words] == [(piece, None) for piece in NOTHING_HEARD.split()]
    assert is_mark(NOTHING_HEARD)
    assert normalise(NOTHING_HEARD) == []
    assert [turn.text for turn in turns_heard(words[2:4])] == [NOTHING_HEARD, "Hello again"]
    assert [turn.text for turn in turns_heard(said("bye", 0.0), 0.9 + LONG_GAP - 0.1)] == ["Bye"]


def test_names_are_corrected_before_turns_are_cut():
    """The text shows the show's spelling, the words keep both, and text and words agree."""
    (turn,) = turns_heard(said("we run gob.ukpay. it works", 0.0), terms=("GOV.UK Pay",))
    assert turn.text == "We run GOV.UK Pay. It works"
    assert turn.text.split() == [word.text for word in turn.words]
    assert [word.heard for word in turn.words] == ["we", None, "gob.ukpay.", "", "it", None]
