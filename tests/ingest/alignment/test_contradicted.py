"""Captions whose words are heard at other times get these; all others keep what is published."""

from dataclasses import replace

import pytest

from ingest.alignment.contradicted import with_heard_times
from ingest.transcript import HeardWord, Turn, Word
from tests.ingest.alignment.test_align import conversation, flat, shifted


def _captions() -> tuple[list[Turn], list[list[HeardWord]]]:
    official, spoken = conversation(20, seed=2)
    turns = [
        Turn(
            turn.speaker, turn.text, words[0].start, words[-1].end, "published", 0.5, None,
            tuple(Word(word.text, word.start, word.end) for word in words),
        )
        for turn, words in zip(official, spoken, strict=True)
    ]  # fmt: skip
    return turns, spoken


@pytest.mark.parametrize("first", [0, 8])
def test_times_of_another_edit_are_replaced(first: int) -> None:
    """Half a minute that the captions lack moves the turns behind it to where they are heard; texts and names stay."""
    turns, spoken = _captions()
    heard = [*flat(spoken[:first]), *shifted(flat(spoken[first:]), 30.0)]

    found = with_heard_times(turns, heard, None, 0.1)

    assert [(turn.speaker, turn.text) for turn in found] == [(turn.speaker, turn.text) for turn in turns]
    assert {turn.timing for turn in found} == {"aligned"}
    for number, (turn, before) in enumerate(zip(found, turns, strict=True)):
        assert turn.start == pytest.approx((before.start or 0.0) + 30.0 * (number >= first))


def test_times_that_agree_stay_published() -> None:
    """Captions may be a second off, and one odd time or another recording proves nothing."""
    turns, spoken = _captions()
    stated = tuple(turns)
    odd = (replace(turns[0], start=99.0), *turns[1:])
    _, other = conversation(20, seed=50)

    assert with_heard_times(stated, flat(spoken), None, 0.1) == stated
    assert with_heard_times(stated, shifted(flat(spoken), 1.0), None, 0.1) == stated
    assert with_heard_times(odd, flat(spoken), None, 0.1) == odd
    assert with_heard_times(stated, flat(other), None, 0.1) == stated
