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
        "",
    ],
)
def test_others_do_not(sentence: str) -> None:
    """Though they hold the words."""
    assert not asks(sentence)
