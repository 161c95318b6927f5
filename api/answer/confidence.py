"""Estimate whether the podcast answers a question, and whether a quote does, from the evidence for it.

`benchmarks/confidence.py` fits two logistics on questions that readers of transcripts wrote and prints their quality on
others. What depends on the encoder stands in `index/encoders.toml`.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp

from api.answer.candidates import QuoteCandidate
from api.answer.evidence import Evidence, evidence_of, figures_of, names_stand, quote_evidence
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import Citation
from api.quotes.heard_confidence import share_right
from index.fitted import Fitted
from index.function_words import has_subject
from index.passage import Hit
from index.search import Query
from index.sentences import WORD

# "answered" from here on, which only an answer whose first quote is sure reaches.
CONFIDENT = 0.9
# From here on the podcast answers 19 of 20 of the development questions, and six of seven of the readers', but perhaps
# not with the first quote.
MAY_ANSWER = 0.7
# A sentence that defines or introduces what is asked about touches on it (see api.answer.introductions).
_INTRODUCES = 0.6


@dataclass(frozen=True, slots=True)
class Estimates:
    """Probabilities, 0 to 1: that the podcast speaks of the subject, answers the question, and with the first quote."""

    subject: float
    answered: float
    first_quote: float


def estimated(
    base: KnowledgeBase,
    query: Query,
    hits: Sequence[Hit],
    quotes: Sequence[QuoteCandidate],
    subject: float,
    introduced: float,
) -> tuple[float, Estimates]:
    """Return the confidence of an answer, and what it is made of.

    `quotes` are its first quote and then the other candidates, best first. `subject` is the probability that the
    podcast speaks of the subject; at 0 the question is refused. `introduced` is the grade of the best sentence that
    defines or introduces what is asked about.
    """
    answered, quoted, may_be_sure = 0.0, 0.0, False
    if hits:
        evidence = evidence_of(base, query, hits, quotes)
        answered = confidence(query, evidence) if subject else 0.0
        quoted = quote_confidence(query, quotes, evidence) if quotes else 0.0
        may_be_sure = names_stand(evidence, query.fitted)
    found = Estimates(round(subject, 4), round(answered, 4), round(quoted, 4))
    return overall(answered, quoted, query.fitted, introduced, may_be_sure), found


def confidence(query: Query, evidence: Evidence) -> float:
    """Return the confidence, 0 to 1, that the podcast answers a question; 0 without a subject."""
    if not (query.terms and any(has_subject(found.group()) for found in WORD.finditer(query.text))):
        return 0.0
    fitted = query.fitted
    return _logistic(fitted.confidence_weights, fitted.confidence_constant, figures_of(evidence, fitted))


def quote_confidence(query: Query, quotes: Sequence[QuoteCandidate], evidence: Evidence) -> float:
    """Return the confidence, 0 to 1, that the first quote answers: by its evidence, or as the reply to the same."""
    fitted, figures = query.fitted, astuple(quote_evidence(query, quotes, evidence))
    return max(_logistic(fitted.quote_weights, fitted.quote_constant, figures), quotes[0].reply)


def _logistic(weights: Sequence[float], constant: float, figures: Sequence[float]) -> float:
    return 1 / (1 + exp(-constant - sum(weight * figure for weight, figure in zip(weights, figures, strict=True))))


def overall(answered: float, quoted: float, fitted: Fitted, introduced: float = 0.0, may_be_sure: bool = True) -> float:
    """Return the confidence of an answer from those of the question and of its first quote.

    An answer whose first quote is sure is above every other, unless the question would be refused. It cannot be sure if
    a name of the question stands nowhere near. `introduced` is the grade of the best sentence that defines or
    introduces what is asked about.
    """
    whole = CONFIDENT * answered
    if introduced >= _INTRODUCES:
        whole = max(whole, fitted.touches)
    is_sure = may_be_sure and quoted >= fitted.sure and whole >= fitted.touches
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
