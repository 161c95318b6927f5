"""The figures of the contract's "Questions for `evaluate`": what counts as right, and the totals over questions."""

import math
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 20211028
MOST_NAMES = 3  # this many names or more count as this many
_DEPTHS = (1, 5, 20)
_NON_WORDS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Row:
    """The result of one question; ranks count from 1 and are None if nothing was right.

    `ndcg` is at depth 10. Word counts and counts of citations that passed a check are sums over the question's hits or
    citations. `latency_ms` is milliseconds, None for the warm-up call. `expected` are the gold quotes.
    """

    id: str
    question: str
    kind: str
    persona: str
    answerable: bool
    status: str
    confidence: float
    names: int
    first_right_hit: int | None
    first_right_citation: int | None
    ndcg: float
    right_citations: int
    hits: int
    hit_words: int
    citations: int
    citation_words: int
    verbatim: int
    speaker_right: int
    time_right: int
    latency_ms: float | None
    expected: list[dict[str, Any]]
    first_hit: dict[str, Any] | None
    first_citation: dict[str, Any] | None


def normalise(text: str) -> list[str]:
    """Return the words of a text in lower case, split at runs of non-word characters; marks count as words here."""
    return _NON_WORDS.sub(" ", text.lower()).split()


def trigrams(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the distinct runs of three words; a text of one or two words is a single run."""
    return _runs(words, min(3, len(words)))


def is_right(words: Sequence[str], quote: Sequence[str]) -> bool:
    """Say whether a text is right for a gold quote of its episode, both as normalised words.

    The contract's rule: at least max(1, min(Tt, Tg) / 3) of the gold quote's trigrams occur in the text. A quote of one
    or two words occurs where they are side by side in the text; a quote without words occurs nowhere.
    """
    wanted = trigrams(quote)
    shared = len(wanted & _runs(words, min(3, len(quote))))
    return 3 * shared >= max(3, min(len(trigrams(words)), len(wanted)))


def name_count(question: str) -> int:
    """Count a question's names, at most 3: maximal runs of words with a capital or digit, ignoring its first word."""
    runs, inside = 0, False
    for word in question.split()[1:]:
        named = any(character.isupper() or character.isdigit() for character in word)
        runs += named and not inside
        inside = named
    return min(MOST_NAMES, runs)


def ndcg(right: Iterable[AbstractSet[int]], quotes: int, depth: int = 10) -> float:
    """Return the nDCG of hits, best first, each given as the set of quotes it is right for; 0 if there are no quotes.

    A hit gains 1 if it is right for at least one quote that no earlier hit was right for. The discount is 1 / log2(rank
    + 1), the ideal min(depth, quotes) such hits (Järvelin and Kekäläinen 2002).
    """
    if not quotes:
        return 0.0
    counted: set[int] = set()
    gain = 0.0
    for rank, quotes_of_hit in zip(range(1, depth + 1), right, strict=False):
        if quotes_of_hit - counted:
            gain += _discount(rank)
        counted |= quotes_of_hit
    return gain / sum(_discount(rank) for rank in range(1, min(depth, quotes) + 1))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return the share of pairs in which the positive value is higher, ties ½; None if either side is empty."""
    return float(_wins(positive, negative).mean()) if positive and negative else None


def auroc_equal_names(rows: Sequence[Row]) -> float | None:
    """Return the AUROC of confidence over pairs of questions with equally many names; None without such a pair."""
    wins, equal = _pairs(rows)
    return float(wins[equal].mean()) if equal.any() else None


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the contract's figures of judged questions; a share of zero items is None. Latencies in milliseconds."""
    answerable = [row for row in rows if row.answerable]
    unanswerable = [row for row in rows if not row.answerable]
    citations = sum(row.citations for row in rows)
    times = [row.latency_ms for row in rows if row.latency_ms is not None]
    return {
        "questions": len(rows),
        "answerable": len(answerable),
        **{name: _mean(values) for name, values in _by_question(answerable).items()},
        "ndcg@10": _mean([row.ndcg for row in answerable]),
        "citation_precision": _share(
            sum(row.right_citations for row in answerable), sum(row.citations for row in answerable)
        ),
        "verbatim": _share(sum(row.verbatim for row in rows), citations),
        "speaker_right": _share(sum(row.speaker_right for row in rows), citations),
        "time_right": _share(sum(row.time_right for row in rows), citations),
        "abstention_auroc": auroc([row.confidence for row in answerable], [row.confidence for row in unanswerable]),
        "abstention_auroc_equal_names": auroc_equal_names(rows),
        "coverage": _share(sum(row.status != "unanswerable" for row in answerable), len(answerable)),
        "answered_when_unanswerable": _share(
            sum(row.status != "unanswerable" for row in unanswerable), len(unanswerable)
        ),
        "latency_ms": {
            name: float(np.percentile(times, q)) if times else None for name, q in (("p50", 50), ("p95", 95))
        },
        "mean_words": {
            "hits": _share(sum(row.hit_words for row in rows), sum(row.hits for row in rows)),
            "citations": _share(sum(row.citation_words for row in rows), citations),
        },
    }


def intervals(rows: Sequence[Row]) -> dict[str, list[float] | None]:
    """Return bootstrap 95 % intervals [low, high] (percentile method, Efron 1979) for the figures that have one.

    Each resample draws with replacement as many answerable and unanswerable questions as there are. All figures share
    the same 2,000 seeded resamples, and so do two runs over the same questions in the same order, so that differences
    between them are paired. None where the figure is None.
    """
    return {name: _interval(values) for name, values in _resampled(rows).items()}


def paired_intervals(rows: Sequence[Row], others: Sequence[Row]) -> dict[str, list[float] | None]:
    """Return bootstrap 95 % intervals of the differences `rows` - `others` in each figure, made as by `intervals`.

    Raises ValueError unless both have the same questions in the same order, because each resample must take the same
    questions of both. None where the figure is None.
    """
    if [(row.id, row.answerable) for row in rows] != [(row.id, row.answerable) for row in others]:
        raise ValueError("only figures over the same questions can be compared")
    ours, theirs = _resampled(rows), _resampled(others)
    return {name: _interval(ours[name] - theirs[name]) for name in ours}


def _resampled(rows: Sequence[Row]) -> dict[str, NDArray[np.float64]]:
    """Return every figure in every resample, NaN for a share of zero items; equal counts give equal resamples."""
    answerable = [row for row in rows if row.answerable]
    unanswerable = [row for row in rows if not row.answerable]
    random = np.random.default_rng(SEED)
    drawn, drawn_unanswerable = _draws(random, len(answerable)), _draws(random, len(unanswerable))
    result = {
        name: _ratio(drawn @ np.array(values, dtype=float), drawn.sum(axis=1))
        for name, values in _by_question(answerable).items()
    }
    wins, equal = _pairs(rows)
    for name, counted in (
        ("abstention_auroc", np.ones_like(wins)),
        ("abstention_auroc_equal_names", equal.astype(float)),
    ):
        won = ((drawn @ (wins * counted)) * drawn_unanswerable).sum(axis=1)
        result[name] = _ratio(won, ((drawn @ counted) * drawn_unanswerable).sum(axis=1))
    return result


def _runs(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)} if length else set()


def _discount(rank: int) -> float:
    return 1.0 / math.log2(rank + 1)


def _by_question(answerable: Sequence[Row]) -> dict[str, list[float]]:
    """Return the figures that average one value per answerable question; a question without a right hit counts as 0."""
    hits = [row.first_right_hit or math.inf for row in answerable]
    citations = [row.first_right_citation or math.inf for row in answerable]
    return {
        **{f"recall@{depth}": [float(rank <= depth) for rank in hits] for depth in _DEPTHS},
        "mrr": [1.0 / rank for rank in hits],
        "first_citation_right": [float(rank == 1) for rank in citations],
        "citation_right@5": [float(rank <= 5) for rank in citations],
    }


def _wins(positive: Sequence[float], negative: Sequence[float]) -> NDArray[np.float64]:
    """Return 1 for each pair in which the positive value is higher, ½ for a tie, else 0; memory: one float per pair."""
    high, low = np.array(positive, dtype=float)[:, None], np.array(negative, dtype=float)[None, :]
    return np.where(high == low, 0.5, (high > low).astype(float))


def _pairs(rows: Sequence[Row]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    answerable = [row for row in rows if row.answerable]
    unanswerable = [row for row in rows if not row.answerable]
    wins = _wins([row.confidence for row in answerable], [row.confidence for row in unanswerable])
    names, other_names = np.array([row.names for row in answerable]), np.array([row.names for row in unanswerable])
    return wins, names[:, None] == other_names[None, :]


def _draws(random: np.random.Generator, questions: int) -> NDArray[np.float64]:
    """Return how often each question is drawn, one row per resample."""
    if not questions:
        return np.zeros((RESAMPLES, 0))
    return random.multinomial(questions, np.full(questions, 1 / questions), size=RESAMPLES).astype(float)


def _ratio(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    ratios = np.full(len(sums), np.nan)
    np.divide(sums, counts, out=ratios, where=counts > 0)
    return ratios


def _interval(values: NDArray[np.float64]) -> list[float] | None:
    some = values[~np.isnan(values)]
    if not len(some):
        return None
    low, high = np.percentile(some, [2.5, 97.5])
    # Six digits, so that a machine's order of addition makes no difference.
    return [round(float(low), 6), round(float(high), 6)]


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
