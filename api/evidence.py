"""How well the sentences of a passage answer a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.generation import FoundSentence, Generation
from index.keywords import stems
from index.passage import Hit
from index.search import Query

Floats = NDArray[np.float32]

FEWEST_QUOTE_WORDS, MOST_QUOTE_WORDS = 3, 80
_MOST_SENTENCES = 3
# A sentence that carries less than this is an interjection ("Yeah.", "Right, right.") and starts no quote.
_FEWEST_EVIDENCE_WORDS = 4
# Weight of covered question words and of length beside the cosine, each as deviations over the spans of the passages
# that are compared (shared/evidence: 84 % of what is reachable is picked this way).
_COVERAGE_WEIGHT = 0.5
_LENGTH_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Span:
    """One to three neighbouring whole sentences of one turn, as a candidate for a quote."""

    hit: Hit
    speaker: str | None
    first_word: int
    words: int
    cosine: float
    coverage: float
    score: float = 0.0


def spans_of(
    generation: Generation, query: Query, hits: Sequence[Hit], information: dict[str, float], speaker: str | None = None
) -> list[list[Span]]:
    """Return for each hit its candidate quotes, best first; with `speaker`, only that speaker's."""
    found = [_candidates(generation, query, hit, information, speaker) for hit in hits]
    return [_scored(spans) for spans in found]


def information_of(generation: Generation, terms: Sequence[str]) -> dict[str, float]:
    """Return each stem's share of the question's information, by inverse document frequency; they sum to 1."""
    weights = {term: generation.rarity(term) for term in terms}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def _candidates(
    generation: Generation, query: Query, hit: Hit, information: dict[str, float], speaker: str | None
) -> list[Span]:
    spans: list[Span] = []
    for run in _runs(generation.sentences(hit.passage)):
        if speaker is not None and run[0].speaker != speaker:
            continue
        for first in range(len(run)):
            if run[first].sentence.words < _FEWEST_EVIDENCE_WORDS and len(run) > first + 1:
                continue
            for last in range(first + 1, min(first + _MOST_SENTENCES, len(run)) + 1):
                chosen = run[first:last]
                if sum(len(item.text.split()) for item in chosen) > MOST_QUOTE_WORDS:
                    break
                words = sum(item.sentence.words for item in chosen)
                if (
                    words >= FEWEST_QUOTE_WORDS
                    and len(" ".join(item.text for item in chosen).split()) >= FEWEST_QUOTE_WORDS
                ):
                    spans.append(_span(query, hit, chosen, information))
    return spans


def _runs(sentences: Sequence[FoundSentence]) -> list[list[FoundSentence]]:
    """Split sentences where the turn changes."""
    if not sentences:
        return []
    runs = [[sentences[0]]]
    for before, sentence in pairwise(sentences):
        if sentence.sentence.turn != before.sentence.turn:
            runs.append([])
        runs[-1].append(sentence)
    return runs


def _span(query: Query, hit: Hit, chosen: Sequence[FoundSentence], information: dict[str, float]) -> Span:
    vector = np.mean([item.vector for item in chosen], axis=0)
    length = float(np.linalg.norm(vector))
    covered = {stem for item in chosen for stem in stems(item.text)}
    return Span(
        hit=hit,
        speaker=chosen[0].speaker,
        first_word=chosen[0].sentence.first_word,
        words=sum(item.sentence.words for item in chosen),
        cosine=float(vector @ query.vector) / length if length else 0.0,
        coverage=sum(share for stem, share in information.items() if stem in covered),
    )


def _scored(spans: list[Span]) -> list[Span]:
    """Order spans by the sum of their deviations in cosine, coverage and logarithm of length."""
    if not spans:
        return []
    total = (
        _deviations([span.cosine for span in spans])
        + _COVERAGE_WEIGHT * _deviations([span.coverage for span in spans])
        + _LENGTH_WEIGHT * _deviations([float(np.log(span.words)) for span in spans])
    )
    order = np.argsort(-total, kind="stable")
    return [_with_score(spans[position], float(total[position])) for position in order]


def _with_score(span: Span, score: float) -> Span:
    return Span(span.hit, span.speaker, span.first_word, span.words, span.cosine, span.coverage, score)


def _deviations(values: Sequence[float]) -> Floats:
    array = np.array(values, np.float32)
    deviation = array.std()
    result: Floats = (array - array.mean()) / deviation if deviation > 0 else np.zeros_like(array)
    return result
