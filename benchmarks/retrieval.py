"""Measure the worth of each signal of the search: all signals, all but one, and each alone.

    python benchmarks/retrieval.py HOME QUESTIONS.jsonl

Prints recall@1, @5, @20 and MRR by the contract's definitions, and the change of MRR against all signals with its 95 %
interval (paired bootstrap over questions, 2,000 seeded resamples). Nothing is fitted here.

Every signal scores every passage once, so that other sums of signals need no further search. The search itself ranks
only the first 200 passages of each signal, which gave the same figures. Then it extends hits, and compares the first
with the question word by word. That is left out here: these are the figures of the signals, not of the search.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from api.answer.question import parse_question, query_of
from api.evaluation.evaluate import HIT_WORDS, HITS
from api.evaluation.metrics import is_right, normalise
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.figures import arguments, interval, signed, table
from index.fitted import usual
from index.passage import Passage
from index.search import Query, trigrams
from index.segments.files import TermField, VectorField

Floats = NDArray[np.float32]
Ranks = NDArray[np.float64]
SIGNALS = {
    "passage": "the passage's cosine",
    "turns": "the turns' cosine",
    "words": "words (BM25)",
    "episode": "words of the whole episode (BM25)",
}
WEIGHTS = usual().signals  # of the packaged encoder
HEADS = ("signals", "@1", "@5", "@20", "MRR", "change of MRR")
_RANKED = 200  # how many passages are searched for 20 hits that do not repeat each other
_trigrams = cache(trigrams)


@dataclass(frozen=True)
class Scoreboard:
    """The answerable questions, all passages by episode and place, and every signal's score of every passage.

    Arrays have the shape (questions, passages). `right` says which passages are right for which question. `signals` are
    standard deviations from the mean over all passages, as the search adds them. `episodes` is the episode number of
    each passage.
    """

    base: KnowledgeBase
    questions: tuple[Question, ...]
    queries: tuple[Query, ...]
    passages: tuple[Passage, ...]
    episodes: NDArray[np.int64]
    right: NDArray[np.bool_]
    signals: dict[str, Floats]

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the passages."""
        return [passage.id for passage in self.passages]

    @cached_property
    def ranks(self) -> Ranks:
        """The rank of each question's first right hit with the signals and weights in use."""
        return first_right_ranks(self, fused(self.signals))


@dataclass(frozen=True)
class Line:
    """Figures of one ranking: share of questions with a right hit by depth, MRR, and its change with interval."""

    name: str
    recall: tuple[float, float, float]
    mrr: float
    change: float
    limits: tuple[float, float]

    def cells(self) -> tuple[object, ...]:
        """Return the line as the cells of a row of the table HEADS."""
        return (self.name, *self.recall, self.mrr, signed(self.change, self.limits))


def main() -> None:
    """Parse the command line, measure and print."""
    options = arguments(__doc__).parse_args()
    board = scoreboard(open_base(Settings(home=options.home)), read_questions(options.questions))
    print(table(HEADS, [line.cells() for line in ablation(board)]))


def scoreboard(base: KnowledgeBase, questions: Sequence[Question]) -> Scoreboard:
    """Return the answerable questions with every signal's score of every passage; takes a few seconds."""
    answerable = tuple(question for question in questions if question.answerable)
    queries = tuple(query_of(base, parse_question(question.question)) for question in answerable)
    everything = base.generation.nearest("passage", queries[0].vector, base.generation.manifest.passages).ids
    passages = sorted(base.generation.passages(everything), key=lambda one: (one.episode_id, one.sentences))
    ids = [passage.id for passage in passages]
    names = sorted({passage.episode_id for passage in passages})
    vectors = [query.vector for query in queries]
    words = [(query.terms, query.synonyms) for query in queries]
    scores = {
        "passage": cosines(base, "passage", vectors, ids),
        "turns": cosines(base, "turns", vectors, ids),
        "words": word_scores(base, "passage", words, ids),
        "episode": word_scores(base, "episode", words, ids),
    }
    return Scoreboard(
        base,
        answerable,
        queries,
        tuple(passages),
        np.array([names.index(passage.episode_id) for passage in passages]),
        _right(base, answerable, passages),
        {name: deviations(rows) for name, rows in scores.items()},
    )


def cosines(base: KnowledgeBase, field: VectorField, asked: Sequence[Floats], ids: Sequence[str]) -> Floats:
    """Return the inner product of each question's vector with each of these passages."""
    return np.array([base.generation.nearest_of(field, vector, ids) for vector in asked])


def word_scores(
    base: KnowledgeBase, field: TermField, asked: Sequence[tuple[Sequence[str], Sequence[str]]], ids: Sequence[str]
) -> Floats:
    """Return the BM25 score of each of these passages for the terms and synonyms of each question."""
    found = [base.generation.matching(field, terms, 0, synonyms=synonyms)[1] for terms, synonyms in asked]
    return np.array([base.generation.matching_of(scores, ids) for scores in found])


def deviations(scores: Floats) -> Floats:
    """Return each score in standard deviations above its question's mean; 0 if all scores are the same."""
    spread = scores.std(axis=1, keepdims=True)
    result: Floats = (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    return result.astype(np.float32)


def fused(signals: Mapping[str, Floats], weights: Mapping[str, float] = WEIGHTS) -> Floats:
    """Return the weighted sum of signals."""
    return np.asarray(sum(np.float32(weight) * signals[name] for name, weight in weights.items()))


def distinct(board: Scoreboard, scores: Floats) -> Iterator[int]:
    """Yield the places of the best passages for a question, best first, skipping those that repeat a better one."""
    seen: list[set[tuple[str, ...]]] = []
    best = np.argpartition(-scores, min(_RANKED, len(scores)) - 1)[:_RANKED]
    for place in best[np.argsort(-scores[best], kind="stable")]:
        mine = _trigrams(board.passages[place].text)
        if not any(2 * len(mine & other) > min(len(mine), len(other)) for other in seen):
            seen.append(mine)
            yield int(place)


def first_right_ranks(board: Scoreboard, totals: Floats) -> Ranks:
    """Return the rank of each question's first right hit, infinity without one among the first 20."""
    return np.array(
        [
            next((rank for rank, place in enumerate(islice(distinct(board, row), HITS), 1) if right[place]), np.inf)
            for row, right in zip(totals, board.right, strict=True)
        ]
    )


def line(name: str, ranks: Ranks, reference: Ranks) -> Line:
    """Return the figures of these ranks and the change of MRR from another ranking of the same questions."""
    recall = (float((ranks <= 1).mean()), float((ranks <= 5).mean()), float((ranks <= HITS).mean()))
    changes = 1 / ranks - 1 / reference
    return Line(name, recall, float((1 / ranks).mean()), float(changes.mean()), interval(changes))


def ablation(board: Scoreboard) -> list[Line]:
    """Return the figures of all signals, of all but one and of each alone."""
    variants = {f"all {len(WEIGHTS)}": WEIGHTS}
    variants |= {f"without {SIGNALS[name]}": {**WEIGHTS, name: 0.0} for name in WEIGHTS}
    variants |= {f"{SIGNALS[name]} alone": {name: 1.0} for name in WEIGHTS}
    return [
        line(name, first_right_ranks(board, fused(board.signals, weights)), board.ranks)
        for name, weights in variants.items()
    ]


def right_for(question: Question, guid: str, text: str, most: int) -> bool:
    """Say whether the first `most` words of a text of this episode are right for a gold or also quote."""
    words = normalise(text)[:most]
    quotes = (*question.gold, *question.also)
    return any(quote.episode == guid and is_right(words, normalise(quote.quote)) for quote in quotes)


def _right(base: KnowledgeBase, questions: Sequence[Question], passages: Sequence[Passage]) -> NDArray[np.bool_]:
    guids = {episode.id: episode.guid for episode in base.generation.episodes()}
    right = np.zeros((len(questions), len(passages)), dtype=bool)
    for row, question in enumerate(questions):
        wanted = {quote.episode for quote in (*question.gold, *question.also)}
        for place, passage in enumerate(passages):
            guid = guids[passage.episode_id]
            right[row, place] = guid in wanted and right_for(question, guid, passage.text, HIT_WORDS)
    return right


if __name__ == "__main__":
    main()
