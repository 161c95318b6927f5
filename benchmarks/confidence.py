"""Fit the confidence on questions that readers wrote and print its quality on others.

    python -m benchmarks.confidence HOME QUESTIONS.jsonl

`readers_questions.jsonl` holds 2,441 questions (1,721 answerable) that readers of the 60 transcripts wrote, 28 or more
answerable ones and 12 near-topic unanswerable ones about each, without having seen the code, its answers or other
questions. The readers were language models. Prints the weights and constants for `index/encoders.toml`, fitted on them,
and the figures of `playback evaluate` on QUESTIONS.jsonl, which have no part in the weights; then those of the readers'
questions, with the confidence of each from the fit on the other four of five folds by episode. `partial` begins
where the contract says, on QUESTIONS.jsonl. A quote is sure from where four of five first quotes are right there (the
contract) and two of three of the readers' questions. Takes a quarter of an hour.

If HOME is indexed with interview-MiniLM-L6-v2, which learned from questions about these interviews, each question is
asked where the encoder has read nothing of its interview (`benchmarks/halves.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from api.answer.candidates import candidates_of
from api.answer.compose import WEIGHED_HITS, ask, find, hits_of
from api.answer.confidence import CONFIDENT
from api.answer.contract_json import answer_json, hits_json
from api.answer.evidence import Evidence, QuoteEvidence, evidence_of, figures_of, names_stand, quote_evidence
from api.answer.introductions import introductions_of
from api.answer.question import parse_question, query_of
from api.evaluation.evaluate import HITS, evaluate, render
from api.evaluation.metrics import Row, figures, paired_intervals
from api.evaluation.questions import Question, folds, read_questions
from api.knowledge_base import KnowledgeBase
from benchmarks.figures import arguments, signed, table
from benchmarks.halves import READERS, Bases, bases_for, transcripts_of
from benchmarks.placed_questions import placed_questions
from index.passage import NO_FILTERS

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
class Asked:
    """Questions with the evidence for each, what is true of it, and its answer as if every question were answerable.

    `values` and `quotes` are those of `Evidence` and `QuoteEvidence`; `named` says whether a question holds names,
    `standing` whether they stand in the best hits (`names_stand`), `right` whether the first quote is right.
    """

    questions: Sequence[Question]
    values: Array
    quotes: Array
    named: Flags
    standing: Flags
    answerable: Flags
    right: Flags
    answers: Mapping[str, dict[str, Any]]
    hits: Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Judged:
    """Questions judged by a confidence that none of them had part in.

    `report` is that of `playback evaluate`; `right_above` is the share of right first citations among the answers that
    are `answered`.
    """

    right_above: float
    report: dict[str, Any]
    reliability: list[tuple[object, ...]]
    risk: list[tuple[object, ...]]
    alone: list[tuple[object, ...]]


@dataclass(frozen=True)
class Measured:
    """The fit, and what it reaches on the questions and on those it was fitted on, out of fold."""

    fit: Fit
    others: Judged
    fitted: Judged


def main() -> None:
    """Parse the command line, fit and print."""
    options = arguments(__doc__).parse_args()
    with bases_for(options.home) as bases:
        found = measured(bases, read_questions(options.questions), placed_questions(options.home, READERS))
    print(f"confidence_weights = [{', '.join(f'{weight:.3f}' for weight in found.fit.weights)}]")
    print(f"confidence_constant = {found.fit.constant:.3f}")
    print(f"quote_weights = [{', '.join(f'{weight:.3f}' for weight in found.fit.quote_weights)}]")
    print(f"quote_constant = {found.fit.quote_constant:.3f}")
    print(f"sure = {found.fit.sure:.3f}")
    print(f"touches = {found.fit.touches:.3f}")
    print(f"usual_weakest_name = {found.fit.usual_weakest_name:.3f}")
    for name, judged in (("questions", found.others), ("readers' questions, out of fold", found.fitted)):
        print(f"\n{name} ({judged.right_above:.2f} of first quotes of `answered` answers are right):")
        lines = render(judged.report).splitlines()
        print("\n".join(line for line in lines if "latency" not in line))  # these answers were composed earlier
        tables = ((RELIABILITY, judged.reliability), (RISK, judged.risk), (ALONE, judged.alone))
        print("\n\n".join(table(heads, rows) for heads, rows in tables))


def measured(bases: Bases, questions: Sequence[Question], fitting: Sequence[Question] | None = None) -> Measured:
    """Fit on `fitting`, or on the questions themselves by folds, and measure; takes 0.3 s a question."""
    mine = asked(bases, questions)
    given = mine if fitting is None else asked(bases, fitting)
    held = out_of_fold(given.questions, given.values, given.answerable)
    sureness = out_of_fold(given.questions, given.quotes, given.right)
    weights, constant = fit(given.values, given.answerable)
    quote_weights, quote_constant = fit(given.quotes, given.right)
    here = held if fitting is None else probability(mine.values, weights, constant)
    sureness_here = sureness if fitting is None else probability(mine.quotes, quote_weights, quote_constant)
    sure = max(
        sure_from(sureness_here[mine.standing], mine.right[mine.standing], 0.8),
        sure_from(sureness[given.standing], given.right[given.standing], 2 / 3),
    )
    touches = CONFIDENT * float(np.sort(here[mine.answerable])[int(0.08 * mine.answerable.sum())])
    return Measured(
        Fit(
            tuple(map(float, weights)),
            constant,
            tuple(map(float, quote_weights)),
            quote_constant,
            touches,
            sure,
            float(given.values[given.named, 1].mean()),
        ),
        _judged(bases, mine, here, sureness_here, touches, sure),
        _judged(bases, given, held, sureness, touches, sure),
    )


def asked(bases: Bases, questions: Sequence[Question]) -> Asked:
    """Ask questions and read the evidence for each."""
    fitted = bases(questions[0]).fitted
    evidence = [_evidence(bases(question), question) for question in questions]
    answers = {question.question: _everything(bases(question), question) for question in questions}
    hits = {
        question.question: hits_json(question.question, find(bases(question), parse_question(question.question), HITS))
        for question in questions
    }
    found = Asked(
        questions,
        np.array([figures_of(one, fitted) for one, _ in evidence]),
        np.array([astuple(one) for _, one in evidence]),
        np.array([one.weakest_name is not None for one, _ in evidence]),
        np.array([names_stand(one, fitted) for one, _ in evidence]),
        np.array([question.answerable for question in questions]),
        np.zeros(len(questions), np.bool_),
        answers,
        hits,
    )
    rows = _report(bases, found, answers)["rows"]
    return replace(found, right=np.array([row["first_right_citation"] == 1 for row in rows]))


def _judged(bases: Bases, given: Asked, held: Array, sureness: Array, touches: float, sure: float) -> Judged:
    """Judge answers by the confidence in each question, `held`, and in its first quote, `sureness`."""
    certain = given.standing & (sureness >= sure) & (CONFIDENT * held >= touches)
    scores = np.where(certain, CONFIDENT + (1 - CONFIDENT) * held, CONFIDENT * held)
    answers = {}
    for question, score in zip(given.questions, scores, strict=True):
        status = "answered" if score >= CONFIDENT else "partial" if score >= touches else "unanswerable"
        refused = {"citations": [], "statements": []} if status == "unanswerable" else {}
        answers[question.question] = (
            given.answers[question.question] | {"confidence": float(score), "status": status} | refused
        )
    report = _report(bases, given, answers)
    return Judged(
        float(given.right[scores >= CONFIDENT].mean()),
        report,
        _reliability(scores, given.answerable),
        _risk(scores, given.right, given.answerable),
        _alone(given, [Row(**row) for row in report["rows"]]),
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
    mean, spread = values.mean(axis=0), values.std(axis=0)
    deviation = np.where(spread > 0, spread, 1)  # a figure may be the same for all, such as that no number is missing
    model = LogisticRegression(C=1.0).fit((values - mean) / deviation, answerable)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def probability(values: Array, weights: Array, constant: float) -> Array:
    """Return the logistic of the weighted values."""
    result: Array = 1 / (1 + np.exp(-constant - values @ weights))
    return result


def sure_from(sureness: Array, right: Flags, least: float) -> float:
    """Return the lowest sureness from which on at least this share of first quotes is right.

    A share counts only if it covers at least a tenth of the questions, because two right answers at the top may be
    chance; else it is 1.
    """
    ordered = np.sort(sureness)[: -len(sureness) // 10]
    return next((float(score) for score in ordered if right[sureness >= score].mean() >= least), 1.0)


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


def _alone(given: Asked, rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """Return the rows of the table ALONE: the logistic of all evidence and of each kind alone, both by folds."""
    variants = {"all": given.values} | {
        f"{field.name.replace('_', ' ')} alone": given.values[:, [at]] for at, field in enumerate(fields(Evidence))
    }
    found = []
    for name, chosen in variants.items():
        scores = out_of_fold(given.questions, chosen, given.answerable)
        mine = [replace(row, confidence=float(score)) for row, score in zip(rows, scores, strict=True)]
        changes = paired_intervals(mine, rows)
        cells: list[object] = [name]
        for metric in ("abstention_auroc", "abstention_auroc_equal_names"):
            here, there, limits = figures(mine)[metric], figures(rows)[metric], changes[metric]
            cells += [here, "" if limits is None else signed(here - there, limits)]
        found.append(tuple(cells))
    return found


def _evidence(base: KnowledgeBase, question: Question) -> tuple[Evidence, QuoteEvidence]:
    """Return the evidence for a question and for its first quote; zeros if nothing is found."""
    query = query_of(base, parse_question(question.question))
    hits = hits_of(base, query, WEIGHED_HITS, NO_FILTERS)
    introductions = introductions_of(base, query, NO_FILTERS, max((hit.score for hit in hits), default=0.0))
    spans = candidates_of(base, query, (*hits, *introductions.hits), grades=introductions.grades)
    if not spans:
        return Evidence(0, None, 0, 0, 0), QuoteEvidence(0, 0, 0, 0)
    evidence = evidence_of(base, query, hits, spans)
    return evidence, quote_evidence(query, spans, evidence)


def _everything(base: KnowledgeBase, question: Question) -> dict[str, Any]:
    """Answer a question as if it were answerable, so that its first quote can be judged at any confidence."""
    answered = answer_json(ask(base, parse_question(question.question)))
    return answered | {"citations": answered["citations"] or answered["related"], "status": "answered"}


def _report(bases: Bases, given: Asked, answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the report of `playback evaluate` for these answers, by question."""
    return evaluate(
        given.questions,
        ask=answers.__getitem__,
        find=lambda query, k: given.hits[query],
        transcript=transcripts_of(bases(given.questions[0]).home),  # all bases hold the same ones
    )


if __name__ == "__main__":
    main()
