"""Fit where lessons begin and end, on the first and last sentences of those that readers marked.

A sentence is the first of a marked lesson, or one of the four before and after it in its turn and not; so too the last.
`benchmarks/lesson_model.py` fits and writes them.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.mining.lessons.edges import FIGURES, Edges
from index.passage import Sentence

WEIGHTS = Path(__file__).parents[1] / "index" / "mining" / "lessons" / "edges.json"
_AROUND = 4
_RIDGE = 100.0
_UNKNOWN, _NO, _YES = -1, 0, 1

Floats = NDArray[np.float64]


class Marked(NamedTuple):
    """The figures of the sentences of an episode, and for each whether a marked lesson begins and ends with it.

    `begins` and `ends` are 1, 0, or -1 for sentences that are not compared.
    """

    figures: Floats
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]


class EdgeFit(NamedTuple):
    """Weights of the figures as they are, shape (2, FIGURES), and constants, of beginnings and of ends."""

    weights: Floats
    constants: Floats


def marked_edges(figures: Floats, sentences: Sequence[Sentence], marks: Sequence[Mapping[str, Any]]) -> Marked:
    """Return what readers' marks say of the sentences of an episode."""
    turns = np.array([one.turn for one in sentences])
    begins, ends = np.full((2, len(sentences)), _UNKNOWN)
    places = [span_of(mark, sentences) for mark in marks]
    for labels, edges in ((begins, [first for first, _ in places]), (ends, [last for _, last in places])):
        for edge in edges:
            near = slice(max(0, edge - _AROUND), edge + _AROUND + 1)
            labels[near][turns[near] == turns[edge]] = _NO
        labels[edges] = _YES
    return Marked(figures, begins, ends)


def span_of(mark: Mapping[str, Any], sentences: Sequence[Sentence]) -> tuple[int, int]:
    """Return the numbers of the first and the last sentence of a mark."""
    starts = np.array([one.first_word for one in sentences])
    first, last = np.searchsorted(starts, (mark["words"][0], sum(mark["words"]) - 1), "right") - 1
    return int(first), int(last)


def fitted_edges(episodes: Sequence[Marked]) -> EdgeFit:
    """Fit on these episodes."""
    figures = np.vstack([one.figures for one in episodes])
    mean, spread = figures.mean(axis=0), figures.std(axis=0)
    spread[spread == 0] = 1  # a word that nobody opens with
    weights, constants = [], []
    for labels in ([one.begins for one in episodes], [one.ends for one in episodes]):
        label = np.concatenate(labels)
        compared = label != _UNKNOWN
        model = LogisticRegression(C=1 / _RIDGE, max_iter=1000)
        model.fit(((figures - mean) / spread)[compared], label[compared])
        weights.append(model.coef_[0] / spread)
        constants.append(model.intercept_[0] - weights[-1] @ mean)
    return EdgeFit(np.array(weights), np.array(constants))


def edges_by(fit: EdgeFit, one: Marked) -> Edges:
    """Return the edges of an episode by a fit."""
    return Edges(*(fit.weights @ one.figures.T + fit.constants[:, None]))


def described(episodes: Sequence[Marked], edges: Sequence[Edges]) -> str:
    """Return how well edges fitted without their episodes tell a first and a last sentence from its neighbours."""
    found = []
    for name in Edges._fields:
        label = np.concatenate([getattr(one, name) for one in episodes])
        logit = np.concatenate([getattr(one, name) for one in edges])
        found.append(f"{name} {roc_auc_score(label[label != _UNKNOWN], logit[label != _UNKNOWN]):.3f}")
    return f"AUC of the edges within {_AROUND} sentences: {', '.join(found)}"


def as_text(fit: EdgeFit) -> str:
    """Return a fit as JSON."""
    rows = zip(Edges._fields, fit.weights.round(3).tolist(), fit.constants.round(3).tolist(), strict=True)
    tables = {
        name: {"constant": constant, "figures": dict(zip(FIGURES, row, strict=True))} for name, row, constant in rows
    }
    return json.dumps(tables, indent=1) + "\n"
