"""Split a sentence into words, each with its position and the characters after it; pure."""

import re
from typing import NamedTuple

from ingest.speakers.names import fold

_TOKEN = re.compile(r"\w+(?:(?:[.&/+]|['’-])\w+)*|&")


class Token(NamedTuple):
    """A word of a sentence at characters [start, end)."""

    text: str
    start: int
    end: int
    after: str  # the characters up to the next word
    low: str  # the word in the form used for comparison

    @property
    def ends(self) -> bool:
        """Whether punctuation or a mark follows this word, so that a phrase ends there."""
        return self.after.strip() not in ("", "'", "’")

    @property
    def capital(self) -> bool:
        """Whether the word is written as a name or title: "Pay", "GOV.UK", "co-Tech"."""
        return any(letter.isupper() for letter in self.text)


def tokens_of(sentence: str) -> tuple[Token, ...]:
    """Return a sentence's words in order; "GOV.UK" and "co-Tech" are one word each."""
    found = list(_TOKEN.finditer(sentence))
    starts = [word.start() for word in found[1:]] + [len(sentence)]
    # Not strict: without any word, `starts` still has one entry.
    return tuple(
        Token(word.group(), *word.span(), sentence[word.end() : start], fold(word.group()))
        for word, start in zip(found, starts, strict=False)
    )
