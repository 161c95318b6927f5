"""Fit the confidence on questions with gold quotes and print its quality out of fold.

    python benchmarks/confidence.py HOME QUESTIONS.jsonl

Prints the weights and constants for `index/encoders.toml`, both thresholds by the contract's definitions, and the
figures of `playback evaluate` with every question's confidence taken from the fit on the other four of five folds by
episode.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from api.answer.candidates import candidates_of
from api.answer.compose import WEIGHED_HITS, ask, find
from api.answer.confidence import CONFIDENT, MatchScores, evidence_of, quote_figures
from api.answer.contract_json import answer_json, hits_json
from api.answer.question import parse_question, query_of
from api.evaluation.evaluate import evaluate, render
from api.evaluation.metrics import Row, figures, paired_intervals
from api.evaluation.questions import Question, folds, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.figures import arguments, signed, table
from index.search import search
from ingest.library.records import load_transcript
from ingest.transcript import to_json

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
# The limits of the confidence bins; wider at low confidence, which few questions have.
_LIMITS = (0.0, 0.5, 0.7, 0.9, 1.0)
RELIABILITY = ("confidence", "questions", "answerable", "share")
RISK = ("questions answered", "confidence from", "first quote right", "answerable")
ALONE = ("figures", "AUROC", "change", "within equal name counts", "change within")


@dataclass(frozen=True)
class Fit:
    """The values for `index/encoders.toml`: weights, constants and thresholds, and the usual match of names."""

    weights: tuple[float, ...]
    constant: float
    quote_weights: tuple[float, ...]
    quote_constant: float
    touches: float
    sure: float
    usual_weakest_name: float


@dataclass(frozen=True)
class Measured:
    """The fit on all questions, with the report of `playback evaluate` and tables of the confidence out of fold.

    `right_above` is the share of right first citations among questions at or above the upper threshold.
    """

    fit: Fit
    right_above: float
    report: dict[str, Any]
    reliability: list[tuple[object, ...]]
    risk: list[tuple[object, ...]]
    alone: list[tuple[object, ...]]


def main() -> None:
    """Parse the command line, fit and print."""
    options = arguments(__doc__).parse_args()
    found = measured(open_base(Settings(home=options.home)), read_questions(options.questions))
    print(f"confidence_weights = [{', '.join(f'{weight:.3f}' for weight in found.fit.weights)}]")
    print(f"confidence_constant = {found.fit.constant:.3f}")
    print(f"quote_weights = [{', '.join(f'{weight:.3f}' for weight in found.fit.quote_weights)}]")
    print(f"quote_constant = {found.fit.quote_constant:.3f}")
    print(f"sure = {found.fit.sure:.3f}")
    print(f"touches = {found.fit.touches:.3f}")
    print(f"usual_weakest_name = {found.fit.usual_weakest_name:.3f}")
    print(f"\nout of fold ({found.right_above:.2f} of first quotes of `answered` answers are right):")
    lines = render(found.report).splitlines()
    print("\n".join(line for line in lines if "latency" not in line))  # these answers were composed earlier
    tables = ((RELIABILITY, found.reliability), (RISK, found.risk), (ALONE, found.alone))
    print("\n\n".join(table(heads, rows) for heads, rows in tables))


def measured(base: KnowledgeBase, questions: Sequence[Question]) -> Measured:
    """Fit on all questions, and measure each fold with the fit on the others; takes some minutes."""
    values = np.array([_values(base, question) for question in questions])
    answerable = np.array([question.answerable for question in questions])
    quotes = np.array([_quote_values(base, question) for question in questions])
    answers = {question.question: _everything(base, question) for question in questions}
    judge = _judge(base, questions)
    right = np.array([row["first_right_citation"] == 1 for row in judge(answers)["rows"]])
    sureness = out_of_fold(questions, quotes, right)
    sure = sure_from(sureness, right)
    held = out_of_fold(questions, values, answerable)
    low = CONFIDENT * float(np.sort(held[answerable])[int(0.08 * answerable.sum())])
    certain = (sureness >= sure) & (CONFIDENT * held >= low)
    outside = np.where(certain, CONFIDENT + (1 - CONFIDENT) * held, CONFIDENT * held)
    for question, score in zip(questions, outside, strict=True):
        status = "answered" if score >= CONFIDENT else "partial" if score >= low else "unanswerable"
        answers[question.question] |= {"confidence": float(score), "status": status}
        if status == "unanswerable":
            answers[question.question] |= {"citations": [], "statements": []}
    report = judge(answers)
    (weights, constant), (quote_weights, quote_constant) = fit(values, answerable), fit(quotes, right)
    named = values[values[:, 1] != base.fitted.usual_weakest_name]
    return Measured(
        Fit(
            tuple(map(float, weights)),
            constant,
            tuple(map(float, quote_weights)),
            quote_constant,
            low,
            sure,
            float(named[:, 1].mean()),
        ),
        float(right[outside >= CONFIDENT].mean()),
        report,
        _reliability(outside, answerable),
        _risk(outside, right, answerable),
        _alone(questions, [Row(**row) for row in report["rows"]], values, answerable),
    )


def out_of_fold(questions: Sequence[Question], values: Array, answerable: Flags) -> Array:
    """Return the probability of each question from the fit on the other folds."""
    outside = np.zeros(len(questions))
    for part in folds(questions):
        held = np.array([question.id in part for question in questions])
        outside[held] = probability(values[held], *fit(values[~held], answerable[~held]))
    return outside


def fit(values: Array, answerable: Flags) -> tuple[Array, float]:
    """Return weights and constant of a logistic regression for raw values; ridge penalty on standardised ones."""
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    model = LogisticRegression(C=1.0).fit((values - mean) / deviation, answerable)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def probability(values: Array, weights: Array, constant: float) -> Array:
    """Return the logistic of the weighted values."""
    result: Array = 1 / (1 + np.exp(-constant - values @ weights))
    return result


def sure_from(sureness: Array, right: Flags) -> float:
    """Return the lowest sureness from which on at least 70 % of first quotes are right (contract).

    A share counts only if it covers at least a tenth of the questions, because two right answers at the top may be
    chance; else it is 1.
    """
    ordered = np.sort(sureness)[: -len(sureness) // 10]
    return next((float(score) for score in ordered if right[sureness >= score].mean() >= 0.7), 1.0)


def _reliability(scores: Array, answerable: Flags) -> list[tuple[object, ...]]:
    """Return the rows of the table RELIABILITY."""
    found: list[tuple[object, ...]] = []
    for begin, end in pairwise(_LIMITS):
        inside = answerable[(scores >= begin) & ((scores < end) | (end == _LIMITS[-1]))]
        share = float(inside.mean()) if len(inside) else None
        found.append((f"{begin:g} to {end:g}", len(inside), int(inside.sum()), share))
    return found


def _risk(scores: Array, right: Flags, answerable: Flags) -> list[tuple[object, ...]]:
    """Return the rows of the table RISK: what is right if only the surest tenth is answered, the surest two, and so on.

    The share of right first quotes is over all questions that would be answered, answerable or not.
    """
    order = np.argsort(-scores, kind="stable")
    found: list[tuple[object, ...]] = []
    for tenth in range(1, 11):
        chosen = order[: round(tenth * len(order) / 10)]
        shares = (float(scores[chosen[-1]]), float(right[chosen].mean()), float(answerable[chosen].mean()))
        found.append((f"{10 * tenth} %", *shares))
    return found


def _alone(
    questions: Sequence[Question], rows: Sequence[Row], values: Array, answerable: Flags
) -> list[tuple[object, ...]]:
    """Return the rows of the table ALONE: the logistic of all figures and of each one alone, both out of fold."""
    variants = {"all": values} | {
        f"{field.name.replace('_', ' ')} alone": values[:, [at]] for at, field in enumerate(fields(MatchScores))
    }
    found = []
    for name, chosen in variants.items():
        scores = out_of_fold(questions, chosen, answerable)
        mine = [replace(row, confidence=float(score)) for row, score in zip(rows, scores, strict=True)]
        changes = paired_intervals(mine, rows)
        cells: list[object] = [name]
        for metric in ("abstention_auroc", "abstention_auroc_equal_names"):
            here, there, limits = figures(mine)[metric], figures(rows)[metric], changes[metric]
            cells += [here, "" if limits is None else signed(here - there, limits)]
        found.append(tuple(cells))
    return found


def _values(base: KnowledgeBase, question: Question) -> tuple[float, ...]:
    query = query_of(base, parse_question(question.question))
    hits = search(base.generation, query, WEIGHED_HITS)
    return astuple(evidence_of(base, query, hits))


def _quote_values(base: KnowledgeBase, question: Question) -> tuple[float, float]:
    """Return the figures of the first quote's confidence; zeros if nothing can be quoted."""
    query = query_of(base, parse_question(question.question))
    spans = candidates_of(base, query, search(base.generation, query, WEIGHED_HITS))
    return quote_figures(spans[0], query) if spans else (0.0, 0.0)


def _everything(base: KnowledgeBase, question: Question) -> dict[str, Any]:
    """Answer a question as if it were answerable, so that its first quote can be judged at any confidence."""
    answered = answer_json(ask(base, parse_question(question.question)))
    return answered | {"citations": answered["citations"] or answered["related"], "status": "answered"}


def _judge(
    base: KnowledgeBase, questions: Sequence[Question]
) -> Callable[[Mapping[str, Mapping[str, Any]]], dict[str, Any]]:
    """Return a function that judges answers by question; hits are the same for all answers and searched only once."""

    @cache
    def hits(query: str, k: int) -> dict[str, Any]:
        return hits_json(query, find(base, parse_question(query), k))

    def transcript(identifier: str) -> dict[str, Any] | None:
        found = load_transcript(base.home, identifier)
        return None if found is None else to_json(found)

    return lambda answers: evaluate(questions, ask=answers.__getitem__, find=hits, transcript=transcript)


if __name__ == "__main__":
    main()
