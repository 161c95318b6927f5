"""Order the first hits of a question anew by a cross-encoder, which reads question and passage together."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite
from time import perf_counter
from typing import Protocol

from index.passage import Hit

logger = logging.getLogger(__name__)

# So many hits are read again. A right passage behind them is rare (recall@20 in docs/evaluation.md).
RERANKED = 20
# If the reranker has not read them by then, the order stays as it is. It is looked at after each hit, so a search waits
# for at most one hit longer.
MOST_SECONDS = 1.0


class Reranker(Protocol):
    """Scores passages for a question; `form` says what computes the scores, as that of an encoder does."""

    name: str
    form: str

    def score(self, question: str, passage: str) -> float:
        """Return how well a passage answers a question: any number, the higher the better."""
        ...


def reranked(
    reranker: Reranker, question: str, hits: Sequence[Hit], clock: Callable[[], float] = perf_counter
) -> list[Hit]:
    """Return hits in the order of the reranker's scores, or as they are if it takes too long or fails.

    Each takes over score and rank of the place that it moves to, because scores mean the same in every answer.
    """
    begun = clock()
    scores: list[float] = []
    for hit in hits:
        try:
            scores.append(reranker.score(question, hit.passage.text))
        except (RuntimeError, ValueError, IndexError) as error:  # what the runtimes raise
            logger.warning("the reranker failed (%s); the order stays as it is", error)
            return list(hits)
        if clock() - begun > MOST_SECONDS:
            read = len(scores)
            logger.warning("the reranker read %d of %d hits in time; the order stays as it is", read, len(hits))
            return list(hits)
    if not all(map(isfinite, scores)):
        logger.warning("the reranker gave scores that are no numbers; the order stays as it is")
        return list(hits)
    order = sorted(range(len(hits)), key=lambda place: -scores[place])
    return [replace(hits[moved], score=place.score, rank=place.rank) for place, moved in zip(hits, order, strict=True)]
