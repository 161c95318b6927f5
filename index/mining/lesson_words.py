"""Read a sentence as plain words, so that one phrase finds what people say in many ways; pure and linear."""

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9%$£€]+(?:['\-][a-z0-9]+)*+")
# Longer "words" are no speech.
_LONGEST_WORD = 40
# "I" and "we" tell the same experience, and so do "me" and "us", "my" and "our".
_SAME = {
    "i": "we",
    "me": "us",
    "my": "our",
    "cannot": "can not",
    "can't": "can not",
    "won't": "will not",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "have to",
    "realised": "realized",
    "realise": "realize",
    "learnt": "learned",
}
_ENDINGS = {"n't": "not", "'ve": "have", "'re": "are", "'m": "am", "'ll": "will", "'d": "would", "'s": "is"}
# Behind other words, 's is a genitive.
_WITH_IS = frozenset("it that there he she what here who where how this".split())
# Said between the words of a phrase without changing what it means here.
_FILLERS = frozenset(
    "actually also basically certainly completely definitely essentially eventually extremely fairly honestly "
    "incredibly initially just literally maybe obviously originally perhaps pretty probably quickly quite really "
    "simply totally truly very immediately kinda sorta super uh um er".split()
)


def words_of(text: str) -> list[str]:
    """Return the words of a sentence in lower case: contractions opened, "I" as "we", fillers left out."""
    found = (word for word in _WORD.findall(text.lower().replace("’", "'")) if len(word) <= _LONGEST_WORD)
    return [word for one in found for word in _opened(one)]


@lru_cache(maxsize=1 << 15)
def _opened(word: str) -> tuple[str, ...]:
    if word in _FILLERS:
        return ()
    if word in _SAME:
        return tuple(_SAME[word].split())
    for ending, meaning in _ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem and stem != word:
            opened = _SAME.get(stem, stem)
            return (opened, meaning) if ending != "'s" or stem in _WITH_IS else (opened,)
    return (word,)
