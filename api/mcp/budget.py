"""Keep what goes to a language model within a number of tokens; pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any

# What a model's context can spare for one call, and what some clients cut off (25,000) less a margin.
USUAL_TOKENS, LEAST_TOKENS, MOST_TOKENS = 4_000, 1_000, 20_000
# A result goes out twice, as text and as structured content; clients pass on either or both.
_COPIES = 2
# Room for the sentence that says what was left out, and for the cursor.
_RESERVE = 80
# Runs that tokenizers keep together: letters, capitals, digits and blanks. Anything else counts by its bytes.
_RUN = re.compile(r"[A-Z]{2,}|[A-Za-z]+|[0-9]+| +|[^A-Za-z0-9 ]")
_LETTERS_OF_ONE, _LETTERS_OF_TWO = 7, 12


def tokens(text: str) -> int:
    """Return an estimate of a text's tokens, above what byte pair encoders make of English, JSON and other scripts.

    Text of random letters may have up to three times as many.
    """
    return sum(map(_tokens_of, _RUN.findall(text)))


def _tokens_of(run: str) -> int:
    if not run.isascii():
        return len(run.encode(errors="replace"))
    if run[0] == " ":
        return len(run) - 1  # one blank belongs to the word that follows
    if run.isdigit() or (run.isupper() and len(run) > 1):
        return ceil(len(run) / 2)
    if len(run) <= _LETTERS_OF_ONE:
        return 1
    return 2 if len(run) <= _LETTERS_OF_TWO else ceil(len(run) / 2)


def written(told: Mapping[str, Any]) -> str:
    """Return a result as the text of its JSON, in which no quoted word can end its quotation."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def fits(told: Mapping[str, Any], most: int) -> bool:
    """Say whether a result, sent as text and as structured content, has at most so many tokens."""
    return _COPIES * (tokens(written(told)) + _RESERVE) <= most


def fitted(told: Mapping[str, Any], lists: Iterable[str], most: int) -> dict[str, Any]:
    """Return a result whose `lists` are shortened from their ends, in their order, until it fits or all are empty.

    Each list is worth less the further down an item stands, so what is left is the best of it.
    """
    shown = dict(told)
    for name in lists:
        if fits(shown, most):
            break
        items: Sequence[Any] = told[name]
        least, over = 0, len(items)  # so many items may fit, so many do not
        while over - least > 1:
            middle = (least + over) // 2
            if fits({**shown, name: items[:middle]}, most):
                least = middle
            else:
                over = middle
        shown[name] = list(items[:least])
    return shown
