"""Rank passages for a question: each signal's score counts in standard deviations from its mean over all passages."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.extend import READ_AROUND, extended
from index.fitted import Fitted, usual
from index.generation import Generation
from index.models.reranker import RERANKED, Reranker, reranked
from index.passage import NO_FILTERS, Filters, FoundQuestion, FoundSentence, Hit, Passage
from index.piece_vectors import best_matches
from index.segments.segment import Stretch
from ingest.text.words import normalise

Floats = NDArray[np.float32]

# How many candidates each signal contributes; then every signal scores all of them.
_CANDIDATES = 200
# So many questions that somebody asked are looked at.
_ASKED = 5
# Of so many passages the words are compared with those of the question, each with the one that matches it best (late
# interaction: Khattab and Zaharia, ColBERT, 2020).
_COMPARED = 30
_LEAST_DEVIATION = 1e-6
# Hits that are read at once: a database is asked three times for all of them.
_READ_AT_ONCE = _COMPARED
_RUN = 3  # words


class _Ranked(NamedTuple):
    """A passage's id with its score; `asked` if it is there because it replies to a question."""

    score: float
    passage: str
    asked: FoundQuestion | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready for search: its text, unit vector, distinct stems, stems of synonyms, and words.

    In `text` misspelt words are replaced by the words in `also`; `typed` is the text before that. Its `phrases` are the
    words that stand in quotation marks. `asked` are its words, `words` their reduced vectors in the question's context,
    shape (words, width), `shares` their shares of its information, which sum to 1. `fitted` are the numbers of the
    encoder that made the vectors; `reranker` orders the first hits anew.
    """

    text: str
    vector: Floats
    terms: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    typed: str = ""
    also: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    words: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    shares: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    fitted: Fitted = field(default_factory=usual)
    reranker: Reranker | None = None


def search(generation: Generation, query: Query, k: int, filters: Filters = NO_FILTERS) -> tuple[Hit, ...]:
    """Return the k best passages, extended, best first; no two share more than half their trigrams.

    A question that somebody asked, if it means what is asked now, is a hit with its reply. There are fewer than k only
    if fewer exist. Filters apply before ranking, so a filtered search also returns k hits if k exist.
    """
    count = k if query.reranker is None else max(k, RERANKED)
    wanted = max(_CANDIDATES, 4 * count)
    while True:
        ranked = _ranked(generation, query, wanted, filters)
        hits = tuple(islice(_in_order(generation, query, ranked), count))
        if len(hits) == count or len(ranked) < wanted:
            return tuple(_reranked(query, iter(hits)))[:k]
        wanted *= 4


def walk(generation: Generation, query: Query, most: int, filters: Filters = NO_FILTERS) -> Iterator[Hit]:
    """Yield hits as `search` finds them, best first, at most `most`.

    The first are read at once, because words are compared among them; each later one when it is asked for.
    """
    ranked = _ranked(generation, query, max(_CANDIDATES, 2 * most), filters)
    return islice(_reranked(query, _in_order(generation, query, ranked)), most)


def _reranked(query: Query, hits: Iterator[Hit]) -> Iterator[Hit]:
    """Yield hits, the first of them in the order of the query's reranker, if it has one."""
    if query.reranker is not None:
        yield from reranked(query.reranker, query.text, list(islice(hits, RERANKED)))
    yield from hits


def _in_order(generation: Generation, query: Query, ranked: Sequence[_Ranked]) -> Iterator[Hit]:
    """Yield the hits of ranked passages, best first, none that repeats a better one."""
    first = _by_words(query, _hits(generation, ranked[:_COMPARED]))
    return _distinct(chain(first, _hits(generation, ranked[_COMPARED:])))


def _ranked(generation: Generation, query: Query, count: int, filters: Filters) -> list[_Ranked]:
    """Return what any signal ranks among its first `count`, and questions that mean the same; best first."""
    weights = query.fitted.signals
    passage = generation.nearest("passage", query.vector, count, filters)
    turns = generation.nearest("turns", query.vector, count, filters)
    words, all_words = generation.matching("passage", query.terms, count, filters, query.synonyms)
    # The episode signal contributes no candidates, because all passages of an episode score the same; it only adds to
    # the scores of the other signals' candidates.
    episode, all_episodes = generation.matching("episode", query.terms, 0, filters, query.synonyms)
    same = [one for one in generation.asked(query.vector, _ASKED, filters) if one.cosine >= query.fitted.same_question]
    replies = generation.passages_with([(one.episode_id, one.exchange.reply) for one in same])
    ids = list(dict.fromkeys((*passage.ids, *turns.ids, *words.ids, *replies)))
    if not ids:
        return []
    total = (
        weights["passage"]
        * _deviations(generation.nearest_of("passage", query.vector, ids), passage.mean, passage.deviation)
        + weights["turns"] * _deviations(generation.nearest_of("turns", query.vector, ids), turns.mean, turns.deviation)
        + weights["words"] * _deviations(generation.matching_of(all_words, ids), words.mean, words.deviation)
        + weights["episode"] * _deviations(generation.matching_of(all_episodes, ids), episode.mean, episode.deviation)
    )
    scores = dict(zip(ids, total.tolist(), strict=True))
    found = [_Ranked(score, identifier) for identifier, score in scores.items()]
    found += [
        _Ranked(scores[reply] + query.fitted.same_weight * sameness(one, query.fitted), reply, one)
        for one, reply in zip(same, replies, strict=True)
    ]
    return sorted(found, key=lambda one: -one.score)


def sameness(asked: FoundQuestion, fitted: Fitted) -> float:
    """Return how surely a question that somebody asked means what is asked now, from 0 to 1."""
    return max(0.0, asked.cosine - fitted.same_question) / (1 - fitted.same_question)


def _deviations(scores: Floats, mean: float, deviation: float) -> Floats:
    """Return each score in standard deviations above the mean of all passages; zeros if all scores are the same."""
    if deviation < _LEAST_DEVIATION:
        return np.zeros_like(scores)
    return (scores - np.float32(mean)) / np.float32(deviation)


def _hits(generation: Generation, ranked: Sequence[_Ranked]) -> Iterator[Hit]:
    """Yield the extended hits, lazily."""
    for begin in range(0, len(ranked), _READ_AT_ONCE):
        yield from _extended(generation, ranked[begin : begin + _READ_AT_ONCE])


def _by_words(query: Query, hits: Iterable[Hit]) -> list[Hit]:
    """Add to the hits' scores how well they match the words of the question, and return them best first."""
    weight = query.fitted.match_weight
    found = [replace(hit, score=hit.score + weight * match(query, hit.sentences)) for hit in hits]
    return sorted(found, key=lambda hit: -hit.score)


def match(query: Query, sentences: Sequence[FoundSentence]) -> float:
    """Return how well sentences match the words of a question: the mean of their best cosines, by information."""
    if not len(query.words) or not sentences:
        return 0.0
    return max(0.0, float(best_matches(query.words, np.concatenate([one.pieces for one in sentences])) @ query.shares))


def _distinct(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield hits with their ranks, skipping any that shares over half the shorter's trigrams with one before it."""
    lengths: list[int] = []  # of the hits so far, in trigrams
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)  # which of them hold a trigram
    for hit in hits:
        mine = trigrams(hit.passage.text)
        shared = Counter(chain.from_iterable(map(holders.__getitem__, mine & holders.keys())))
        if any(2 * count > min(len(mine), lengths[number]) for number, count in shared.items()):
            continue
        for run in mine:
            holders[run].append(len(lengths))
        lengths.append(len(mine))
        yield replace(hit, rank=len(lengths))


def _extended(generation: Generation, ranked: Sequence[_Ranked]) -> Iterator[Hit]:
    """Yield the hits of passages, or of questions with what was replied, lazily; all that they hold is read before."""
    passages = [
        passage if one.asked is None else _exchange(passage, one.asked)
        for one, passage in zip(ranked, generation.passages([one.passage for one in ranked]), strict=True)
    ]
    around = [_around(passage, one) for one, passage in zip(ranked, passages, strict=True)]
    episodes = generation.episodes_of([passage.episode_id for passage in passages])
    read = generation.stretches(around)
    for one, passage, (_, first, _), sentences in zip(ranked, passages, around, read, strict=True):
        closed = generation.repeated(passage.episode_id)
        whole, held = extended(passage, sentences, first, closed, back=one.asked is None)
        yield Hit(0, one.score, whole, episodes[whole.episode_id], tuple(held), one.asked)


def _exchange(passage: Passage, asked: FoundQuestion) -> Passage:
    """Return the passage of a question with what was replied, in the episode of another passage."""
    question, reply = asked.exchange
    return replace(passage, sentences=(question, reply + 1))


def _around(passage: Passage, found: _Ranked) -> Stretch:
    """Return the sentences of a passage and those by which it may be extended."""
    first, last = passage.sentences
    further = READ_AROUND if found.asked is None else 2 * READ_AROUND  # a reply is extended on one side only
    return passage.episode_id, max(first - READ_AROUND, 0), last + further


def repeats(one: Set[tuple[str, ...]], other: Set[tuple[str, ...]]) -> bool:
    """Say whether two texts share more than half of the shorter's trigrams."""
    return 2 * len(one & other) > min(len(one), len(other))


def trigrams(text: str) -> set[tuple[str, ...]]:
    """Return the word trigrams of a text in normal form; a text of one or two words is a single run."""
    words = tuple(normalise(text))
    if len(words) < _RUN:
        return {words} if words else set()
    return set(zip(words, words[1:], words[2:], strict=False))
