"""Find the sentences that introduce or define what a definition or person question asks about.

Their places are searched by themselves, by the subject's words and by the first turns of a person, so that the same
sentence is found in a library of one episode and in one of a thousand.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from api.answer.asked_form import ABOUT_PEOPLE, AskedForm, form_of
from api.answer.introducing import introduces
from api.answer.registered import names_registered, registered
from api.knowledge_base import KnowledgeBase
from index.exchanges import FEWEST_REPLY_WORDS
from index.extend import stretch_of
from index.generation import Generation
from index.mining.defining import defines
from index.mining.introducing import asks_to_introduce
from index.mining.sentence_grades import LEAST_SCORE, NOTHING, Grade, holds, masked, pieces_of, plain, rule
from index.passage import Filters, FoundSentence, Hit, Passage
from index.search import Query
from index.sentences import ends_as_question
from ingest.reference.glossary import glossary

# How many passages are read that hold the subject's words, and how many of a person's first ones.
_MOST_READ = 200
_FIRST_PASSAGES = 3
_MOST_OF_A_PERSON = 90
_MOST_OF_PLACE = 20
# What somebody says later in an episode introduces them less: the grade of each further passage is this much lower.
_LATER = 0.1
_MOST_PLACES = 12
# A place that is found runs on for so many sentences.
_RUN = 4
_REPLY = Grade(0.9, "the reply to this question")
# Where nobody defines a phrase: just more than a sentence that does not hold it, and, for "X is …", less than one that
# makes an answer touch on the question (api.answer.confidence).
_MENTION, _ABOUT = Grade(0.45, "holds the phrase"), Grade(0.59, "says something of it")
# What a definition of the register is worth at least.
_REGISTERED = 0.95
_IS = rule(r"(?:(?:and|so|but|well|yes|yeah),? )*(?:an? |the )?\x00(?: is| are| was| were|'s| means?)\b")


class Place(NamedTuple):
    """The first word of a sentence in its episode."""

    episode_id: str
    first_word: int


@dataclass(frozen=True, slots=True)
class Introductions:
    """The form of a question, the grades of the sentences that introduce or define its subject, and hits with them."""

    form: AskedForm | None = None
    grades: Mapping[Place, Grade] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()

    @property
    def best(self) -> float:
        """The grade of the best of these sentences, from 0 (nobody says one) to 1, whatever the size of the library."""
        return max((grade.score for grade in self.grades.values()), default=0.0)

    @property
    def lacks_person(self) -> bool:
        """Whether it is asked who somebody is, and nobody says it: what mentions that person is no answer."""
        return self.form is not None and self.form.kind == "person" and not self.grades


class _Found(NamedTuple):
    grade: Grade
    passage: Passage
    number: int  # of the sentence in its episode
    sentence: FoundSentence


def introductions_of(base: KnowledgeBase, query: Query, filters: Filters, best_score: float = 0.0) -> Introductions:
    """Return what introduces or defines the subject of a question; nothing if the question has no such form.

    Its hits have the score of the best passage, so that a sentence does not gain by standing in a passage that shares
    more words with the question than others do.
    """
    form = form_of(query.text)
    if form is None:
        return Introductions()
    generation = base.generation
    people = _people(generation, form)
    if form.kind == "doing" and not people:
        form = replace(form, kind="definition")
    elif people and form.kind in ("doing", "definition"):
        form = replace(form, kind="person")
    names = people or list(dict.fromkeys([*names_of(form.subject), *names_registered(generation.overview, form)]))
    found = _best(
        [
            *_of_register(generation, form, query.text, people, names, filters),
            *(one for name in people for one in _of_person(generation, form, name, filters)),
            *_of_words(generation, form, names, filters),
        ]
    )
    if not found and form.kind == "definition" and " " in form.subject:
        found = [*islice(_mentions(generation, names, filters), _MOST_PLACES)]
    return Introductions(
        form,
        {Place(one.passage.episode_id, one.sentence.sentence.first_word): one.grade for one in found},
        _hits(generation, found, best_score),
    )


def names_of(subject: str) -> list[str]:
    """Return the forms of a term: as asked, its singular, and what it stands for or is short for in the glossary."""
    names = [subject]
    if len(subject) > 3 and subject.endswith("s") and not subject.endswith("ss"):
        names.append(subject[:-1])
    for entry in glossary():
        if entry.expansion is not None and subject.casefold() in (entry.term.casefold(), entry.expansion.casefold()):
            names += [entry.term, entry.expansion]
    return list(dict.fromkeys(names))


def _people(generation: Generation, form: AskedForm) -> list[str]:
    """Return the speakers that a question may ask about; a thing is a person only under a full name."""
    if form.kind in ABOUT_PEOPLE:
        return generation.speakers_named(form.subject)
    if form.kind == "definition" and " " in form.subject:
        return [name for name in generation.speakers_named(form.subject) if name.casefold() == form.subject.casefold()]
    return []


def _grade(form: AskedForm, names: Sequence[str], text: str, is_own: bool, after: str = "") -> Grade:
    return defines(text, names, after) if form.kind == "definition" else introduces(form, names, text, is_own)


def _of_register(
    generation: Generation,
    form: AskedForm,
    question: str,
    people: Sequence[str],
    names: Sequence[str],
    filters: Filters,
) -> Iterator[_Found]:
    """Yield what the register of people and terms says; nothing where only a part of the library is searched.

    A definition of the register whose form says less comes after one in full that the register missed.
    """
    if replace(filters, without=frozenset()) != Filters():
        return
    told = [
        one
        for one in registered(generation.overview, form, question, people)
        if one.said.episode_id not in filters.without
    ]
    numbers = generation.sentences_from([(one.said.episode_id, one.said.span.first_word) for one in told])
    # A sentence that many episodes repeat is in no passage.
    searched = [
        (one, number)
        for one, number in zip(told, numbers, strict=True)
        if number is not None and number not in generation.repeated(one.said.episode_id)
    ]
    places = [(one.said.episode_id, number) for one, number in searched]
    passages = generation.passages(generation.passages_with(places))
    read = generation.stretches([(episode_id, number, number + 1) for episode_id, number in places])
    for ((grade, _), number), passage, (sentence,) in zip(searched, passages, read, strict=True):
        own = defines(sentence.text, names) if form.kind == "definition" else NOTHING
        if own is not NOTHING:
            grade = replace(grade, score=min(grade.score, max(own.score, _REGISTERED)))
        yield _Found(grade, passage, number, sentence)


def _of_person(generation: Generation, form: AskedForm, name: str, filters: Filters) -> Iterator[_Found]:
    """Yield what is said of a person where they first speak, and by them where they speak of the place asked about.

    There the first name means the same person.
    """
    only = replace(filters, speaker=name)
    first = generation.first_passages(only, _FIRST_PASSAGES, _MOST_OF_A_PERSON)
    later = generation.passages(_matching(generation, [form.place], _MOST_OF_PLACE, only)) if form.place else []
    ranks: Counter[str] = Counter()
    passages = [*first, *later]
    for passage, sentences in zip(passages, generation.sentences_of(passages), strict=True):
        rank = min(ranks[passage.episode_id], _FIRST_PASSAGES)
        ranks[passage.episode_id] += 1
        share = 1.0 if form.kind == "joined" else 1 - _LATER * rank
        for one in _graded(form, [name, name.split()[0]], name, passage, sentences):
            yield one._replace(grade=replace(one.grade, score=share * one.grade.score))


def _of_words(generation: Generation, form: AskedForm, names: Sequence[str], filters: Filters) -> Iterator[_Found]:
    """Yield what is said where the subject's words stand."""
    passages = []
    for passage in generation.passages(_matching(generation, names, _MOST_READ, filters)):
        pieces = (piece for piece in pieces_of(passage.text) if holds(piece, tuple(names)))
        if any(_grade(form, names, piece, is_own=False).score or _asks(form, names, piece, None) for piece in pieces):
            passages.append(passage)
    for passage, sentences in zip(passages, generation.sentences_of(passages), strict=True):
        yield from _graded(form, names, None, passage, sentences)


def _mentions(generation: Generation, names: Sequence[str], filters: Filters) -> Iterator[_Found]:
    """Yield the sentences that hold a phrase which nobody defines: its words apart may be about something else."""
    found = generation.passages(_matching(generation, names, _MOST_READ, filters))
    passages = [passage for passage in found if holds(passage.text, tuple(names))]
    for begin in range(0, len(passages), _MOST_PLACES):
        block = passages[begin : begin + _MOST_PLACES]
        for passage, sentences in zip(block, generation.sentences_of(block), strict=True):
            for place, one in enumerate(sentences):
                if holds(one.text, tuple(names)) and not ends_as_question(one.text):
                    is_about = _IS.match(masked(plain(one.text), tuple(names))) is not None
                    yield _Found(_ABOUT if is_about else _MENTION, passage, passage.sentences[0] + place, one)


def _matching(generation: Generation, names: Sequence[str], count: int, filters: Filters) -> tuple[str, ...]:
    return generation.matching("passage", generation.terms(" ".join(names)), count, filters)[0].ids


def _graded(
    form: AskedForm, names: Sequence[str], person: str | None, passage: Passage, sentences: Sequence[FoundSentence]
) -> Iterator[_Found]:
    """Yield the sentences of a passage that define or introduce, and the replies to somebody who asks just this."""
    asked: FoundSentence | None = None
    answered = NOTHING
    for place, (one, following) in enumerate(zip(sentences, (*sentences[1:], None), strict=True)):
        after = following.text if following is not None and following.sentence.turn == one.sentence.turn else ""
        is_own = person is not None and one.speaker == person
        grade = _grade(form, names, one.text, is_own, after)
        replies = asked is not None and one.speaker != asked.speaker and (person is None or is_own)
        if replies and one.sentence.words >= FEWEST_REPLY_WORDS and not ends_as_question(one.text):
            grade, asked = max(grade, _REPLY, key=lambda grade: grade.score), None
        if _asks(form, names, one.text, person):
            asked = one
        # "What is X?" is too short to begin a quote; "It's a …" after it is as good.
        grade, answered = max(grade, answered, key=lambda grade: grade.score), NOTHING
        if grade.continues and ends_as_question(one.text):
            answered = replace(grade, continues=False)
        if grade is not NOTHING:
            yield _Found(grade, passage, passage.sentences[0] + place, one)


def _asks(form: AskedForm, names: Sequence[str], text: str, person: str | None) -> bool:
    """Say whether a sentence asks what the user asks."""
    if not ends_as_question(text):
        return False
    if person is not None:
        return form.kind == "person" and asks_to_introduce(text)
    same = form_of(text)
    return same is not None and same.kind == form.kind and same.subject.casefold() in map(str.casefold, names)


def _best(found: Sequence[_Found]) -> list[_Found]:
    """Return the best sentences, each once: passages overlap."""
    ordered = sorted(found, key=lambda one: -one.grade.score)
    places = {(one.passage.episode_id, one.number): one for one in reversed(ordered) if one.grade.score >= LEAST_SCORE}
    return sorted(places.values(), key=lambda one: (-one.grade.score, one.passage.episode_id, one.number))[
        :_MOST_PLACES
    ]


def _hits(generation: Generation, found: Sequence[_Found], score: float) -> tuple[Hit, ...]:
    """Return hits that begin with the sentences found."""
    stretches = []
    for one in found:
        repeated = generation.repeated(one.passage.episode_id)
        last = next((n for n in range(one.number, one.number + _RUN) if n in repeated), one.number + _RUN)
        stretches.append((one.passage.episode_id, one.number, last))
    episodes = generation.episodes_of([episode_id for episode_id, *_ in stretches])
    return tuple(
        Hit(rank, score, stretch_of(one.passage, sentences, one.number), episodes[episode_id], tuple(sentences))
        for rank, (one, (episode_id, *_), sentences) in enumerate(
            zip(found, stretches, generation.stretches(stretches), strict=True), 1
        )
    )
