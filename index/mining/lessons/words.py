"""Read a sentence as plain words, so that one phrase finds what people say in many ways; pure and linear."""

import re
from collections.abc import Sequence
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
PAST = frozenset(
    "was were had did went got made built found learned ran took wrote thought knew saw came started used wanted "
    "needed tried said felt kept left lost met paid put sent set spent stood told chose became began broke "
    "brought bought fell gave grew held hit led let meant realized rewrote threw".split()
)
# Words that carry no subject: a sentence of them alone is a remark.
_EMPTY = frozenset(
    "a an the and or but so if then of to in on at for with by from as is are was were be been being it this that "
    "these those there they them he she his her we us our you your do does did not no have has had can could will "
    "would should may might like all any some more most other about into than up out down over what which who "
    "when where how why because well know think mean kind sort thing things stuff something going get got go one "
    "lot yeah okay right way say said see want need make people".split()
)
# They name a lesson without saying it.
_NAMING = frozenset(
    "lesson lessons learned problem problems issue issues challenge challenges mistake mistakes reason reasons "
    "decision decided advice important importance interesting valuable key hard difficult big biggest huge best worst "
    "better good great bad wrong main different whole point area part example realized found tried worked happened "
    "made making done doing able start started time times back little bit always never everything anything nothing "
    "something someone everyone things works use used using work".split()
)
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


def subjects_of(words: Sequence[str]) -> frozenset[str]:
    """Return the different words that carry a subject."""
    return frozenset(word for word in words if len(word) > 2 and word not in _EMPTY)


def content_of(words: Sequence[str]) -> frozenset[str]:
    """Return the words that carry a subject and do more than announce a lesson."""
    return subjects_of(words) - _NAMING


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
