"""Fit the numbers of an encoder and print its table for `index/encoders.toml`.

    python benchmarks/fit_encoder.py HOME QUESTIONS.jsonl LIKE

HOME and LIKE hold the same library, indexed with the encoder (`PLAYBACK_ENCODER`) and with a measured one, such as the
packaged. Chosen on the questions are the fit of the confidence and, by MRR on a grid, the weights of the signals; these
only if weights chosen on four folds beat those in use on the fifth by more than chance. What both reach out of fold is
printed as comments. No question says what a bound of similarity should be. So those are carried over: a bound is as
many standard deviations above the mean of what it bounds as it is for LIKE. So is the confidence in a question's
subject, which `benchmarks/alone.py` fits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from api.answer.compose import WEIGHED_HITS
from api.answer.question import parse_question, query_of
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.candidates import GRID, chosen_weights
from benchmarks.confidence import measured
from benchmarks.figures import arguments, signed
from benchmarks.retrieval import Scoreboard, first_right_ranks, fused, scoreboard
from index.fitted import Fitted
from index.piece_vectors import best_matches
from index.search import match, search

Array = NDArray[np.float64]
_DIGITS = 3


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of a figure over all questions."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Scale":
        """Return that of some values."""
        return cls(float(np.mean(values)), float(np.std(values)))


@dataclass(frozen=True)
class Scales:
    """What cosines are like with an encoder.

    `sentence` are those of a question with the sentences of its hits, `word` those of its words with their best matches
    in the first hit, `match` how well hits match its words (`index.search.match`).
    """

    sentence: Scale
    word: Scale
    match: Scale


def main() -> None:
    """Parse the command line, fit and print."""
    parser = arguments(__doc__)
    parser.add_argument("like", type=Path)
    options = parser.parse_args()
    questions = read_questions(options.questions)
    like = open_base(Settings(home=options.like))
    base = open_base(Settings(home=options.home))
    carried = carried_over(like.fitted, scales_of(like, questions), scales_of(base, questions))
    board = scoreboard(base, questions)
    lines = chosen_weights(board)
    chosen = replace(carried, encoder=base.encoder.name, weights=base.encoder.weights)
    if lines[-1].limits[0] > 0:
        chosen = replace(chosen, signals=max(GRID, key=lambda weights: _mrr(board, weights)))
    fitting = replace(base, fitted=chosen)
    found = measured(lambda question: fitting, questions)
    fit = found.fit
    chosen = replace(
        chosen,
        confidence_weights=fit.weights,
        confidence_constant=fit.constant,
        quote_weights=fit.quote_weights,
        quote_constant=fit.quote_constant,
        sure=fit.sure,
        touches=fit.touches,
        usual_weakest_name=fit.usual_weakest_name,
    )
    for line in lines:
        change = signed(line.change, line.limits)
        print(f"# signals {line.name}: MRR {line.mrr:.3f}, {change} to those in use")
    auroc = found.others.report["abstention_auroc"]
    print(f"# confidence out of fold: AUROC {auroc:.3f}; {found.others.right_above:.2f} of sure first quotes are right")
    print("\n".join(table_of(chosen)))


def _mrr(board: Scoreboard, weights: Mapping[str, float]) -> float:
    return float((1 / first_right_ranks(board, fused(board.signals, weights))).mean())


def scales_of(base: KnowledgeBase, questions: Sequence[Question]) -> Scales:
    """Return what cosines are like with a base's encoder."""
    sentences: list[float] = []
    words: list[float] = []
    matches: list[float] = []
    for question in questions:
        query = query_of(base, parse_question(question.question))
        hits = search(base.generation, query, WEIGHED_HITS)
        sentences += [float(one.vector @ query.vector) for hit in hits for one in hit.sentences]
        matches += [match(query, hit.sentences) for hit in hits]
        if hits and len(query.words):
            words += best_matches(query.words, np.concatenate([one.pieces for one in hits[0].sentences])).tolist()
    return Scales(Scale.of(sentences), Scale.of(words), Scale.of(matches))


def carried_over(fitted: Fitted, before: Scales, after: Scales) -> Fitted:
    """Return the numbers of one encoder with its bounds and weights of similarity as they are on another's scale."""

    def bound(value: float, name: str) -> float:
        there, here = getattr(before, name), getattr(after, name)
        return float(here.mean + here.deviation * (value - there.mean) / there.deviation)

    def width(value: float, name: str) -> float:
        return float(value * getattr(after, name).deviation / getattr(before, name).deviation)

    said, matched, near = fitted.subject_weights
    moved = (said, matched / width(1.0, "match"), near / width(1.0, "sentence"))
    return replace(
        fitted,
        subject_weights=moved,
        subject_constant=fitted.subject_constant
        + (matched * before.match.mean - moved[1] * after.match.mean)
        + (near * before.sentence.mean - moved[2] * after.sentence.mean),
        same_question=bound(fitted.same_question, "sentence"),
        about=bound(fitted.about, "sentence"),
        words_weight=width(fitted.words_weight, "sentence"),
        least_cosine=bound(fitted.least_cosine, "sentence"),
        held_name=bound(fitted.held_name, "word"),
        least_match=width(fitted.least_match, "match"),
        match_weight=fitted.match_weight / width(1.0, "match"),
    )


def table_of(fitted: Fitted) -> Iterator[str]:
    """Yield the lines of an encoder's table; its name is quoted, because it may hold a slash."""
    yield f'["{fitted.encoder}"]'
    for name, value in asdict(fitted).items():
        if name != "encoder":
            yield f"{name} = {_toml(value)}"


def _toml(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(round(float(str(value)), _DIGITS))


if __name__ == "__main__":
    main()
