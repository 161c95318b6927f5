"""Find the stretches of an episode that state a lesson."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np

from index.mined.episode import Lesson, Span, TermUse
from index.mining.lessons.edges import edges_of
from index.mining.lessons.figures import (
    CONTENT,
    OF_SENTENCES,
    SELF,
    WE,
    Numbers,
    Places,
    figures_of,
    is_question,
    stretch_figures,
)
from index.mining.lessons.model import SentenceVectors, kind_of, logits, model_for, probability
from index.mining.lessons.signs import KINDS
from index.mining.lessons.titles import title_of
from index.passage import Exchange, Sentence
from ingest.transcript import Transcript

MOST_SENTENCES = 8
# Of the lessons that readers marked hardly any has fewer words and one in six more; half have over 95.
FEWEST_WORDS, MOST_WORDS = 25, 120
MOST_LESSONS = 40
WORDS_PER_LESSON = 150
# The least probability of a lesson, and that of the best few of an episode. Where turns are short, lessons are too, and
# readers marked long ones more often.
SURE, LEAST_SCORE = 0.47, 0.15
FEW_LESSONS = 3
# Its first and its last sentence say something: fewer subject words are a filler ("And it wasn't.").
_LEAST_CONTENT = 2
# Shorter sentences ("I don't know.") are said again without being repeated; in characters.
_LEAST_REPEATED = 40


class Stretch(NamedTuple):
    """Sentences [first, last) of one turn, how probably they are a lesson, and the logits of all judgements."""

    score: float
    first: int
    last: int
    logits: Numbers


def find_lessons(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    exchanges: Sequence[Exchange],
    askers: frozenset[str],
    terms: Sequence[TermUse],
    vectors: SentenceVectors,
) -> tuple[Lesson, ...]:
    """Return the lessons of an episode, the best first: at most 40, and one per 150 words, none told by an asker.

    Those that are not sure are among the best three.
    """
    texts = [transcript.turns[one.turn].text[one.start : one.end] for one in sentences]
    questions = {sentences[one.reply].turn: one.question for one in exchanges}
    most = min(MOST_LESSONS, sum(one.words for one in sentences) // WORDS_PER_LESSON)
    stretches = _judged(sentences, texts, told(transcript, sentences, askers), vectors)
    found = []
    for number, stretch in enumerate(islice(apart(stretches, texts), most)):
        if stretch.score < SURE and number >= FEW_LESSONS:
            break
        first, last = sentences[stretch.first], sentences[stretch.last - 1]
        inside = range(stretch.first, stretch.last)
        question = questions.get(first.turn)
        kind = kind_of(stretch.logits)
        found.append(
            Lesson(
                episode_id=transcript.episode.id,
                turn=first.turn,
                span=Span(first.first_word, last.first_word + last.words - first.first_word),
                speaker=_person(transcript, first.turn) or "",
                kind=kind,
                score=stretch.score,
                title=title_of([texts[one] for one in inside], kind),
                terms=_terms_in(transcript.turns[first.turn].text[first.start : last.end], terms),
                question=None if question is None else Span(sentences[question].first_word, sentences[question].words),
            )
        )
    return tuple(found)


def told(transcript: Transcript, sentences: Sequence[Sentence], askers: frozenset[str]) -> list[range]:
    """Return the sentences of each turn of somebody who does not ask."""
    asking = {transcript.aliases.get(label, label) for label in askers}
    found = []
    for turn, group in groupby(range(len(sentences)), key=lambda number: sentences[number].turn):
        numbers = list(group)
        if _person(transcript, turn) not in (None, *asking):
            found.append(range(numbers[0], numbers[-1] + 1))
    return found


def _person(transcript: Transcript, turn: int) -> str | None:
    label = transcript.turns[turn].speaker
    return None if label is None else transcript.aliases.get(label, label)


def _judged(
    sentences: Sequence[Sentence], texts: Sequence[str], turns: Sequence[range], vectors: SentenceVectors
) -> list[Stretch]:
    """Return every stretch of these turns that is probably a lesson, with its score."""
    read = read_sentences(texts, turns)
    (firsts, lasts), figures = stretches_of(sentences, texts, turns, read)
    if not len(firsts):
        return []
    words = np.array([one.words for one in sentences], np.float64)
    edges = edges_of(texts, read, np.array([one.turn for one in sentences], np.int64))
    found = logits(model_for(vectors.weights), figures, edges, vectors.rows, words, (firsts, lasts))
    # Rounded before anything is chosen by it: sums differ in their last bits from one machine to the next.
    scores = np.round(probability(found[:, 0]), 4)
    held = np.flatnonzero(scores >= LEAST_SCORE)
    return [Stretch(float(scores[row]), int(firsts[row]), int(lasts[row]), found[row]) for row in held.tolist()]


def read_sentences(texts: Sequence[str], turns: Sequence[range]) -> Numbers:
    """Return the figures of sentences, shape (sentences, OF_SENTENCES); zeros of those in none of these turns."""
    found = np.zeros((len(texts), len(OF_SENTENCES)))
    for turn in turns:
        for number in turn:
            found[number] = figures_of(texts[number])
    return found


def stretches_of(
    sentences: Sequence[Sentence], texts: Sequence[str], turns: Sequence[range], own: Numbers
) -> tuple[tuple[Places, Places], Numbers]:
    """Return the places of all stretches of these turns that can be a lesson, and their figures.

    `own` are those of the sentences (`read_sentences`).
    """
    asked = [is_question(text) for text in texts]
    pairs = [
        pair for turn in turns for pair in _lengths(sentences, turn) if not asked[pair[0]] and not asked[pair[1] - 1]
    ]
    firsts, lasts = np.array(pairs, np.int64).reshape(-1, 2).T
    words = np.array([one.words for one in sentences], np.float64)
    figures = stretch_figures(own, words, (firsts, lasts))
    fit = np.minimum(own[firsts, CONTENT], own[lasts - 1, CONTENT]) >= _LEAST_CONTENT
    # A lesson has at least a hint of one, and somebody who was there.
    fit &= (figures[:, : len(KINDS)].max(axis=1) > 0) & (figures[:, WE] + figures[:, SELF] > 0)
    return (firsts[fit], lasts[fit]), figures[fit]


def _lengths(sentences: Sequence[Sentence], turn: range) -> Iterator[tuple[int, int]]:
    """Yield the stretches [first, last) of a turn that have as many sentences and words as a lesson."""
    for first in turn:
        words = 0
        for number in range(first, min(first + MOST_SENTENCES, turn.stop)):
            words += sentences[number].words
            if words > MOST_WORDS:
                break
            if words >= FEWEST_WORDS:
                yield first, number + 1


def apart(stretches: Sequence[Stretch], texts: Sequence[str]) -> Iterator[Stretch]:
    """Yield stretches, the best first, that share no sentence, and no words that are said twice, with one before."""
    taken: set[int] = set()
    said: set[str] = set()
    for stretch in sorted(stretches, key=lambda one: (-one.score, one.first, one.last)):
        inside = range(stretch.first, stretch.last)
        words = {texts[number] for number in inside if len(texts[number]) >= _LEAST_REPEATED}
        if taken.isdisjoint(inside) and said.isdisjoint(words):
            taken.update(inside)
            said.update(words)
            yield stretch


def _terms_in(text: str, terms: Sequence[TermUse]) -> tuple[str, ...]:
    """Return the terms that occur in a text as whole words."""
    return tuple(
        one.term
        for one in terms
        if one.term in text and re.search(rf"(?<!\w){re.escape(one.term)}(?!\w)", text) is not None
    )
