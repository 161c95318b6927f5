"""Words in quotation marks: a hit must hold them in a row."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from index.generation import Generation
from index.passage import Filters
from ingest.text.words import normalise, without_marks

# Apostrophes are no quotation marks here. A mark without its partner is left out.
QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]*)[\"“”»]")
_READ_AT_ONCE = 500


def phrases_of(text: str) -> tuple[str, ...]:
    """Return what stands in quotation marks in a question, in order, each once, without marks such as [laughs]."""
    found = (" ".join(without_marks(quoted).split()) for quoted in QUOTED.findall(text))
    return tuple(dict.fromkeys(phrase for phrase in found if normalise(phrase)))


def holds(text: str, phrase: str) -> bool:
    """Say whether one line of a text holds the words of a phrase in a row, in any case and punctuation."""
    return _pattern(phrase).search(without_marks(text).lower()) is not None  # as the words of a phrase are


@lru_cache
def _pattern(phrase: str) -> re.Pattern[str]:
    words = r"[^\w\n]+".join(map(re.escape, normalise(phrase)))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def with_phrases(generation: Generation, phrases: Sequence[str], filters: Filters) -> Filters:
    """Return the filters with only those passages that hold all phrases; unchanged if there are none."""
    ids = generation.having(generation.terms(" ".join(phrases)), filters)
    held = {
        passage.id
        for begin in range(0, len(ids), _READ_AT_ONCE)
        for passage in generation.passages(ids[begin : begin + _READ_AT_ONCE])
        if all(holds(passage.text, phrase) for phrase in phrases)
    }
    return replace(filters, only=frozenset(held)) if held else filters
