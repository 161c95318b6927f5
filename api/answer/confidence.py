"""Estimate whether the podcast answers a question, and whether a quote does, from absolute evidence (Law 10).

Each word of the question, in its context, is matched with the word pieces of the best hit (late interaction: Khattab
and Zaharia, ColBERT, 2020, with the encoder's own vectors). `benchmarks/confidence.py` fits two logistics of two
figures each on the development questions and prints their quality out of fold. What depends on the encoder stands in
`index/encoders.toml`.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp

import numpy as np

from api.answer.candidates import QuoteCandidate
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import Citation
from api.quotes.heard_confidence import share_right
from index.fitted import Fitted
from index.function_words import has_subject
from index.keywords import stems
from index.passage import FoundSentence, Hit
from index.piece_vectors import Codes, best_matches
from index.search import Query
from index.sentences import WORD

# "answered" from here on, which only an answer whose first quote is sure reaches.
CONFIDENT = 0.9
# From here on the podcast answers 19 of 20 such questions, out of fold, but perhaps not with the first quote.
MAY_ANSWER = 0.7
# A sentence that defines or introduces what is asked about touches on it (see api.answer.introductions).
_INTRODUCES = 0.6

_READ_HITS = 2
# What a function word counts beside a word with a meaning of its own.
_FUNCTION_WEIGHT = 0.2
# A word is a name if more than this share of its uses inside sentences have a capital.
NAME_SHARE = 0.6
_PRONOUN = "i"


@dataclass(frozen=True, slots=True)
class MatchScores:
    """Cosines, -1 to 1, of the question's words with their best match in the best hit."""

    words: float  # mean over the words that are not names, or over the names if no other word says anything
    weakest_name: float  # the name or number with the worst match


def confidence(base: KnowledgeBase, query: Query, hits: Sequence[Hit]) -> float:
    """Return the confidence, 0 to 1, that the podcast answers the question; 0 without hits or without a subject."""
    if not (hits and query.terms and any(has_subject(found.group()) for found in WORD.finditer(query.text))):
        return 0.0
    figures = astuple(evidence_of(base, query, hits))
    return _logistic(query.fitted.confidence_weights, query.fitted.confidence_constant, figures)


def quote_confidence(first: QuoteCandidate, query: Query) -> float:
    """Return the confidence, 0 to 1, that a quote answers the question: by its figures, or as the reply to the same."""
    fitted = query.fitted
    return max(_logistic(fitted.quote_weights, fitted.quote_constant, quote_figures(first, query)), first.reply)


def quote_figures(quote: QuoteCandidate, query: Query) -> tuple[float, float]:
    """Return the cosine with the question of the sentences that a quote was chosen by, and their match."""
    words = range(quote.first_word, quote.first_word + quote.core_words)
    return quote.cosine, absolute_match(query, [one for one in quote.hit.sentences if one.sentence.first_word in words])


def absolute_match(query: Query, sentences: Sequence[FoundSentence]) -> float:
    """Return how well sentences match the words of a question, -1 to 1, however rare a word is in the library.

    So the same transcript matches as well alone as among others.
    """
    weights = np.array([1.0 if has_subject(word) else _FUNCTION_WEIGHT for word in query.asked])
    return float(best_matches(query.words, _pieces(sentences)) @ weights / weights.sum()) if query.asked else 0.0


def _logistic(weights: Sequence[float], constant: float, figures: Sequence[float]) -> float:
    return 1 / (1 + exp(-constant - sum(weight * figure for weight, figure in zip(weights, figures, strict=True))))


def overall(answered: float, quoted: float, fitted: Fitted, introduced: float = 0.0) -> float:
    """Return the confidence of an answer from those of the question and of its first quote.

    An answer whose first quote is sure is above every other, unless the question would be refused. `introduced` is the
    grade of the best sentence that defines or introduces what is asked about.
    """
    whole = CONFIDENT * answered
    if introduced >= _INTRODUCES:
        whole = max(whole, fitted.touches)
    is_sure = quoted >= fitted.sure and whole >= fitted.touches
    return CONFIDENT + (1 - CONFIDENT) * answered if is_sure else whole


def as_surely_as_heard(estimate: float, citations: Sequence[Citation], fitted: Fitted) -> float:
    """Return the confidence of an answer, which is no surer than the words of its first quote.

    Doubt about words lowers an answer to one that touches on the question, but never refuses it: what was asked about
    was found all the same.
    """
    if not citations:
        return estimate
    right = share_right(citations[0].timing, citations[0].heard_confidence)
    return min(estimate, max(fitted.touches, right))


def evidence_of(base: KnowledgeBase, query: Query, hits: Sequence[Hit]) -> MatchScores:
    """Return how well the best hit matches the words of a question; names may stand in the second or be a speaker's."""
    held = {stem for hit in hits[:_READ_HITS] for stem in stems(f"{hit.passage.text} {' '.join(hit.passage.speakers)}")}
    words: list[float] = []
    names: list[float] = []
    tells = False
    letters = base.generation.letters_of(query.asked)
    for word, matched in zip(query.asked, _matches(query, hits[0]), strict=True):
        if _is_name(word, letters[word], base):
            stands = (mine := stems(word)) and held.issuperset(mine)
            names.append(max(matched, query.fitted.held_name) if stands else matched)
        else:
            words.append(matched)
            tells = tells or has_subject(word)
    counted = names if names and not tells else words
    return MatchScores(
        words=float(np.mean(counted)) if counted else 0.0,
        weakest_name=min(names) if names else query.fitted.usual_weakest_name,
    )


def _matches(query: Query, hit: Hit) -> list[float]:
    """Return the best cosine of each word of the question with a word of a hit."""
    if not query.asked:
        return []
    found: list[float] = best_matches(query.words, _pieces(hit.sentences)).tolist()
    return found


def _pieces(sentences: Sequence[FoundSentence]) -> Codes:
    return np.concatenate([one.pieces for one in sentences])


def _is_name(word: str, letters: tuple[int, int], base: KnowledgeBase) -> bool:
    """Say whether a word is a name or number, by how the library writes it and not by how the question does.

    `letters` says how often it does so with a capital and with a small letter. A word that the library never uses
    inside a sentence is a name if the encoder splits it into several pieces, as it does with rare words.
    """
    if any(character.isdigit() for character in word):
        return True
    if word.lower() == _PRONOUN or word.lower().startswith((f"{_PRONOUN}'", f"{_PRONOUN}’")):
        return False
    capital, small = letters
    if capital + small:
        return capital > NAME_SHARE * (capital + small)
    return base.encoder.pieces(word) > 1
