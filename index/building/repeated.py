"""Find what is repeated in several heard episodes of a show, such as adverts and announcements; pure.

Nobody marks adverts in words that were only heard. What three episodes of a show say in nearly the same thirty words is
one, or an announcement of the show. This is worked out from all transcripts together whenever a generation is built, so
it does not depend on the order in which episodes came, and no transcript changes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.passage import Sentence
from ingest.text.words import normalise
from ingest.transcript import Transcript

EPISODES = 3  # a part of one episode may be played again in another, but hardly in a third
RUN, LONGEST = 30, 500  # words; shorter runs are phrases that people repeat, longer ones are parts played again
_PHRASE = 5  # words that must agree exactly
_GAP = 6  # words between two phrases that may differ, because one of them was misheard
_TOGETHER = 0.5  # of the phrases around, which the same episodes must have
_SENTENCE_SHARE = 0.7  # of its words, from which on a sentence belongs to the run

_ODD = 0x9E3779B97F4A7C15 - 2**64  # a large odd factor, as a signed number

Ints = NDArray[np.int64]


def repeated_sentences(
    transcripts: Sequence[Transcript], sentences: Sequence[Sequence[Sentence]]
) -> list[frozenset[int]]:
    """Return for each transcript the numbers of its sentences that are said in at least two others of its show too.

    `sentences` are those of each transcript, in order. Only transcripts of heard words count.
    """
    found: list[frozenset[int]] = [frozenset()] * len(transcripts)
    shows: dict[str, list[int]] = defaultdict(list)
    for number, transcript in enumerate(transcripts):
        if transcript.heard_by is not None:
            shows[transcript.episode.show.id].append(number)
    for numbers in shows.values():
        if len(numbers) >= EPISODES:
            words = [_words(transcripts[number], sentences[number]) for number in numbers]
            for number, marked in zip(numbers, _repeated_words(words), strict=True):
                found[number] = _within(sentences[number], marked)
    return found


def stretches_without(left_out: Collection[int], count: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges [first, last) of the numbers below `count` that are not left out, in order."""
    bounds = [-1, *sorted(left_out), count]
    yield from ((before + 1, after) for before, after in pairwise(bounds) if after - before > 1)


def _words(transcript: Transcript, sentences: Sequence[Sentence]) -> list[str]:
    turns = transcript.turns
    return [word for item in sentences for word in normalise(turns[item.turn].text[item.start : item.end])]


def _repeated_words(episodes: Sequence[Sequence[str]]) -> list[NDArray[np.bool_]]:
    """Return for each episode which of its words are in a long run that enough episodes have."""
    vocabulary: dict[str, int] = {}
    numbered = [np.array([vocabulary.setdefault(w, len(vocabulary)) for w in words], np.int64) for words in episodes]
    phrases = [_phrases(words) for words in numbered]
    distinct = [np.unique(found) for found in phrases]
    said = np.concatenate(distinct)
    by = np.repeat(np.arange(len(episodes)), [len(found) for found in distinct])
    order = np.argsort(said, kind="stable")
    said, by = said[order], by[order]
    found = []
    for mine, words in zip(phrases, numbered, strict=True):
        first, last = np.searchsorted(said, mine, "left"), np.searchsorted(said, mine, "right")
        common = last - first >= EPISODES
        for run in _runs(common):
            shared = np.zeros((len(run), len(episodes)), bool)
            for row, place in enumerate(run):
                shared[row, by[first[place] : last[place]]] = True
            common[run] = _together(shared)
        found.append(_words_of(_runs(common), len(words)))
    return found


def _together(shared: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each phrase of a run whether the same episodes have most of the phrases around it.

    `shared` says which phrase is in which episode, shape (phrases, episodes). Phrases that everybody uses now and then
    are each in other episodes.
    """
    sums = np.zeros((len(shared) + 1, shared.shape[1]))
    np.cumsum(shared, axis=0, out=sums[1:])
    places = np.arange(len(shared))
    first = np.clip(places - RUN // 2, 0, max(len(shared) - RUN, 0))
    last = np.minimum(first + RUN, len(shared))
    shares = (sums[last] - sums[first]) / (last - first)[:, None]
    enough: NDArray[np.bool_] = (shares >= _TOGETHER).sum(axis=1) >= EPISODES
    return enough


def _phrases(words: Ints) -> Ints:
    """Return a number for each five words in a row; other words have another number, almost surely."""
    found = np.zeros(max(len(words) - _PHRASE + 1, 0), np.int64)
    for place in range(_PHRASE):
        found = found * _ODD + words[place : place + len(found)]  # wraps at 64 bits
    return found


def _runs(common: NDArray[np.bool_]) -> list[Ints]:
    """Return the places of common phrases, one array for each run that they cover enough words of."""
    places = np.flatnonzero(common)
    breaks = np.flatnonzero(np.diff(places) > _PHRASE + _GAP) + 1
    return [run for run in np.split(places, breaks) if len(_covered(run)) >= RUN]


def _covered(run: Ints) -> Ints:
    return np.unique(run[:, None] + np.arange(_PHRASE))


def _words_of(runs: Sequence[Ints], length: int) -> NDArray[np.bool_]:
    """Return which of so many words are in one of the runs."""
    found = np.zeros(length, bool)
    for run in runs:
        if run[-1] + _PHRASE - run[0] <= LONGEST:
            found[run[0] : run[-1] + _PHRASE] = True
    return found


def _within(sentences: Sequence[Sentence], marked: NDArray[np.bool_]) -> frozenset[int]:
    """Return the numbers of the sentences most of whose words are in a run."""
    bounds = np.cumsum([0, *(item.words for item in sentences)]).tolist()
    spans = enumerate(pairwise(bounds))
    return frozenset(n for n, (first, last) in spans if marked[first:last].mean() >= _SENTENCE_SHARE)
