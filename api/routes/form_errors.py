"""Check a question and its filters as typed into a form, and report errors field by field."""

from collections.abc import Mapping
from dataclasses import asdict

from api.answer.filters import Asked, parse_filters
from api.answer.question import Question, parse_question
from api.errors import FilterError, QuestionError
from api.server.live_index import Live
from index.generation import Generation

_DATES = {
    "since": "“Published from” must be a date, such as 2021-10-28",
    "until": "“Published until” must be a date, such as 2021-10-28",
}
NO_NUMBER = "this must be a number, such as 3"
_MOST_DIGITS = 9


def checked(live: Live, asked: str, filters: Asked, count: int | None) -> tuple[Question | None, Mapping[str, str]]:
    """Return the question and error messages by field name; the rest is checked only if the question (`q`) is valid.

    `count` is that of `count_of`. Raises as `Live.base` does if the question is valid but there is nothing to search.
    """
    try:
        question = parse_question(asked)  # before the index is opened, so that it is a 422 even if there is no index
    except QuestionError as error:
        return None, {"q": str(error)}
    generation = live.base().generation
    found = {name: _fault(generation, name, value) for name, value in asdict(filters).items()}
    found["k"] = NO_NUMBER if count is None else None
    return question, {name: fault for name, fault in found.items() if fault is not None}


def count_of(typed: str, usual: int, most: int) -> int | None:
    """Return a number as typed into a form, at most `most`, `usual` for none; None if it is no number of 1 and more."""
    if not typed.strip():
        return usual
    digits = typed.strip().lstrip("0")
    # int() refuses thousands of digits.
    return min(most, int(digits[:_MOST_DIGITS])) if digits.isascii() and digits.isdecimal() else None


def _fault(generation: Generation, name: str, value: str | None) -> str | None:
    try:
        parse_filters(Asked(**{name: value}), generation)
    except FilterError as error:
        return _DATES.get(name, str(error))
    return None
