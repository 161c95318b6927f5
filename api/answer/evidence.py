"""What speaks for an answer: how well the words of a question are matched in the best hits and in the first quote.

Each word of the question, in its context, is matched with the word pieces of the hits (late interaction: Khattab and
Zaharia, ColBERT, 2020, with the encoder's own vectors). That the podcast answers has absolute evidence (Law 10); that
this quote does also has how far it is ahead of others (docs/adr/0043-confidence-is-fitted-on-readers-questions.md).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from math import log1p

import numpy as np
from numpy.typing import NDArray

from api.answer.candidates import QuoteCandidate, overlap
from api.knowledge_base import KnowledgeBase
from index.fitted import Fitted
from index.function_words import has_subject
from index.keywords import stems
from index.passage import FoundSentence, Hit
from index.piece_vectors import Codes, best_matches
from index.search import Query

Floats = NDArray[np.float32]

_READ_HITS = 2
# With so many other quotes the first is compared.
_RIVALS = 3
_LEAST_NORM = 1e-12  # so that nothing is divided by zero
# What a function word counts beside a word with a meaning of its own.
_FUNCTION_WEIGHT = 0.2
# A word is a name if more than this share of its uses inside sentences have a capital.
NAME_SHARE = 0.6
_PRONOUN = "i"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the podcast answering a question; all but the last are cosines, -1 to 1.

    Matches are of the question's words with the word that matches them best.
    """

    words: float  # mean match in the best hit, of words that are not names, or of names if no other word says anything
    weakest_name: float | None  # worst match in the best hit of a name or number; None in a question without
    weakest_word: float  # worst match of a word with a meaning of its own, in the hit where that is best
    nearest_hit: float  # cosine of the question with the mean of a hit's sentences, of the nearest hit
    lacks_number: float  # 1 if the question asks for a number and the first quote holds none


@dataclass(frozen=True, slots=True)
class QuoteEvidence:
    """What speaks for a quote answering a question."""

    match: float  # of the question's words with the sentences that the quote was chosen by, -1 to 1
    lead: float  # logarithm of one and by how much its score is above the mean of the next three quotes
    words: float  # as in `Evidence`
    lacks_number: float  # as in `Evidence`


def figures_of(evidence: Evidence, fitted: Fitted) -> tuple[float, ...]:
    """Return the evidence as numbers; a question without names has the usual figure, which neither helps nor hurts."""
    return astuple(
        replace(evidence, weakest_name=fitted.usual_weakest_name) if evidence.weakest_name is None else evidence
    )


def names_stand(evidence: Evidence, fitted: Fitted) -> bool:
    """Say whether all names and numbers of a question stand in the best hits, word for word or nearly so."""
    return evidence.weakest_name is None or evidence.weakest_name >= fitted.held_name


def quote_evidence(query: Query, quotes: Sequence[QuoteCandidate], evidence: Evidence) -> QuoteEvidence:
    """Return the evidence for the first of some quotes, given that for the question."""
    first = quotes[0]
    words = range(first.first_word, first.first_word + first.core_words)
    core = [one for one in first.hit.sentences if one.sentence.first_word in words]
    return QuoteEvidence(absolute_match(query, core), _lead(quotes), evidence.words, evidence.lacks_number)


def _lead(quotes: Sequence[QuoteCandidate]) -> float:
    """Compare the first quote with the next three that share no words with it or each other; 0 if there is no other."""
    first, *others = quotes
    apart = [first]
    for quote in others:
        if len(apart) <= _RIVALS and not any(_share_words(quote, other) for other in apart):
            apart.append(quote)
    rivals = [quote.score for quote in apart[1:]]
    return log1p(max(0.0, first.score - float(np.mean(rivals)))) if rivals else 0.0


def _share_words(one: QuoteCandidate, other: QuoteCandidate) -> bool:
    mine, others = (range(each.first_word, each.first_word + each.words) for each in (one, other))
    return one.hit.episode.id == other.hit.episode.id and overlap(mine, others)


def absolute_match(query: Query, sentences: Sequence[FoundSentence]) -> float:
    """Return how well sentences match the words of a question, -1 to 1, however rare a word is in the library.

    So the same transcript matches as well alone as among others.
    """
    weights = np.array([1.0 if has_subject(word) else _FUNCTION_WEIGHT for word in query.asked])
    return float(best_matches(query.words, _pieces(sentences)) @ weights / weights.sum()) if query.asked else 0.0


def evidence_of(base: KnowledgeBase, query: Query, hits: Sequence[Hit], quotes: Sequence[QuoteCandidate]) -> Evidence:
    """Return the evidence in the best hits, of which there is at least one, and in the first quote, if there is one.

    Names may stand in the second hit or be a speaker's.
    """
    held = {stem for hit in hits[:_READ_HITS] for stem in stems(f"{hit.passage.text} {' '.join(hit.passage.speakers)}")}
    words: list[float] = []
    names: list[float] = []
    tells = False
    letters = base.generation.letters_of(query.asked)
    matches = _matches(query, hits)
    for word, matched in zip(query.asked, matches[0].tolist(), strict=True):
        if _is_name(word, letters[word], base):
            stands = (mine := stems(word)) and held.issuperset(mine)
            names.append(max(matched, query.fitted.held_name) if stands else matched)
        else:
            words.append(matched)
            tells = tells or has_subject(word)
    counted = names if names and not tells else words
    telling = [place for place, word in enumerate(query.asked) if has_subject(word)]
    return Evidence(
        words=float(np.mean(counted)) if counted else 0.0,
        weakest_name=min(names, default=None),
        weakest_word=float(matches[:, telling].min(axis=1).max()) if telling else 0.0,
        nearest_hit=max(_cosine(query, hit) for hit in hits),
        lacks_number=float(bool(quotes) and quotes[0].lacks_number),
    )


def _matches(query: Query, hits: Sequence[Hit]) -> Floats:
    """Return the best cosine of each word of the question with a word of each hit, shape (hits, words)."""
    if not query.asked:
        return np.zeros((len(hits), 0), np.float32)
    return np.array([best_matches(query.words, _pieces(hit.sentences)) for hit in hits])


def _cosine(query: Query, hit: Hit) -> float:
    """Return the cosine of the question with the mean of a hit's sentences, each as often as it has words."""
    mean = np.sum([one.vector * one.sentence.words for one in hit.sentences], axis=0)
    return float(mean @ query.vector) / max(float(np.linalg.norm(mean)), _LEAST_NORM)


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
