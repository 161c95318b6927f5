"""Measure what each signal of the search is worth: all, each left out, each alone.

    python benchmarks/retrieval.py HOME QUESTIONS.jsonl

Prints recall@1, @5, @20 and MRR by the contract's definitions, and the change of MRR against all signals with its 95 %
interval (paired bootstrap over questions, 2,000 seeded resamples). Nothing is fitted here.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from api.answer import find
from api.base import KnowledgeBase, open_base
from api.evaluate import evaluate
from api.printed import hits_json
from api.questions import Question, read_questions
from api.settings import Settings
from index.search import WEIGHTS

DEPTH = 20


def main() -> None:
    """Parse the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    base, questions = open_base(Settings(home=options.home)), read_questions(options.questions)
    whole = dict(WEIGHTS)
    variants = {"all signals": whole}
    variants |= {f"without {name}": {**whole, name: 0.0} for name in whole}
    variants |= {f"{name} alone": {**dict.fromkeys(whole, 0.0), name: 1.0} for name in whole}
    print(f"{'signals':<18}{'@1':>7}{'@5':>7}{'@20':>7}{'MRR':>7}   change of MRR")
    reference: NDArray[np.float64] | None = None
    for name, weights in variants.items():
        WEIGHTS.update(weights)
        ranks = first_right_ranks(base, questions)
        gains = np.where(ranks <= DEPTH, 1 / ranks, 0.0)
        shares = [f"{np.mean(ranks <= depth):7.3f}" for depth in (1, 5, DEPTH)]
        reference = gains if reference is None else reference
        low, high = interval(gains - reference)
        change = "" if gains is reference else f"{np.mean(gains - reference):+.3f} [{low:+.3f}, {high:+.3f}]"
        print(f"{name:<18}{''.join(shares)}{gains.mean():7.3f}   {change}")
    WEIGHTS.update(whole)


def first_right_ranks(base: KnowledgeBase, questions: tuple[Question, ...]) -> NDArray[np.float64]:
    """Return the rank of the first right hit of each answerable question, infinite if none is among the first 20."""
    report = evaluate(
        questions,
        ask=lambda question: {"status": "unanswerable", "confidence": 0.0, "citations": [], "related": []},
        find=lambda query, k: hits_json(query, find(base, query, k)),
        transcript=lambda identifier: None,
    )
    rows = [row for row in report["rows"] if row["answerable"]]
    return np.array([np.inf if row["first_right_hit"] is None else row["first_right_hit"] for row in rows])


def interval(changes: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of the mean by resampling questions."""
    dice = np.random.default_rng(0)
    means = changes[dice.integers(len(changes), size=(2000, len(changes)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


if __name__ == "__main__":
    main()
