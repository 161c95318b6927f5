"""Sentences that only ask: questions, and requests that end with a full stop ("Can you tell us who that was.")."""

import re
from collections.abc import Sequence

from api.answer.runs import says_nothing
from index.passage import FoundSentence
from index.sentences import ends_as_question

_REQUEST = re.compile(
    r"(?:(?:so|and|but|well|okay|ok|yes|yeah|right|now|alright|please|maybe|perhaps|just)\b,? )*"
    r"(?:(?:can|could|would|will|do|did|have|are) you|(?:tell|give|talk|walk|take) (?:me|us|our listeners))\b",
    re.IGNORECASE,
)


def asks(sentence: str) -> bool:
    """Say whether a sentence ends with a question mark, or begins by asking somebody to do or say something."""
    return ends_as_question(sentence) or _REQUEST.match(sentence) is not None


def only_asks(sentences: Sequence[FoundSentence]) -> bool:
    """Say whether sentences are nothing but questions and interjections."""
    asking = [asks(one.text) for one in sentences]
    return any(asking) and all(asked or says_nothing(one) for asked, one in zip(asking, sentences, strict=True))
