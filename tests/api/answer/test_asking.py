"""Sentences that only ask are told from those that say something."""

import pytest

from api.answer.asking import asks


@pytest.mark.parametrize(
    "sentence",
    [
        "What did the move cost?",
        "So, can you tell us who that person was.",
        "And would you share how it went with our listeners...",
        "Tell me about the ropes.",
        "Right, so talk us through the day.",
        "So you moved by night, didn't you?",
        "Did it work, right?",
        "How hard can it be, right?",
        'And "why?"',
    ],
)
def test_questions_and_requests_ask(sentence: str) -> None:
    """With any full stop."""
    assert asks(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We can tell you who that was.",
        "You could tell.",
        "Canned fish would you believe it.",
        "Tell them that it is cold.",
        "The move cost ten thousand pounds, right?",
        "And we lost them all, didn't we?",
        'The office asked us, "What does it cost?"',
        "Would you believe it, the roof came down.",
        "",
    ],
)
def test_others_do_not(sentence: str) -> None:
    """Though they hold the words."""
    assert not asks(sentence)
