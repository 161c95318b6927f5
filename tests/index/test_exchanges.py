"""Exchanges: a question near the end of what one person says, and the turn in which another replies."""

from collections.abc import Sequence

import pytest

from index.exchanges import exchanges_of
from index.sentences import sentences_of
from ingest.transcript import Episode, Show, Transcript, Turn, Word

REPLY = "We moved it because the old servers were at the end of their contract."


def pairs(*turns: tuple[str | None, str]) -> list[tuple[str, str]]:
    """Each question found, with the first sentence of its reply."""
    transcript = Transcript(
        Episode("a-1-aaaa", "a1", Show("a", "A show"), 1, "One", None), tuple(turn_of(*each) for each in turns)
    )
    sentences = sentences_of(transcript)
    texts = [transcript.turns[one.turn].text[one.start : one.end] for one in sentences]
    return [(texts[found.question], texts[found.reply]) for found in exchanges_of(transcript, sentences)]


def turn_of(speaker: str | None, text: str) -> Turn:
    words = tuple(Word(word, None, None) for word in text.split())
    return Turn(speaker, text, None, None, None, None, None, words)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([("Ada", "Why did you move it?"), ("Bo", REPLY)], [("Why did you move it?", REPLY)]),
        # Two questions have one reply, and a short remark may follow.
        (
            [("Ada", "Why did you move it? Was it the cost? I have always wondered."), ("Bo", REPLY)],
            [("Why did you move it?", REPLY), ("Was it the cost?", REPLY)],
        ),
        # What only interjects is passed over, whoever it is.
        (
            [("Ada", "Why did you move it?"), ("Bo", "Mm-hm."), ("Ada", "I mean it."), ("Bo", REPLY)],
            [("Why did you move it?", REPLY)],
        ),
        # No reply: the same person, nobody, too short, or a long story after the question.
        ([("Ada", "Why did you move it?"), ("Ada", REPLY)], []),
        ([("Ada", "Why did you move it?")], []),
        ([(None, "Why did you move it?"), (None, REPLY)], []),
        ([("Ada", "Why did you move it?"), ("Bo", "No idea.")], []),
        ([("Ada", f"Why did you move it? {REPLY * 4}"), ("Bo", REPLY)], []),
        ([("Ada", "Right? You know?"), ("Bo", REPLY)], []),
        # Too long for one hit.
        ([("Ada", f"Why {'on earth ' * 38}did you?"), ("Bo", f"We {'really ' * 78}did.")], []),
        # An unknown speaker may reply to a known one.
        ([("Ada", "Why did you move it?"), (None, REPLY)], [("Why did you move it?", REPLY)]),
    ],
)
def test_a_question_has_the_reply_of_somebody_else(
    turns: Sequence[tuple[str | None, str]], expected: list[tuple[str, str]]
) -> None:
    """Whose question it is and what follows decide, not what is said."""
    assert pairs(*turns) == expected
