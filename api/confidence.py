"""How likely it is that the podcast answers a question, from evidence that is absolute (Law 10 of the design).

The question's words, each in its context, are looked up among the word pieces of the two best passages (the late
interaction of Khattab and Zaharia, ColBERT, 2020, with the encoder's own vectors). A logistic of four figures is
fitted on the development questions by `benchmarks/confidence.py`, which also prints what it is worth out of fold. Its
signs: a question whose sense is met by a sentence, but whose words are not, is near the podcast and not answered by it;
so is one of whose names all but one are met.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from api.base import KnowledgeBase
from api.evidence import Span
from index.capitals import WORD
from index.encode import PieceVectors
from index.passage import Hit
from index.search import Query
from ingest.words import without_marks

Floats = NDArray[np.float32]

# From `python benchmarks/confidence.py` (docs/evaluation.md): weights of the figures below, and the constant.
WEIGHTS = (21.938, 10.458, -6.621, -7.302)
CONSTANT = -8.186
# "answered" from CONFIDENT on, "partial" from TOUCHES on, else "unanswerable"; chosen out of fold (contract).
CONFIDENT = 0.938
TOUCHES = 0.615

# What a question without names, or of names alone, gets for the figure it lacks: the mean of those that have it, so
# that the mere number of names decides nothing.
USUAL_WORDS, USUAL_WEAKEST_NAME, USUAL_NAMES = 0.600, 0.601, 0.675
_READ_HITS = 2
# Whose sentences are compared with the whole question.
_WEIGHED_HITS = 3
# A word written with a capital more often than this inside sentences is a name.
_NAME_SHARE = 0.6
_PRONOUN = "i"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Cosines, -1 to 1, of the question's words with their best match in the best passages."""

    words: float  # mean of the words that are no names
    weakest_name: float  # the name or number that is matched worst
    names: float  # mean of the names and numbers
    sentence: float  # the whole question with the best sentences


def confidence(base: KnowledgeBase, query: Query, hits: Sequence[Hit], spans: Sequence[Span]) -> float:
    """Return the confidence, 0 to 1, that the podcast answers the question; 0 if no hit holds a sentence to quote."""
    if not spans:
        return 0.0
    figures = astuple(evidence_of(base, query, hits, spans))
    return 1 / (1 + exp(-CONSTANT - sum(weight * figure for weight, figure in zip(WEIGHTS, figures, strict=True))))


def evidence_of(base: KnowledgeBase, query: Query, hits: Sequence[Hit], spans: Sequence[Span]) -> Evidence:
    """Return how well the words of a question are matched by the best hits, their speakers and titles included."""
    sentences = [span.cosine for span in spans if span.hit.rank <= _WEIGHED_HITS] or [span.cosine for span in spans]
    passages = [f"{hit.passage.header} {without_marks(hit.passage.text)}" for hit in hits[:_READ_HITS]]
    asked, *said = base.encoder.encode_pieces([query.text, *(" ".join(text.split()) for text in passages)])
    everything = np.concatenate([text.vectors for text in said])
    words: list[float] = []
    names: list[float] = []
    for found in WORD.finditer(query.text):
        vector = _vector_of(found.span(), asked)
        if vector is not None and len(everything):
            (names if _is_name(found.group(), base) else words).append(float((everything @ vector).max()))
    return Evidence(
        words=float(np.mean(words)) if words else USUAL_WORDS,
        weakest_name=min(names) if names else USUAL_WEAKEST_NAME,
        names=float(np.mean(names)) if names else USUAL_NAMES,
        sentence=max(sentences),
    )


def _vector_of(span: tuple[int, int], text: PieceVectors) -> Floats | None:
    """Return the unit vector of a word: the mean of its pieces."""
    inside = [place for place, (start, end) in enumerate(text.spans) if start < span[1] and end > span[0]]
    if not inside:
        return None
    mean = text.vectors[inside].mean(axis=0)
    vector: Floats = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return vector


def _is_name(word: str, base: KnowledgeBase) -> bool:
    """Say whether a word is a name or number as the library writes it, however the question does.

    Of a word that the library never holds inside a sentence, the encoder tells: rare words are several pieces to it.
    """
    if any(character.isdigit() for character in word):
        return True
    if word.lower() == _PRONOUN or word.lower().startswith((f"{_PRONOUN}'", f"{_PRONOUN}’")):
        return False
    capital, small = base.generation.letters(word)
    if capital + small:
        return capital > _NAME_SHARE * (capital + small)
    return base.encoder.pieces(word) > 1
