"""How surely a stretch of sentences is a lesson, and of which kind, by the weights in `model.json` beside this file.

They were fitted on what readers marked (benchmarks/lesson_model.py, docs/adr/0045): one set with the vectors
of an encoder, found by the SHA-256 of its weights, and one without vectors for all other encoders.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.mined.episode import LessonKind
from index.mining.lessons.edges import Edges
from index.mining.lessons.figures import FIGURES, Numbers, Places, sums
from index.mining.lessons.signs import KINDS

# What is judged: whether a stretch is a lesson, and each kind that it may be.
JUDGED = ("lesson", *KINDS)
# The name of the weights that need no vectors.
SIGNS = "signs"
# Weights of vectors are kept in hundredths.
STEP = 0.01


class SentenceVectors(NamedTuple):
    """The unit vectors of an episode's sentences, shape (sentences, dimension), and the SHA-256 of their encoder."""

    rows: NDArray[np.float32]
    weights: str


class LessonModel(NamedTuple):
    """Weights of figures (judgements, figures), constants (judgements,), weights of vectors (judgements, dimension).

    The last are None in the model that needs no vectors. `edges` is what both edges weigh in whether it is a lesson: a
    share that was chosen, times what calibrates the rest.
    """

    figures: Numbers
    constants: Numbers
    vectors: Numbers | None
    edges: float


def logits(
    model: LessonModel,
    figures: Numbers,
    edges: Edges,
    rows: NDArray[np.float32],
    words: Numbers,
    places: tuple[Places, Places],
) -> Numbers:
    """Return the logit of each judgement of stretches of sentences, shape (stretches, judgements).

    `figures` are those of the stretches, `edges` those of the sentences, `rows` their vectors, `words` their numbers of
    words, and `places` the first sentences of the stretches and those after the last.
    """
    found: Numbers = figures @ model.figures.T + model.constants
    found[:, 0] += model.edges * sides(edges, places)
    if model.vectors is not None:
        # The mean over words comes after the product: there are few judgements, but many stretches.
        found = found + means(rows.astype(np.float64) @ model.vectors.T, words, places)
    return found


def sides(edges: Edges, places: tuple[Places, Places]) -> Numbers:
    """Return how surely a lesson begins and ends where each stretch does, the sum of both; shape (stretches,)."""
    found: Numbers = edges.begins[places[0]] + edges.ends[places[1] - 1]
    return found


def means(rows: Numbers, words: Numbers, places: tuple[Places, Places]) -> Numbers:
    """Return the means of the rows of each stretch, weighted by words; shape (stretches, columns)."""
    found: Numbers = sums(rows * words[:, None], *places) / sums(words[:, None], *places)
    return found


def probability(logit: Numbers) -> Numbers:
    """Return the probability of each logit."""
    result: Numbers = 1 / (1 + np.exp(-logit))
    return result


def model_for(weights: str) -> LessonModel:
    """Return the model fitted with the vectors of the encoder of these weights, else the one that needs none."""
    models = _read()
    return models.get(weights) or models[SIGNS]


@cache
def _read() -> Mapping[str, LessonModel]:
    """Return the models by the SHA-256 of their encoder's weights."""
    given = json.loads((files(__package__) / "model.json").read_text("utf-8"))
    return {table["weights"]: _model(table) for table in given["models"]}


def _model(table: Mapping[str, Any]) -> LessonModel:
    figures = np.array([[table["figures"][name][judged] for name in FIGURES] for judged in JUDGED], np.float64)
    constants = np.array([table["constants"][judged] for judged in JUDGED], np.float64)
    hundredths = table.get("hundredths")
    if hundredths is None:
        return LessonModel(figures, constants, None, table["edges"])
    vectors = np.array([hundredths[judged] for judged in JUDGED], np.float64) * STEP
    return LessonModel(figures, constants, vectors, table["edges"])


def kind_of(logit: Numbers) -> LessonKind:
    """Return the most probable kind, given the logits of all judgements of one stretch."""
    return KINDS[int(np.argmax(logit[1:]))]
