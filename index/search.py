"""Rank passages for a question: each signal's score counts in standard deviations from its mean over all passages."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from index.extend import READ_AROUND, extended
from index.generation import Generation
from index.passage import Filters, FoundSentence, Hit, Passage
from ingest.text.words import normalise

Floats = NDArray[np.float32]

# Weight of each signal in the sum of deviations, chosen on the development questions (docs/evaluation.md).
WEIGHTS = {"passage": 0.15, "turns": 0.55, "words": 0.3, "episode": 0.12}
# How many candidates each signal contributes; then every signal scores all of them.
_CANDIDATES = 200
_LEAST_DEVIATION = 1e-6
_READ_AT_ONCE = 24  # about as many as are read to find twelve that differ
_RUN = 3  # words
_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready for search: its unit vector, its distinct stems, and stems of synonyms."""

    text: str
    vector: Floats
    terms: tuple[str, ...]
    synonyms: tuple[str, ...] = ()


def search(generation: Generation, query: Query, k: int, filters: Filters = _NO_FILTERS) -> tuple[Hit, ...]:
    """Return the k best passages, extended, best first; no two share more than half their trigrams.

    There are fewer only if fewer exist. Filters apply before ranking, so a filtered search also returns k hits if k
    exist.
    """
    wanted = max(_CANDIDATES, 4 * k)
    while True:
        ranked = _ranked(generation, query, wanted, filters)
        hits = tuple(islice(_distinct(generation, ranked), k))
        if len(hits) == k or len(ranked) < wanted:
            return hits
        wanted *= 4


def walk(generation: Generation, query: Query, most: int, filters: Filters = _NO_FILTERS) -> Iterator[Hit]:
    """Yield hits as `search` finds them, best first, at most `most`; each is read when it is asked for."""
    return islice(_distinct(generation, _ranked(generation, query, max(_CANDIDATES, 2 * most), filters)), most)


def _ranked(generation: Generation, query: Query, count: int, filters: Filters) -> list[tuple[str, float]]:
    """Return (id, score) of every passage that any signal ranks among its first `count`, best first."""
    passage = generation.nearest("passage", query.vector, count, filters)
    turns = generation.nearest("turns", query.vector, count, filters)
    words, all_words = generation.matching("passage", query.terms, count, filters, query.synonyms)
    # The episode signal contributes no candidates, because all passages of an episode score the same; it only adds to
    # the scores of the other signals' candidates.
    episode, all_episodes = generation.matching("episode", query.terms, 0, filters, query.synonyms)
    ids = list(dict.fromkeys((*passage.ids, *turns.ids, *words.ids)))
    if not ids:
        return []
    total = (
        WEIGHTS["passage"]
        * _deviations(generation.nearest_of("passage", query.vector, ids), passage.mean, passage.deviation)
        + WEIGHTS["turns"] * _deviations(generation.nearest_of("turns", query.vector, ids), turns.mean, turns.deviation)
        + WEIGHTS["words"] * _deviations(generation.matching_of(all_words, ids), words.mean, words.deviation)
        + WEIGHTS["episode"] * _deviations(generation.matching_of(all_episodes, ids), episode.mean, episode.deviation)
    )
    order = np.argsort(-total, kind="stable")
    return [(ids[position], float(total[position])) for position in order]


def _deviations(scores: Floats, mean: float, deviation: float) -> Floats:
    """Return each score in standard deviations above the mean of all passages; zeros if all scores are the same."""
    if deviation < _LEAST_DEVIATION:
        return np.zeros_like(scores)
    return (scores - np.float32(mean)) / np.float32(deviation)


def _distinct(generation: Generation, ranked: Sequence[tuple[str, float]]) -> Iterator[Hit]:
    """Yield passages, extended, skipping any that shares over half the shorter's trigrams with one before it."""
    lengths: list[int] = []  # of the passages so far, in trigrams
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)  # which of them hold a trigram
    for begin in range(0, len(ranked), _READ_AT_ONCE):
        chosen = ranked[begin : begin + _READ_AT_ONCE]
        passages = generation.passages([identifier for identifier, _ in chosen])
        for (_, score), passage in zip(chosen, passages, strict=True):
            whole, sentences = _extended(generation, passage)
            mine = trigrams(whole.text)
            shared = Counter(chain.from_iterable(map(holders.__getitem__, mine & holders.keys())))
            if any(2 * count > min(len(mine), lengths[number]) for number, count in shared.items()):
                continue
            for run in mine:
                holders[run].append(len(lengths))
            lengths.append(len(mine))
            yield Hit(len(lengths), score, whole, generation.episode(passage.episode_id), tuple(sentences))


def _extended(generation: Generation, passage: Passage) -> tuple[Passage, list[FoundSentence]]:
    first = max(passage.sentences[0] - READ_AROUND, 0)
    around = generation.stretch(passage.episode_id, first, passage.sentences[1] + READ_AROUND)
    return extended(passage, around, first, generation.repeated(passage.episode_id))


def repeats(one: Set[tuple[str, ...]], other: Set[tuple[str, ...]]) -> bool:
    """Say whether two texts share more than half of the shorter's trigrams."""
    return 2 * len(one & other) > min(len(one), len(other))


def trigrams(text: str) -> set[tuple[str, ...]]:
    """Return the word trigrams of a text in normal form; a text of one or two words is a single run."""
    words = tuple(normalise(text))
    if len(words) < _RUN:
        return {words} if words else set()
    return set(zip(words, words[1:], words[2:], strict=False))
