"""Measure the worth of each part of a quote's score: without it, and with other weights.

    python benchmarks/quotes.py HOME QUESTIONS.jsonl

Prints for the answerable questions how often the first citation is right, how often one of the first five is, and the
changes against the score in use with their 95 % intervals (paired bootstrap over questions). Every question is
answered here, whatever the confidence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.answer.candidates import (
    _ASKER_COST,
    _COVERAGE_WEIGHT,
    _EMPTY_COST,
    _HIT_WEIGHT,
    _LENGTH_WEIGHT,
    _MATCH_WEIGHT,
    _NAMED_WEIGHT,
    _OPENING_COST,
    QuoteCandidate,
    candidates_of,
)

# Imports private names, because this measures the internals of choosing quotes, which no other code uses.
from api.answer.compose import WEIGHED_HITS, _cited
from api.answer.question import parse_question, query_of
from api.evaluation.evaluate import CITATION_WORDS
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.quotes.citation import Citation
from api.settings import Settings
from benchmarks.figures import arguments, interval, signed, table
from benchmarks.retrieval import right_for
from index.search import search

Floats = NDArray[np.float64]
HEADS = ("score of a quote", "first right", "one of five right", "change of the first", "change of five")
CITED = 5


@dataclass(frozen=True)
class Part:
    """A part of the score: its value for every candidate of a question, and its weight in use."""

    values: Callable[[Sequence[QuoteCandidate]], Floats]
    weight: float


@dataclass(frozen=True)
class Candidates:
    """A question's candidate quotes in their current order."""

    question: Question
    spans: tuple[QuoteCandidate, ...]


def _deviations(values: Sequence[float]) -> Floats:
    array = np.array(values)
    spread = array.std()
    return (array - array.mean()) / spread if spread > 0 else np.zeros_like(array)


def _deviating(value: Callable[[QuoteCandidate], float]) -> Callable[[Sequence[QuoteCandidate]], Floats]:
    return lambda spans: _deviations([value(span) for span in spans])


def _each(value: Callable[[QuoteCandidate], float]) -> Callable[[Sequence[QuoteCandidate]], Floats]:
    return lambda spans: np.array([float(value(span)) for span in spans])


PARTS = {
    "cosine": Part(_deviating(lambda span: span.cosine), 1.0),
    "words of the question": Part(_deviating(lambda span: span.coverage), _COVERAGE_WEIGHT),
    "match with the question's words": Part(_deviating(lambda span: span.match), _MATCH_WEIGHT),
    "length": Part(_deviating(lambda span: float(np.log(span.core_words))), _LENGTH_WEIGHT),
    "score of the passage": Part(_each(lambda span: span.hit.score), _HIT_WEIGHT),
    "the bonus for the person asked about": Part(_each(lambda span: span.by_named), _NAMED_WEIGHT),
    "the penalty for who asks the questions": Part(_each(lambda span: span.by_asker), -_ASKER_COST),
    "the penalty for beginnings of turns": Part(_each(lambda span: span.is_opening), -_OPENING_COST),
    "the penalty for questions and repetitions": Part(_each(lambda span: span.is_empty), -_EMPTY_COST),
}
OTHER_WEIGHTS = (
    ("length", 0.7),
    ("length", 1.4),
    ("cosine", 0.5),
    ("cosine", 1.5),
    ("words of the question", 1.0),
    ("match with the question's words", 1.0),
    ("match with the question's words", 2.0),
    ("score of the passage", 1.0),
    ("score of the passage", 2.5),
)


def main() -> None:
    """Parse the command line, measure and print."""
    options = arguments(__doc__).parse_args()
    print(table(HEADS, choices(open_base(Settings(home=options.home)), read_questions(options.questions))))


def choices(base: KnowledgeBase, questions: Sequence[Question]) -> list[tuple[object, ...]]:
    """Return the rows of the table HEADS: score in use, without each part, other weights."""
    asked = [_candidates(base, question) for question in questions if question.answerable]
    variants: dict[str, Callable[[Candidates], Sequence[QuoteCandidate]]] = {"in use": lambda one: one.spans}
    for name in PARTS:
        variants[f"without {name}"] = _weighing({name: 0.0})
    for name, weight in OTHER_WEIGHTS:
        variants[f"{name} {weight:g} instead of {PARTS[name].weight:g}"] = _weighing({name: weight})
    variants["from the first passage only"] = lambda one: [span for span in one.spans if span.hit.rank == 1]
    guids = {episode.id: episode.guid for episode in base.generation.episodes()}
    right = {
        name: np.array(
            [_right(one.question, guids, _cited(base, ordered(one), CITED)[1]) for one in asked], dtype=float
        )
        for name, ordered in variants.items()
    }
    now = right["in use"]
    return [
        (name, *map(float, rows.mean(axis=0)), *(_change(rows[:, at] - now[:, at]) for at in (0, 1)))
        for name, rows in right.items()
    ]


def _candidates(base: KnowledgeBase, question: Question) -> Candidates:
    query = query_of(base, parse_question(question.question))
    spans = candidates_of(base, query, search(base.generation, query, WEIGHED_HITS))
    return Candidates(question, spans)


def _weighing(weights: Mapping[str, float]) -> Callable[[Candidates], Sequence[QuoteCandidate]]:
    """Return a function that orders candidates by their score with changed weights."""

    def ordered(candidates: Candidates) -> Sequence[QuoteCandidate]:
        scores = np.array([span.score for span in candidates.spans])
        for name, weight in weights.items():
            scores += (weight - PARTS[name].weight) * PARTS[name].values(candidates.spans)
        order = np.argsort(-scores, kind="stable")
        return [candidates.spans[place]._replace(score=float(scores[place])) for place in order]

    return ordered


def _right(question: Question, guids: Mapping[str, str], cited: Sequence[Citation]) -> tuple[bool, bool]:
    """Return whether the first citation is right, and whether any is."""
    right = [right_for(question, guids[one.episode.id], one.quote, CITATION_WORDS) for one in cited]
    return bool(right) and right[0], any(right)


def _change(changes: Floats) -> str:
    return signed(float(changes.mean()), interval(changes))


if __name__ == "__main__":
    main()
