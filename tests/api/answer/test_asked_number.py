"""A question for a number is recognised by its form, and what holds one by its words."""

import pytest

from api.answer.asked_number import asks_number, holds_number


@pytest.mark.parametrize(
    "question",
    [
        "How many people work there?",
        "how much did they save",
        "And how long did the move take?",
        "What share of requests failed?",
        "number of servers",
    ],
)
def test_a_question_for_a_number(question: str) -> None:
    """In any case, with or without a mark."""
    assert asks_number(question)


@pytest.mark.parametrize(
    "question",
    [
        "How did they move?",
        "What did a number of people say?",
        "Why so many servers?",
        "What was long about it?",
        "Show many",
        "numbers",
    ],
)
def test_a_question_for_something_else(question: str) -> None:
    """ "Many" alone asks for nothing."""
    assert not asks_number(question)


@pytest.mark.parametrize(
    "text",
    [
        "about 30%",
        "£5m",
        "In 2019.",
        "three of us",
        "Thousands of them",
        "half of it",
        "Seventeen.",
        "Zero.",
        "a couple of days",
        "It took a year.",
        "every week",
    ],
)
def test_a_text_with_a_number(text: str) -> None:
    """In digits or as a word, in any case."""
    assert holds_number(text)


@pytest.mark.parametrize(
    "text", ["the one that failed", "a file in S3", "every other year", "often", "weight", "", "tenant", "fortunate"]
)
def test_a_text_without_a_number(text: str) -> None:
    """ "One" is mostly no number, and no part of a word is one, such as that of a name."""
    assert not holds_number(text)
