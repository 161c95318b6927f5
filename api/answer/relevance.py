"""Say whether a hit is about a question, from evidence that means the same for every question and library (Law 10).

Two figures decide: the cosine of the question with the hit's nearest sentence, and the share of the question's
information that the hit's words and its speakers' names hold. docs/evaluation.md says how the bounds were chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from api.answer.sentence_figures import AskedWords
from index.fitted import Fitted, usual
from index.keywords import stems
from index.passage import FoundSentence
from index.search import Query

# A hit holds a question's words if they are this share of its information.
MOST_WORDS = 0.6
_LEAST_NORM = np.float32(1e-12)  # so that nothing is divided by zero


@dataclass(frozen=True, slots=True)
class Relevance:
    """The cosine of a question with the nearest sentence, and the share, 0 to 1, of it that all the words hold.

    `fitted` are the encoder's numbers, which bound both.
    """

    cosine: float
    coverage: float
    fitted: Fitted = field(default_factory=usual, compare=False)

    @property
    def is_about(self) -> bool:
        """Whether the hit is about the question."""
        return self.cosine + self.fitted.words_weight * self.coverage >= self.fitted.about

    @property
    def has_words(self) -> bool:
        """Whether the hit holds most of the question's words, be it about that or not."""
        return self.coverage >= MOST_WORDS


def relevance_of(sentences: Sequence[FoundSentence], query: Query, asked: AskedWords) -> Relevance:
    """Return what sentences have of a question whose words are `asked` (see `api.answer.sentence_figures`)."""
    if not sentences:
        return Relevance(0.0, 0.0, query.fitted)
    speakers = {sentence.speaker for sentence in sentences if sentence.speaker}
    held = frozenset(stems(" ".join((*speakers, *(sentence.text for sentence in sentences)))))
    return Relevance(
        cosine=nearest_cosine(sentences, query),
        coverage=sum(share for stem, share in asked.information.items() if stem in held),
        fitted=query.fitted,
    )


def nearest_cosine(sentences: Sequence[FoundSentence], query: Query) -> float:
    """Return the cosine of a question with the nearest of some sentences."""
    vectors = np.array([sentence.vector for sentence in sentences])
    norms = np.maximum(np.linalg.norm(vectors, axis=1), _LEAST_NORM)
    return float((vectors @ query.vector / norms).max())
