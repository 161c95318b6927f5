"""Find the stretches of an episode that state a lesson."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from index.mined import Lesson, LessonKind, Span, TermUse
from index.mining.lesson_titles import title_of
from index.mining.lesson_weights import Weighed, kind_of, seeks_lesson, weigh
from index.passage import Exchange, Sentence
from ingest.transcript import Transcript

MOST_SENTENCES = 4
# A quote has at most 80 words; fewer than 25 seldom say a whole lesson.
FEWEST_WORDS, MOST_WORDS = 25, 80
MOST_LESSONS = 40
WORDS_PER_LESSON = 150
# What each sentence gains by replying to a question that asks for a lesson.
_SOUGHT = 0.2
# So that one sentence that says it outweighs several that hint at it.
_POWER = 1.5
# The sum of weights that scores one half, and the least score of a lesson.
_HALF = 3.0
_LEAST_SCORE = 0.35
# A sentence beside a lesson joins it if it weighs at least this much.
_LEAST_BESIDE = -0.4
# What happened and why: the sum counts more with each kind of which there is more than a hint.
_SURE, _ALONE, _EACH_KIND = 0.8, 0.4, 0.3
# A lesson has at least one strong sign, or several weak ones.
_LEAST_EVIDENCE = 1.05

# Shorter sentences ("I don't know.") are said again without being repeated; in characters.
_LEAST_REPEATED = 40


class _Stretch(NamedTuple):
    """Sentences [first, last) of a turn, and how much they say of a lesson."""

    weight: float
    first: int
    last: int


def find_lessons(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    exchanges: Sequence[Exchange],
    askers: frozenset[str],
    terms: Sequence[TermUse],
) -> tuple[Lesson, ...]:
    """Return the lessons of an episode, the best first: at most 40, and one per 150 words, none told by an asker."""
    texts = [transcript.turns[one.turn].text[one.start : one.end] for one in sentences]
    questions = {sentences[one.reply].turn: one.question for one in exchanges}
    asking = {transcript.aliases.get(label, label) for label in askers}
    weighed: dict[int, Weighed] = {}
    stretches: list[_Stretch] = []
    for turn, group in groupby(range(len(sentences)), key=lambda number: sentences[number].turn):
        speaker = _person(transcript, turn)
        if speaker is not None and speaker not in asking:
            numbers = list(group)
            sought = turn in questions and seeks_lesson(texts[questions[turn]])
            for number in numbers:
                weighed[number] = weigh(texts[number], number == numbers[0], number == numbers[-1])
            stretches.extend(_stretches(sentences, numbers, weighed, _SOUGHT if sought else 0.0))
    most = min(MOST_LESSONS, sum(one.words for one in sentences) // WORDS_PER_LESSON)
    found = []
    for stretch in _grown(list(islice(_apart(stretches, texts), most)), sentences, weighed):
        first, last = sentences[stretch.first], sentences[stretch.last - 1]
        inside = range(stretch.first, stretch.last)
        text = transcript.turns[first.turn].text[first.start : last.end]
        question = questions.get(first.turn)
        kind = kind_of([weighed[number].kinds for number in inside])
        found.append(
            Lesson(
                episode_id=transcript.episode.id,
                turn=first.turn,
                span=Span(first.first_word, last.first_word + last.words - first.first_word),
                speaker=_person(transcript, first.turn) or "",
                kind=kind,
                score=round(stretch.weight / (stretch.weight + _HALF), 4),
                title=title_of([texts[number] for number in _best_first(inside, weighed, kind)], kind),
                terms=_terms_in(text, terms),
                question=None if question is None else Span(sentences[question].first_word, sentences[question].words),
            )
        )
    return tuple(found)


def _best_first(numbers: Sequence[int], weighed: Mapping[int, Weighed], kind: LessonKind) -> list[int]:
    """Return sentences, those with most evidence of a kind first."""
    return sorted(numbers, key=lambda number: (-weighed[number].kinds.get(kind, 0.0), number))


def _person(transcript: Transcript, turn: int) -> str | None:
    label = transcript.turns[turn].speaker
    return None if label is None else transcript.aliases.get(label, label)


def _stretches(
    sentences: Sequence[Sentence], numbers: Sequence[int], weighed: Mapping[int, Weighed], gain: float
) -> Iterator[_Stretch]:
    """Yield every stretch of a turn that can be a lesson."""
    for place, first in enumerate(numbers):
        words, weight, evidence, told = 0, 0.0, 0.0, False
        kinds: set[str] = set()
        for number in numbers[place : place + MOST_SENTENCES]:
            words += sentences[number].words
            if words > MOST_WORDS:
                break
            one = weighed[number]
            value = one.weight + gain
            weight += value**_POWER if value > 0 else value
            evidence += one.evidence
            told = told or one.told
            kinds.update(kind for kind, strength in one.kinds.items() if strength >= _SURE)
            total = weight * (_ALONE + _EACH_KIND * len(kinds))
            if (
                words >= FEWEST_WORDS
                and evidence >= _LEAST_EVIDENCE
                and told
                and total >= _HALF * _LEAST_SCORE / (1 - _LEAST_SCORE)
            ):
                yield _Stretch(total, first, number + 1)


def _apart(stretches: list[_Stretch], texts: Sequence[str]) -> Iterator[_Stretch]:
    """Yield stretches, the best first, that share no sentence, and no words that are said twice, with one before."""
    taken: set[int] = set()
    said: set[str] = set()
    for stretch in sorted(stretches, key=lambda one: (-one.weight, one.first, one.last)):
        inside = range(stretch.first, stretch.last)
        words = {texts[number] for number in inside if len(texts[number]) >= _LEAST_REPEATED}
        if taken.isdisjoint(inside) and said.isdisjoint(words):
            taken.update(inside)
            said.update(words)
            yield stretch


def _grown(
    stretches: Sequence[_Stretch], sentences: Sequence[Sentence], weighed: Mapping[int, Weighed]
) -> Iterator[_Stretch]:
    """Yield stretches with the sentences of their turn around them that say more, as long as they stay apart."""
    taken = {number for one in stretches for number in range(one.first, one.last)}
    for weight, first, last in stretches:
        words = sum(sentences[number].words for number in range(first, last))
        while last - first < MOST_SENTENCES:
            beside = [
                number
                for number in (first - 1, last)
                if number in weighed
                and number not in taken
                and sentences[number].turn == sentences[first].turn
                and words + sentences[number].words <= MOST_WORDS
                and weighed[number].weight >= _LEAST_BESIDE
            ]
            if not beside:
                break
            number = max(beside, key=lambda one: weighed[one].weight)
            taken.add(number)
            words += sentences[number].words
            first, last = min(first, number), max(last, number + 1)
        yield _Stretch(weight, first, last)


def _terms_in(text: str, terms: Sequence[TermUse]) -> tuple[str, ...]:
    """Return the terms that occur in a text as whole words."""
    return tuple(
        one.term
        for one in terms
        if one.term in text and re.search(rf"(?<!\w){re.escape(one.term)}(?!\w)", text) is not None
    )
