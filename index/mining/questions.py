"""Say which questions can be read without what was said before them; pure."""

import re

from ingest.text.words import normalise, without_marks

_FEWEST_WORDS, _MOST_WORDS = 6, 18
_ASKS = re.compile(r"(?:What|How|Why|When|Where|Who|Which)\b(?! about\b)[^?]*\?\Z")
# A question with one of these words depends on what was said before it, or on who was present.
_LEANS = frozenset(
    "it its that this these those they them their he she him her his we our us i my me here there then now today "
    "something somebody someone anything one ones else before again guys mean so".split()
)


def stands_alone(question: str) -> bool:
    """Say whether a question is one clear sentence of 6 to 18 words that leans on nothing said before."""
    words = normalise(question)
    return (
        _FEWEST_WORDS <= len(words) <= _MOST_WORDS
        and _ASKS.match(question) is not None
        and without_marks(question) == question
        and _LEANS.isdisjoint(words)
    )
