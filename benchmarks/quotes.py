"""Measure the worth of each part of a quote's score: without it, with other weights, and with late interaction.

    python benchmarks/quotes.py HOME QUESTIONS.jsonl

Prints for the answerable questions how often the first citation is right, how often one of the first five is, and the
changes against the score in use with their 95 % intervals (paired bootstrap over questions). Every question is
answered here, whatever the confidence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.answer.candidates import (
    _ASKER_COST,
    _EMPTY_COST,
    _HIT_WEIGHT,
    _LENGTH_WEIGHT,
    _NAMED_WEIGHT,
    QuoteCandidate,
    candidates_of,
)

# Imports private names, because this measures the internals of choosing quotes, which no other code uses.
from api.answer.compose import WEIGHED_HITS, _cited
from api.answer.question import parse_question, query_of
from api.episodes.transcripts import open_transcript
from api.evaluation.evaluate import CITATION_WORDS
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.quotes.citation import Citation
from api.quotes.quote import quote_at
from api.settings import Settings
from benchmarks.figures import arguments, interval, signed, table
from benchmarks.retrieval import right_for
from index.passage import Passage
from index.piece_vectors import PieceVectors
from index.search import Query, search
from ingest.text.words import without_marks

Floats = NDArray[np.float64]
HEADS = ("score of a quote", "first right", "one of five right", "change of the first", "change of five")
CITED = 5


@dataclass(frozen=True)
class Part:
    """A part of the score: its value for every candidate of a question, and its weight in use."""

    values: Callable[[Sequence[QuoteCandidate]], Floats]
    weight: float


@dataclass(frozen=True)
class Candidates:
    """A question's candidate quotes in their current order; `alike`: late interaction with each, in deviations."""

    question: Question
    spans: tuple[QuoteCandidate, ...]
    alike: Floats


def _deviations(values: Sequence[float]) -> Floats:
    array = np.array(values)
    spread = array.std()
    return (array - array.mean()) / spread if spread > 0 else np.zeros_like(array)


def _deviating(value: Callable[[QuoteCandidate], float]) -> Callable[[Sequence[QuoteCandidate]], Floats]:
    return lambda spans: _deviations([value(span) for span in spans])


def _each(value: Callable[[QuoteCandidate], float]) -> Callable[[Sequence[QuoteCandidate]], Floats]:
    return lambda spans: np.array([float(value(span)) for span in spans])


PARTS = {
    "cosine": Part(_deviating(lambda span: span.cosine), 1.0),
    "words of the question": Part(_deviating(lambda span: span.coverage), 1.0),
    "length": Part(_deviating(lambda span: float(np.log(span.words))), _LENGTH_WEIGHT),
    "score of the passage": Part(_each(lambda span: span.hit.score), _HIT_WEIGHT),
    "the bonus for the person asked about": Part(_each(lambda span: span.by_named), _NAMED_WEIGHT),
    "the penalty for who asks the questions": Part(_each(lambda span: span.by_asker), -_ASKER_COST),
    "the penalty for questions and repetitions": Part(_each(lambda span: span.is_empty), -_EMPTY_COST),
}
OTHER_WEIGHTS = (
    ("length", 0.4),
    ("length", 1.0),
    ("cosine", 0.5),
    ("cosine", 1.5),
    ("words of the question", 0.5),
    ("words of the question", 1.5),
    ("score of the passage", 1.0),
    ("score of the passage", 3.0),
)


def main() -> None:
    """Parse the command line, measure and print."""
    options = arguments(__doc__).parse_args()
    print(table(HEADS, choices(open_base(Settings(home=options.home)), read_questions(options.questions))))


def choices(base: KnowledgeBase, questions: Sequence[Question]) -> list[tuple[object, ...]]:
    """Return the rows of the table HEADS: score in use, without each part, other weights, late interaction."""
    asked = [_candidates(base, question) for question in questions if question.answerable]
    variants: dict[str, Callable[[Candidates], Sequence[QuoteCandidate]]] = {"in use": lambda one: one.spans}
    for name in PARTS:
        variants[f"without {name}"] = _weighing({name: 0.0})
    for name, weight in OTHER_WEIGHTS:
        variants[f"{name} {weight:g} instead of {PARTS[name].weight:g}"] = _weighing({name: weight})
    for weight in (0.5, 1.0):
        variants[f"late interaction with the quote, {weight:g}"] = _weighing({}, alike=weight)
    variants["from the first passage only"] = lambda one: [span for span in one.spans if span.hit.rank == 1]
    guids = {episode.id: episode.guid for episode in base.generation.episodes()}
    right = {
        name: np.array([_right(one.question, guids, _cited(base, ordered(one), CITED)) for one in asked], dtype=float)
        for name, ordered in variants.items()
    }
    now = right["in use"]
    return [
        (name, *map(float, rows.mean(axis=0)), *(_change(rows[:, at] - now[:, at]) for at in (0, 1)))
        for name, rows in right.items()
    ]


def _candidates(base: KnowledgeBase, question: Question) -> Candidates:
    query = query_of(base, parse_question(question.question))
    spans = candidates_of(base, query, search(base.generation, query, WEIGHED_HITS))
    return Candidates(question, spans, _deviations(_late_interaction(base, query, spans)))


def _weighing(weights: Mapping[str, float], alike: float = 0.0) -> Callable[[Candidates], Sequence[QuoteCandidate]]:
    """Return a function that orders candidates by their score with changed weights and late interaction."""

    def ordered(candidates: Candidates) -> Sequence[QuoteCandidate]:
        scores = np.array([span.score for span in candidates.spans]) + alike * candidates.alike
        for name, weight in weights.items():
            scores += (weight - PARTS[name].weight) * PARTS[name].values(candidates.spans)
        order = np.argsort(-scores, kind="stable")
        return [candidates.spans[place]._replace(score=float(scores[place])) for place in order]

    return ordered


def _late_interaction(base: KnowledgeBase, query: Query, spans: Sequence[QuoteCandidate]) -> list[float]:
    """Return for each candidate the mean, over the question's word pieces, of the best cosine with one of its own."""
    passages = {span.hit.passage.id: span.hit.passage for span in spans}
    texts = [_plain(passage.text) for passage in passages.values()]
    asked, *said = base.encoder.encode_pieces([query.text, *texts])
    read = {name: (text, pieces) for name, text, pieces in zip(passages, texts, said, strict=True)}
    found = []
    for span in spans:
        text, pieces = read[span.hit.passage.id]
        inside = _inside(text, _quoted(base, span.hit.passage, span), pieces)
        found.append(float((asked.vectors @ pieces.vectors[inside].T).max(axis=1).mean()))
    return found


def _inside(text: str, quoted: str, pieces: PieceVectors) -> list[int]:
    """Return the places of a quote's pieces in its passage, or all places if the two differ in marks."""
    begin = text.find(quoted)
    end = begin + len(quoted)
    inside = [place for place, (start, stop) in enumerate(pieces.spans) if start < end and stop > begin >= 0]
    return inside or list(range(len(pieces.spans)))


def _quoted(base: KnowledgeBase, passage: Passage, span: QuoteCandidate) -> str:
    opened = open_transcript(base.home, passage.episode_id)
    assert opened is not None, f"{passage.episode_id} is indexed and has no transcript"
    return _plain(quote_at(opened, span.first_word, span.words).text)


def _plain(text: str) -> str:
    return " ".join(without_marks(text).split())


def _right(question: Question, guids: Mapping[str, str], cited: Sequence[Citation]) -> tuple[bool, bool]:
    """Return whether the first citation is right, and whether any is."""
    right = [right_for(question, guids[one.episode.id], one.quote, CITATION_WORDS) for one in cited]
    return bool(right) and right[0], any(right)


def _change(changes: Floats) -> str:
    return signed(float(changes.mean()), interval(changes))


if __name__ == "__main__":
    main()
