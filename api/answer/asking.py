"""Sentences that only ask: questions, and requests that end with a full stop ("Can you tell us who that was.")."""

import re
from collections.abc import Sequence

from api.answer.runs import says_nothing
from index.function_words import AUXILIARIES
from index.passage import FoundSentence
from index.sentences import WORD, ends_as_question

_JOINTS = r"(?:(?:so|and|but|well|okay|ok|yes|yeah|right|now|alright|please|maybe|perhaps|just)\b,? )*"
_REQUEST = re.compile(
    rf"{_JOINTS}(?:(?:can|could|would|will|do|did|have|are) you(?! (?:believe|imagine)\b)"
    r"|(?:tell|give|talk|walk|take) (?:me|us|our listeners))\b",
    re.IGNORECASE,
)
_AUXILIARY = "|".join(sorted(AUXILIARIES))
_ASKING = re.compile(
    rf"{_JOINTS}(?:why|who|whose|which|how|(?:what|when|where)(?:['’]s|['’]re| (?:{_AUXILIARY}))|{_AUXILIARY}|you)\b",
    re.IGNORECASE,
)
# What may stand at the end of a statement: "It cost a week, right?", "We lost it, didn't we?", 'They asked, "Why?"'
_AT_THE_END = re.compile(
    r"(?:[,–—-]\s?(?:right|you know|okay|ok|yeah|(?:\w+n['’]t|is|was|did) (?:it|that|he|she|we|they|I))\?"
    r'|["“][^"“”]*\?["”])[?"\'”’)\]\s]*\Z',
    re.IGNORECASE,
)
_FEWEST_STATING_WORDS = 3


def asks(sentence: str) -> bool:
    """Say whether a sentence is a question, or begins by asking somebody to do or say something."""
    return (ends_as_question(sentence) and not _states(sentence)) or _REQUEST.match(sentence) is not None


def _states(question: str) -> bool:
    """Say whether what ends with a question mark states something: all but its end, and nobody is addressed."""
    said = _AT_THE_END.sub("", question)
    return said != question and len(WORD.findall(said)) >= _FEWEST_STATING_WORDS and not _ASKING.match(said)


def only_asks(sentences: Sequence[FoundSentence]) -> bool:
    """Say whether sentences are nothing but questions and the interjections before them.

    However short, what follows a question of one's own replies to it: "What did it cost? Ten pounds."
    """
    asking = [asks(one.text) for one in sentences]
    last = max((number for number, asked in enumerate(asking) if asked), default=-1)
    return last == len(asking) - 1 and all(
        asked or says_nothing(one) for asked, one in zip(asking, sentences, strict=True)
    )
