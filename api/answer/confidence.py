"""Estimate the probability that the podcast answers a question, from absolute evidence (Law 10 of the design).

Each word of the question, in its context, is matched with the word pieces of the two best passages (late interaction:
Khattab and Zaharia, ColBERT, 2020, with the encoder's own vectors). `benchmarks/confidence.py` fits a logistic of two
figures on the development questions and prints its quality out of fold.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp

import numpy as np

from api.answer.function_words import is_function_word
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import Citation
from api.quotes.heard_confidence import share_right
from index.passage import Hit
from index.piece_vectors import best_matches
from index.search import Query
from index.sentences import WORD

# Printed by `python benchmarks/confidence.py` (docs/evaluation.md): the weights of the figures below and the constant.
WEIGHTS = (17.033, 5.395)
CONSTANT = -11.371
# "answered" from CONFIDENT on, "partial" from TOUCHES on, else "unanswerable"; chosen out of fold (contract).
CONFIDENT = 0.933
TOUCHES = 0.580

# Used when a question has no names: the mean over questions that have some, so that having no names neither helps nor
# hurts.
USUAL_WEAKEST_NAME = 0.601
_READ_HITS = 2
# A word is a name if more than this share of its uses inside sentences have a capital.
NAME_SHARE = 0.6
_PRONOUN = "i"


@dataclass(frozen=True, slots=True)
class MatchScores:
    """Cosines, -1 to 1, of the question's words with their best match in the best passages."""

    words: float  # mean over the words that are not names, or over all words if there are only names
    weakest_name: float  # the name or number with the worst match


def confidence(base: KnowledgeBase, query: Query, hits: Sequence[Hit]) -> float:
    """Return the confidence, 0 to 1, that the podcast answers the question; 0 without hits or without a subject."""
    if not hits or not any(_has_subject(found.group()) for found in WORD.finditer(query.text)):
        return 0.0
    figures = astuple(evidence_of(base, query, hits))
    return 1 / (1 + exp(-CONSTANT - sum(weight * figure for weight, figure in zip(WEIGHTS, figures, strict=True))))


def as_surely_as_heard(estimate: float, citations: Sequence[Citation]) -> float:
    """Return the confidence of an answer, which is no surer than the words of its first quote.

    Doubt about words lowers an answer to one that touches on the question, but never refuses it: what was asked about
    was found all the same.
    """
    if not citations:
        return estimate
    right = share_right(citations[0].timing, citations[0].heard_confidence)
    return min(estimate, max(TOUCHES, right))


def evidence_of(base: KnowledgeBase, query: Query, hits: Sequence[Hit]) -> MatchScores:
    """Return how well the best hits, including their speakers' names, match the words of a question."""
    words: list[float] = []
    names: list[float] = []
    for word, matched in zip(query.asked, _matches(base, query, hits[:_READ_HITS]), strict=True):
        (names if _is_name(word, base) else words).append(matched)
    return MatchScores(
        words=float(np.mean(words or names)) if words or names else 0.0,
        weakest_name=min(names) if names else USUAL_WEAKEST_NAME,
    )


def _matches(base: KnowledgeBase, query: Query, hits: Sequence[Hit]) -> list[float]:
    """Return the best cosine of each word of the question with a word of these hits, 1 if a speaker's name has it."""
    spoken = {stem for hit in hits for name in hit.passage.speakers for stem in base.generation.terms(name)}
    codes = [one.pieces for hit in hits for one in hit.sentences]
    if not codes or not query.asked:
        return [0.0] * len(query.asked)
    found = best_matches(query.words, np.concatenate(codes)).tolist()
    return [
        1.0 if (terms := base.generation.terms(word)) and spoken.issuperset(terms) else best
        for word, best in zip(query.asked, found, strict=True)
    ]


def _has_subject(word: str) -> bool:
    """Say whether a word has meaning of its own: neither a function word nor a single letter."""
    return len(word) > 1 and not is_function_word(word)


def _is_name(word: str, base: KnowledgeBase) -> bool:
    """Say whether a word is a name or number, by how the library writes it and not by how the question does.

    A word that the library never uses inside a sentence is a name if the encoder splits it into several pieces, as it
    does with rare words.
    """
    if any(character.isdigit() for character in word):
        return True
    if word.lower() == _PRONOUN or word.lower().startswith((f"{_PRONOUN}'", f"{_PRONOUN}’")):
        return False
    capital, small = base.generation.letters(word)
    if capital + small:
        return capital > NAME_SHARE * (capital + small)
    return base.encoder.pieces(word) > 1
