"""Fit the confidence on questions with gold quotes and print what it is worth out of fold.

    python benchmarks/confidence.py HOME QUESTIONS.jsonl

Prints the weights and constant for `api/confidence.py`, both thresholds by the contract's definitions, and the figures
of `playback evaluate` with every question's confidence taken from the fit on the other four of five folds by episode.
"""

import argparse
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from api.answer import WEIGHED_HITS, ask, find, ready
from api.base import KnowledgeBase, open_base
from api.confidence import USUAL_WEAKEST_NAME, evidence_of
from api.evaluate import evaluate, render
from api.printed import answer_json, hits_json
from api.questions import Question, folds, read_questions
from api.settings import Settings
from index.search import search
from ingest.library import load_transcript
from ingest.transcript import to_json

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def main() -> None:
    """Parse the command line, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    base, questions = open_base(Settings(home=options.home)), read_questions(options.questions)
    figures = np.array([_figures(base, question) for question in questions])
    answerable = np.array([question.answerable for question in questions])
    outside = np.zeros(len(questions))
    for part in folds(questions):
        held = np.array([question.id in part for question in questions])
        outside[held] = probability(figures[held], *fit(figures[~held], answerable[~held]))
    answers = {question.question: _everything(base, question) for question in questions}
    first = _judged(base, questions, answers)
    right = np.array([row["first_right_citation"] == 1 for row in first["rows"]])
    low, high = thresholds(outside, answerable, right)
    weights, constant = fit(figures, answerable)
    named = figures[figures[:, 1] != USUAL_WEAKEST_NAME]
    print(f"WEIGHTS = ({', '.join(f'{weight:.3f}' for weight in weights)})")
    print(f"CONSTANT = {constant:.3f}")
    print(f"CONFIDENT = {high:.3f}")
    print(f"TOUCHES = {low:.3f}")
    print(f"mean of the weakest names: {named[:, 1].mean():.3f}")
    for question, score in zip(questions, outside, strict=True):
        status = "answered" if score >= high else "partial" if score >= low else "unanswerable"
        answers[question.question] |= {"confidence": float(score), "status": status}
        if status == "unanswerable":
            answers[question.question] |= {"citations": [], "statements": []}
    print("\nout of fold:")
    lines = render(_judged(base, questions, answers)).splitlines()
    print("\n".join(line for line in lines if "latency" not in line))  # these answers were composed before
    print("confidence   questions   answerable")
    for begin in np.arange(0, 1, 0.1):
        inside = answerable[(outside >= begin) & (outside < begin + 0.1)]
        if len(inside):
            print(f"{begin:.1f} to {begin + 0.1:.1f} {len(inside):11d} {inside.mean():12.2f}")


def fit(figures: Array, answerable: Flags) -> tuple[Array, float]:
    """Return weights and constant of a logistic regression on the figures as they are; ridge on standardised ones."""
    mean, deviation = figures.mean(axis=0), figures.std(axis=0)
    model = LogisticRegression(C=1.0).fit((figures - mean) / deviation, answerable)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def probability(figures: Array, weights: Array, constant: float) -> Array:
    """Return the logistic of the weighted figures."""
    result: Array = 1 / (1 + np.exp(-constant - figures @ weights))
    return result


def thresholds(scores: Array, answerable: Flags, right: Flags) -> tuple[float, float]:
    """Return t1 and t2 of the contract: 92 % of the answerable kept; 80 % of first citations right, else the median.

    A share of fewer than a tenth of the questions is not believed: two right answers at the top are chance.
    """
    kept = np.sort(scores[answerable])
    low = float(kept[int(0.08 * len(kept))])
    for score in np.sort(scores)[: -len(scores) // 10]:
        if right[scores >= score].mean() >= 0.8:
            return low, float(max(score, low))
    return low, float(np.median(kept))


def _figures(base: KnowledgeBase, question: Question) -> tuple[float, ...]:
    query = ready(base, question.question)
    hits = search(base.generation, query, WEIGHED_HITS)
    return astuple(evidence_of(base, query, hits))


def _everything(base: KnowledgeBase, question: Question) -> dict[str, Any]:
    """Answer a question as if it were answerable, so that its first quote can be judged whatever its confidence."""
    answered = answer_json(ask(base, question.question))
    return answered | {"citations": answered["citations"] or answered["related"], "status": "answered"}


def _judged(base: KnowledgeBase, questions: tuple[Question, ...], answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    def transcript(identifier: str) -> dict[str, Any] | None:
        found = load_transcript(base.home, identifier)
        return None if found is None else to_json(found)

    return evaluate(
        questions,
        ask=answers.__getitem__,
        find=lambda query, k: hits_json(query, find(base, query, k)),
        transcript=transcript,
    )


if __name__ == "__main__":
    main()
