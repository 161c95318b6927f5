"""How surely a lesson begins with a sentence, and how surely one ends with it; pure.

The weights in `edges.json` were fitted on the first and last sentences of lessons that readers marked
(benchmarks/lesson_edges.py, docs/adr/0045-a-lesson-may-be-longer-than-a-quote.md). They need no encoder.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from index.mining.lessons.figures import OF_SENTENCES, Numbers, Places, is_broken, is_leaning, is_question
from index.mining.lessons.words import words_of

# With what a sentence opens: joints to what was said before, and what often names a matter or takes it up.
_OPENINGS = tuple(
    "and so but yeah well because or like right okay then also now just we you if when that it this they there".split()
)
_OWN = (*OF_SENTENCES, "leaning", "broken", "asks", "length", *(f'opens with "{word}"' for word in _OPENINGS))
# Of a sentence and of both neighbours in its turn, and whether it is the first or the last of the turn.
FIGURES = (*(f"{where}{name}" for where in ("", "before: ", "after: ") for name in _OWN), "first", "last")


class Edges(NamedTuple):
    """For each sentence the logit that a lesson begins with it, and that one ends with it."""

    begins: Numbers
    ends: Numbers


def edges_of(texts: Sequence[str], figures: Numbers, turns: Places) -> Edges:
    """Return the edges of sentences, given those that `edge_figures` takes."""
    weights, constants = _read()
    begins, ends = weights @ edge_figures(texts, figures, turns).T + constants[:, None]
    return Edges(begins, ends)


def edge_figures(texts: Sequence[str], figures: Numbers, turns: Places) -> Numbers:
    """Return the figures of sentences, shape (sentences, FIGURES).

    `figures` are those of `figures_of`, shape (sentences, OF_SENTENCES), `turns` the turn of each.
    """
    further = np.array([_own(text) for text in texts], np.float64).reshape(len(texts), len(_OWN) - len(OF_SENTENCES))
    own = np.hstack([figures, further])
    is_new = turns[1:] != turns[:-1]  # a sentence begins another turn than the one before
    first, last = np.ones(len(texts), bool), np.ones(len(texts), bool)
    first[1:], last[:-1] = is_new, is_new
    before, after = np.roll(own, 1, axis=0), np.roll(own, -1, axis=0)
    before[first], after[last] = 0, 0
    return np.column_stack([own, before, after, first, last])


def _own(text: str) -> tuple[float, ...]:
    words = words_of(text)
    opening = words[0] if words else ""
    return (
        is_leaning(text),
        is_broken(text),
        is_question(text),
        np.log1p(len(words)),
        *(opening == word for word in _OPENINGS),
    )


@cache
def _read() -> tuple[Numbers, Numbers]:
    """Return the weights, shape (2, FIGURES), and the constants of both edges."""
    given: Mapping[str, Any] = json.loads((files(__package__) / "edges.json").read_text("utf-8"))
    both = [given[name] for name in Edges._fields]
    weights = np.array([[table["figures"][name] for name in FIGURES] for table in both], np.float64)
    return weights, np.array([table["constant"] for table in both], np.float64)
