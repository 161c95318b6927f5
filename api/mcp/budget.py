"""Keep what goes to a language model within a number of tokens; pure."""

import json
import re
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

# What a model's context can spare for one call, and what some clients cut off (25,000) less a margin.
USUAL_TOKENS, LEAST_TOKENS, MOST_TOKENS = 4_000, 2_000, 20_000
# A result goes out twice, as text and as structured content; clients pass on either or both.
_COPIES = 2
# Room for the sentence that says what was left out, and for the cursor.
_RESERVE = 80
# Runs that tokenizers keep together: letters with digits, capitals, letters, blanks and signs. Anything else counts by
# its bytes.
_RUN = re.compile(r"[A-Za-z]*[0-9][A-Za-z0-9]*|[A-Z]{2,}|[A-Za-z]+| +|[!-/:-@\[-`{-~]+|[^!-~ ]")
_LETTERS_OF_ONE, _LETTERS_OF_TWO = 7, 12
_SIGNS_OF_ONE, _SIGNS_OF_TWO = 3, 6  # JSON has many such runs, and tokenizers know them


def tokens(text: str) -> int:
    """Return an estimate of a text's tokens, above what byte pair encoders make of English, JSON and other scripts.

    Text of random letters may have up to three times as many.
    """
    return sum(map(_tokens_of, _RUN.findall(text)))


def _tokens_of(run: str) -> int:
    length = len(run)
    if not run.isascii():
        return len(run.encode(errors="replace"))
    if run[0] == " ":
        return length - 1  # one blank belongs to the word that follows
    if run.isdigit() or (run.isupper() and length > 1):
        return ceil(length / 2)
    if not run.isalnum():
        return 1 if length <= _SIGNS_OF_ONE else 2 if length <= _SIGNS_OF_TWO else length
    if not run.isalpha():
        return ceil(3 * length / 4)
    return 1 if length <= _LETTERS_OF_ONE else 2 if length <= _LETTERS_OF_TWO else ceil(length / 2)


def written(told: Any) -> str:
    """Return a result as the text of its JSON, in which no quoted word can end its quotation."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def size(told: Mapping[str, Any]) -> int:
    """Return how many tokens a result has, sent as text and as structured content."""
    return _COPIES * tokens(written(told))


def fits(told: Mapping[str, Any], most: int) -> bool:
    """Say whether a result, with a sentence and a cursor more, has at most so many tokens."""
    return size(told) + _COPIES * _RESERVE <= most


def fitted(told: Mapping[str, Any], lists: Sequence[str], most: int) -> dict[str, Any]:
    """Return a result whose `lists` are shortened from their ends, in their order, until it fits or all are empty.

    What room is left then goes to the lists that were shortened before. A list is worth less further down, so what is
    left is the best of it.
    """
    shown = dict(told)
    for name in lists:
        if not fits(shown, most):
            shown[name] = _part(shown, name, told[name], most)
    for name in reversed(lists):
        if len(shown[name]) < len(told[name]):
            shown[name] = _part(shown, name, told[name], most)
    return shown


def _part(shown: Mapping[str, Any], name: str, items: Sequence[Any], most: int) -> list[Any]:
    """Return as many of a list's first items as fit beside everything else; [] if none do."""
    room = most // _COPIES - _RESERVE - tokens(written({**shown, name: []}))
    for place, item in enumerate(items):
        room -= tokens(written(item)) + 1
        if room < 0:
            return list(items[:place])
    return list(items)
