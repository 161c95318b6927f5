"""Where a lesson begins and ends: what is read of a sentence and its neighbours, and what the weights make of it."""

import numpy as np
import pytest

from index.mining.lessons.edges import FIGURES, Edges, edge_figures, edges_of
from index.mining.lessons.figures import OF_SENTENCES, Numbers, figures_of

TEXTS = (
    "Where do you work these days?",
    "Yeah, so.",
    "The biggest problem was that nobody owned the old queue.",
    "And it took us three months to notice -",
    "That was it.",
)
TURNS = np.array([0, 1, 1, 1, 2])


def read(texts: tuple[str, ...] = TEXTS) -> Numbers:
    return np.array([figures_of(text) for text in texts], np.float64).reshape(len(texts), len(OF_SENTENCES))


def figure(name: str) -> list[float]:
    return edge_figures(TEXTS, read(), TURNS)[:, FIGURES.index(name)].tolist()


def test_a_sentence_is_read_with_its_neighbours_in_its_turn() -> None:
    assert figure("problem") == [0, 0, pytest.approx(max(figure("problem"))), 0, 0]
    assert figure("after: problem") == [0, *figure("problem")[2:3], 0, 0, 0]
    assert figure("before: problem") == [0, 0, 0, *figure("problem")[2:3], 0]
    assert figure("asks") == [1, 0, 0, 0, 0]
    assert figure("before: asks") == [0, 0, 0, 0, 0], "the host's question is in another turn"
    assert figure("broken") == [0, 0, 0, 1, 0]
    assert figure("leaning") == [0, 0, 0, 1, 1]
    assert figure('opens with "and"') == [0, 0, 0, 1, 0]
    assert figure("first") == [1, 1, 0, 0, 1]
    assert figure("last") == [1, 0, 0, 1, 1]


def test_no_sentence_has_no_edge() -> None:
    begins, ends = edges_of((), read(()), np.array([], np.int64))
    assert (len(begins), len(ends)) == (0, 0)


def test_a_lesson_begins_with_what_it_is_about_and_does_not_end_in_mid_sentence() -> None:
    whole = (*TEXTS[:3], TEXTS[3].replace(" -", "."), *TEXTS[4:])
    edges = edges_of(whole, read(whole), TURNS)
    assert edges.begins[2] == max(edges.begins[1:4])
    assert edges.ends[3] == max(edges.ends[1:4]) > edges_of(TEXTS, read(), TURNS).ends[3]


def test_edges_of_a_turn_do_not_depend_on_other_turns() -> None:
    alone = edges_of(TEXTS[1:4], read(TEXTS[1:4]), TURNS[1:4])
    whole = Edges(*(values[1:4] for values in edges_of(TEXTS, read(), TURNS)))
    assert np.allclose(alone, whole)
