"""Measure signals that retrieval could use but does not, and what it loses without smaller parts of those in use.

    python benchmarks/candidates.py HOME QUESTIONS.jsonl

A candidate is a further score of every passage (`benchmarks/tried.py`). It is added in standard deviations from the
mean at two weights while the weights in use stay, or replaces a signal in use. Prints the same figures as
`benchmarks/retrieval.py`, and what is lost if weights are chosen on some questions and used on others.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np

from api.evaluation.questions import folds, read_questions
from api.knowledge_base import open_base
from api.settings import Settings
from benchmarks import tried
from benchmarks.figures import arguments, table
from benchmarks.retrieval import (
    HEADS,
    WEIGHTS,
    Floats,
    Line,
    Scoreboard,
    deviations,
    first_right_ranks,
    fused,
    line,
    scoreboard,
    word_scores,
)
from index.function_words import subject_words

# The best weights that an earlier study found with soft BM25 as one of four signals.
SOFT_WEIGHTS = {"passage": 0.36, "turns": 0.24, "words": 0.1, "soft": 0.3}
GRID = [
    dict(zip(("passage", "turns", "words", "episode"), weights, strict=True))
    for weights in product((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), (0.2, 0.3, 0.4), (0.0, 0.06, 0.12, 0.18))
]
ADDED: dict[str, Callable[[Scoreboard], Floats]] = {
    "the passage's best sentence": tried.best_sentence,
    "the cosine of neighbouring passages": tried.neighbours,
    "the words of neighbouring passages": tried.neighbours_words,
    "pairs of words": tried.pairs_of_words,
    "the episode's card, mean vector": tried.card_mean,
    "the episode's card, best sentence": tried.card_best,
    "the episode's card, words": tried.card_words,
    "the episode's title, vector": tried.title,
    "the episode's three best passages": tried.best_passages,
    "share of the passage not said by who asks": tried.guest_share,
    "few questions in the passage": tried.few_questions,
    "long turns": tried.long_turns,
}


def main() -> None:
    """Parse the command line, measure and print."""
    options = arguments(__doc__).parse_args()
    board = scoreboard(open_base(Settings(home=options.home)), read_questions(options.questions))
    for measured in (small_parts, candidates, chosen_weights):
        print(table(HEADS, [each.cells() for each in measured(board)]), end="\n\n", flush=True)


def small_parts(board: Scoreboard) -> list[Line]:
    """Return the figures without each of the smaller parts of the signals in use."""
    base, queries = board.base, board.queries
    without = {
        "without the glossary's other words": [(query.terms, ()) for query in queries],
        "without the question's grammar among its words": [
            (base.generation.terms(" ".join(subject_words(query.text))), query.synonyms) for query in queries
        ],
    }
    words = {name: word_scores(base, "passage", asked, board.ids) for name, asked in without.items()}
    return [_instead(board, name, {"words": scores}) for name, scores in words.items()]


def candidates(board: Scoreboard) -> list[Line]:
    """Return the figures with each candidate."""
    soft = tried.soft_words(board)
    four = {**board.signals, "soft": deviations(soft)}
    found = [
        *_added(board, "words with similar meanings (soft BM25)", soft, (0.1, 0.3)),
        _line(board, "soft BM25 for the episode's words, other weights", fused(four, SOFT_WEIGHTS)),
        _line(
            board, "soft BM25 beside them, other weights", fused(four, {**SOFT_WEIGHTS, "episode": WEIGHTS["episode"]})
        ),
    ]
    for name, candidate in ADDED.items():
        found += _added(board, name, candidate(board), (0.1, 0.2))
    found.append(_instead(board, "the question encoded without its grammar", tried.without_grammar(board)))
    found.append(_instead(board, "BM25 with k1 0.9 and b 0.4", {"words": tried.other_constants(board)}))
    base, alike = fused(board.signals), tried.late_interaction(board)
    name = f"late interaction over the first {tried.REREAD} hits"
    return [*found, *(_line(board, f"{name}, {weight}", base + weight * alike) for weight in (0.1, 0.3))]


def chosen_weights(board: Scoreboard) -> list[Line]:
    """Return the figures of weights chosen on all questions, and of weights chosen without the fold they apply to."""
    ranks = np.array([first_right_ranks(board, fused(board.signals, weights)) for weights in GRID])
    outside = np.empty(len(board.questions))
    for part in folds(board.questions):
        held = np.array([question.id in part for question in board.questions])
        outside[held] = ranks[(1 / ranks[:, ~held]).mean(axis=1).argmax()][held]
    best = int((1 / ranks).mean(axis=1).argmax())
    named = ", ".join(f"{weight:g}" for weight in GRID[best].values())
    return [
        line(f"chosen and measured on all questions ({named})", ranks[best], board.ranks),
        line("chosen on four folds, measured on the fifth", outside, board.ranks),
    ]


def _line(board: Scoreboard, name: str, totals: Floats) -> Line:
    return line(name, first_right_ranks(board, totals), board.ranks)


def _added(board: Scoreboard, name: str, scores: Floats, weights: Sequence[float]) -> list[Line]:
    base, added = fused(board.signals), deviations(scores)
    return [_line(board, f"{name}, {weight:g}", base + np.float32(weight) * added) for weight in weights]


def _instead(board: Scoreboard, name: str, scores: Mapping[str, Floats]) -> Line:
    replaced = {signal: deviations(rows) for signal, rows in scores.items()}
    return _line(board, name, fused({**board.signals, **replaced}))


if __name__ == "__main__":
    main()
