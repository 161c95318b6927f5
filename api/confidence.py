"""How likely it is that the podcast answers a question, from evidence that is absolute (Law 10 of the design)."""

from collections.abc import Sequence
from math import exp

from api.evidence import Span

CONFIDENT = 0.5
TOUCHES = 0.25


def confidence(spans: Sequence[Span]) -> float:
    """Return the confidence, 0 to 1, from the best sentences' cosine with the question."""
    best = max((span.cosine for span in spans), default=0.0)
    return 1 / (1 + exp(-12 * (best - 0.45)))
