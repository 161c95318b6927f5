"""Read a sentence as the figures by which a stretch of sentences is judged to be a lesson, and of which kind; pure."""

import re

import numpy as np
from numpy.typing import NDArray

from index.mining.lessons.signs import KINDS, signs_of
from index.mining.lessons.words import content_of, words_of
from index.sentences import ends_as_question

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

# Of a sentence, and summed over those of a stretch: how strong its signs of each kind are, of none ("idle"), how often
# it says "we" and "I", of others, its subject words, names, and whether it denies something.
OF_SENTENCES = (*KINDS, "idle", "we", "i", "others", "content", "names", "not")
# Of a stretch: the logarithm of its number of words, that number squared in thousands, and the logarithm of its number
# of sentences.
OF_STRETCHES = ("length", "square", "sentences")
FIGURES = (*OF_SENTENCES, *OF_STRETCHES)
WE, SELF, CONTENT = (FIGURES.index(name) for name in ("we", "i", "content"))

_WE = re.compile(r"\b(?:[Ww]e|us|[Oo]ur)\b")
_I = re.compile(r"\bI\b|\b[Mm]y\b")
_OTHERS = frozenset("they them their he she people".split())
_NEGATION = frozenset("not never no nothing".split())
# A capital within a sentence that is not "I": a name.
_NAME = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z]\w")
_VOICED = re.compile(r'["“][^"“”]*(?:["”]|$)')
# "That is hard, right?" asks nothing.
_TAGS = (["right"], ["know"], ["okay"], ["yeah"])
_JOINTS = frozenset("and so but yeah well because or like right okay then also now just".split())
_LEANING = frozenset("it that this those these".split())
_BROKEN_OFF = ("-", "–", "—", ",", "...", "…")


def figures_of(text: str) -> tuple[float, ...]:
    """Return the figures of a sentence, in the order of `OF_SENTENCES`."""
    words = words_of(text)
    # What is said in the voice of others, or asked, is no sign.
    heard = words_of(_VOICED.sub(" ", text)) if '"' in text or "“" in text else words
    strengths = dict.fromkeys((*KINDS, "idle"), 0.0)
    for kind, strength in signs_of([] if is_question(text) else heard):
        strengths[kind] = strengths[kind] + strength if kind == "idle" else max(strengths[kind], strength)
    return (
        *strengths.values(),
        len(_WE.findall(text)),
        len(_I.findall(text)),
        sum(word in _OTHERS for word in words),
        len(content_of(words)),
        len(_NAME.findall(text)),
        not _NEGATION.isdisjoint(words),
    )


def is_question(text: str) -> bool:
    """Say whether a sentence asks something."""
    return ends_as_question(text) and words_of(text)[-1:] not in _TAGS


def is_leaning(text: str) -> bool:
    """Say whether a sentence opens with a word for something that was said before: "But it was the same"."""
    return next((word for word in words_of(text) if word not in _JOINTS), "") in _LEANING


def is_broken(text: str) -> bool:
    """Say whether a sentence breaks off."""
    return text.rstrip("\"'”’ ").endswith(_BROKEN_OFF)


def stretch_figures(figures: Numbers, words: Numbers, places: tuple[Places, Places]) -> Numbers:
    """Return the figures of stretches of sentences, shape (stretches, FIGURES).

    `figures` are those of the sentences, shape (sentences, OF_SENTENCES), `words` their numbers of words, and `places`
    the first sentences of the stretches and those after the last.
    """
    firsts, lasts = places
    size = sums(words[:, None], firsts, lasts)[:, 0]
    own = (np.log(size), size**2 / 1000, np.log(lasts - firsts))
    return np.column_stack([sums(figures, firsts, lasts), *own])


def sums(rows: Numbers, firsts: Places, lasts: Places) -> Numbers:
    """Return the sums of the rows of each stretch [first, last), shape (stretches, columns)."""
    until = np.vstack([np.zeros(rows.shape[1]), np.cumsum(rows, axis=0, dtype=np.float64)])
    found: Numbers = until[lasts] - until[firsts]
    return found
