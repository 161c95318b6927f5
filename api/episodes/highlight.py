"""Find words in a text the way a reader expects: ignoring case, kind of space and style of quotation marks; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 200
_ALIKE = {mark: f"[{marks}]" for marks in ("'’‘", '"“”') for mark in marks}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a text; `is_found` says whether it is what the reader looked for."""

    text: str
    is_found: bool


def pattern_of(wanted: str) -> re.Pattern[str] | None:
    """Return the pattern that finds the words, or None for empty input; only the first 200 characters are used."""
    words = wanted[:MOST_CHARACTERS].split()
    if not words:
        return None
    escaped = ("".join(_ALIKE.get(letter, re.escape(letter)) for letter in word) for word in words)
    return re.compile(r"\s+".join(escaped), re.IGNORECASE)


def stretches(text: str, pattern: re.Pattern[str] | None) -> Iterator[Stretch]:
    """Yield the pieces of a text in order, found and not found; joined they give the text again."""
    end = 0
    for match in pattern.finditer(text) if pattern else ():
        if match.start() > end:
            yield Stretch(text[end : match.start()], is_found=False)
        yield Stretch(match.group(), is_found=True)
        end = match.end()
    if end < len(text):
        yield Stretch(text[end:], is_found=False)
