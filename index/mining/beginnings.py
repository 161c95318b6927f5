"""Choose where a newcomer begins, in the whole library and in each topic, by rules over what was mined."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from heapq import nlargest

import numpy as np

from index.generation import Generation
from index.mined.episode import Lesson, Span
from index.mined.overview import Beginning, Person, Said, Step, Term, Topic
from index.mining.topics import assign
from index.passage import FoundSentence, Passage
from index.phrases import holds
from index.sentences import ends_as_question
from ingest.text.words import normalise, without_marks

_TERMS, _PEOPLE, _HOSTS, _THEMES, _STEPS = 5, 3, 2, 6, 7
_QUOTES_OF_A_TOPIC, _STEPS_OF_A_TOPIC = 3, 5
# A podcast says what it is near the beginning of an episode.
_MOST_WORDS_BEFORE = 400
_FEWEST_WORDS, _MOST_WORDS = 5, 60
# "this is the show", "welcome to the podcast": what a show is called. The gaps are short, so that a match is fast.
_IS_A_SHOW = re.compile(
    r"\b(?:welcome (?:back )?to|this is|listening to|tuned in to|in this|on this|to this|we are|we're)\b"
    r"[^.?!]{0,80}\b(?:podcast|show|series|programme|program)\b",
    re.IGNORECASE,
)
_SAYS_WHAT = re.compile(
    r"\b(?:podcast|show|series|programme|program)\b[^.?!]{0,40}"
    r"\b(?:about|where|that|which|for|on|talk|talks|explores?|exploring|we talk|we speak|we look|we share|we celebrate|"
    r"we discuss|we explore)\b",
    re.IGNORECASE,
)
# Not the show itself, but one episode of it, or somebody else's.
_THIS_EPISODE = re.compile(
    r"\b(?:today|this week|episode|last time|next time|sponsor\w*|brought to you)\b", re.IGNORECASE
)
# A sentence that begins with one of these goes on from another one.
_LEANS = frozenset(
    "it its that this these those they them their he she him her his so and but because or then which who yeah yes no "
    "well right okay ok also there here like i".split()
)
_QUOTE_WORDS = range(12, 46)
# Passages nearest to the centre of a topic that are read for its quotes, and how many of them from one episode.
_READ, _OF_AN_EPISODE = 40, 4
_LESSONS = 40  # of an episode, the best ones
# What it counts, as a cosine, that a sentence says a phrase of its topic, and that it leans on nothing before.
_NAMES_IT, _STANDS = 0.15, 0.1


def beginnings_of(
    generation: Generation, people: Sequence[Person], terms: Sequence[Term], topics: Sequence[Topic]
) -> tuple[tuple[str, Beginning], ...]:
    """Return where to begin in the whole library, under the name "", and then in each topic, by its id.

    Hosts come before guests, because a newcomer hears them most. A theme has the best lesson that lies in the nearest
    passages of its topic as its quote, else the sentence nearest to its centre that can be read alone.
    """
    quotes = _quotes(generation, topics)
    defined = {term.id: term.definition for term in terms if term.definition is not None}
    usual = sorted(
        (term for term in terms if term.id in defined),
        key=lambda term: (-len(term.episodes), -sum(uses for _, uses in term.episodes), term.id),
    )
    whole = Beginning(
        about=_about(generation),
        terms=tuple(term.id for term in usual[:_TERMS]),
        people=_people(people),
        themes=tuple((topic.id, quotes[topic.id][0]) for topic in topics if quotes[topic.id])[:_THEMES],
        steps=tuple(_steps(topics)),
    )
    found = [("", whole)]
    for topic in topics:
        known = [name for name in topic.terms if name in defined]
        beginning = Beginning(
            about=defined[known[0]] if known else None,
            terms=tuple(known[1 : _TERMS + 1]),
            people=topic.people[:_PEOPLE],
            themes=tuple((topic.id, said) for said in quotes[topic.id]),
            steps=tuple(
                Step(name, f"{_percent(share)} of all that is said about it")
                for name, share in topic.episodes[:_STEPS_OF_A_TOPIC]
            ),
        )
        found.append((topic.id, beginning))
    return tuple(found)


def says_what_it_is(text: str) -> float:
    """Grade from 0 to 1 how well a sentence says what a podcast is: that it is one, what it does, not one episode."""
    if not _IS_A_SHOW.search(text):
        return 0.0
    grade = 0.4 + 0.5 * bool(_SAYS_WHAT.search(text)) - 0.3 * bool(_THIS_EPISODE.search(text))
    return grade if _FEWEST_WORDS <= len(normalise(text)) <= _MOST_WORDS and not ends_as_question(text) else 0.0


def _about(generation: Generation) -> Said | None:
    """Return the sentence in which a host says best what the podcast is; of equals, the newest."""
    best, most = None, 0.0
    for episode in generation.episodes():
        for one in generation.sentences_at(episode.id, Span(0, _MOST_WORDS_BEFORE)):
            if grade := says_what_it_is(one.text):
                grade += 0.1 * (one.speaker in generation.askers(episode.id))
                if grade > most:
                    best, most = Said(episode.id, Span(one.sentence.first_word, one.sentence.words)), grade
    return best


def _people(people: Sequence[Person]) -> tuple[str, ...]:
    """Return the ids of at most two hosts, those who ask in most episodes, and of the guests who say most."""
    asked = {person.id: sum(spoke.asks for spoke in person.episodes) for person in people}
    told = {person.id: sum(spoke.words for spoke in person.episodes if not spoke.asks) for person in people}
    hosts = sorted((name for name in asked if asked[name]), key=lambda name: (-asked[name], name))[:_HOSTS]
    guests = sorted((name for name in told if name not in hosts and told[name]), key=lambda name: (-told[name], name))
    return tuple([*hosts, *guests][:_PEOPLE])


def _steps(topics: Sequence[Topic]) -> Iterator[Step]:
    """Yield the episodes to listen to first: one that speaks of most topics, then one for each topic."""
    covered = Counter(name for topic in topics for name, _ in topic.episodes)
    if not covered:
        return
    shares: dict[str, float] = defaultdict(float)
    for topic in topics:
        for name, share in topic.episodes:
            shares[name] += share
    first = max(sorted(covered), key=lambda name: (covered[name], shares[name]))
    yield Step(first, _reason(covered[first], topics))
    used = {first}
    for topic in topics[: _STEPS - 1]:
        other = next((name for name, _ in topic.episodes if name not in used), None)
        if other is not None:
            used.add(other)
            yield Step(other, f"It says much about {topic.title}")


def _reason(covered: int, topics: Sequence[Topic]) -> str:
    """Say of how many topics the first episode speaks."""
    if len(topics) == 1:
        return f"It says much about {topics[0].title}"
    return f"It says much about {covered} of {len(topics)} topics"


def _percent(share: float) -> str:
    return "less than 1%" if share < 0.01 else f"{share:.0%}"


def _quotes(generation: Generation, topics: Sequence[Topic]) -> dict[str, list[Said]]:
    """Return the quotes of each topic, by its id, the best first, each of another episode."""
    lessons = cache(lambda episode: generation.mined.lessons(_LESSONS, episode))
    hosts = cache(generation.askers)
    found: dict[str, list[Said]] = {topic.id: [] for topic in topics}
    for topic, passages in zip(topics, _nearest(generation, topics), strict=True):
        graded: list[tuple[float, Said]] = []
        for passage in passages:
            name, sentences = passage.episode_id, generation.sentences(passage)
            graded += [*_lessons(lessons(name), sentences), *_statements(topic, name, hosts(name), sentences)]
        episodes: set[str] = set()
        texts: set[str] = set()
        for _, said in sorted(graded, key=lambda pair: (-pair[0], pair[1])):
            if said.episode_id not in episodes and len(episodes) < _QUOTES_OF_A_TOPIC:
                text = " ".join(normalise(generation.text_at(*said)))
                if text not in texts:  # some episodes play a part of another one
                    texts.add(text)
                    episodes.add(said.episode_id)
                    found[topic.id].append(said)
    return found


def _nearest(generation: Generation, topics: Sequence[Topic]) -> list[list[Passage]]:
    """Return the passages nearest to each topic, not too many of one episode."""
    near: list[list[tuple[float, str, str]]] = [[] for _ in topics]
    centres = np.array([topic.centre for topic in topics], np.float32)
    for places, block in generation.passage_vectors() if topics else ():
        numbers = assign(block, topics)
        scores = np.einsum("ij,ij->i", block, centres[numbers])
        for (identifier, episode), number, score in zip(places, numbers.tolist(), scores.tolist(), strict=True):
            near[number].append((score, identifier, episode))
        near = [nlargest(_READ * _OF_AN_EPISODE, mine) for mine in near]
    found = []
    for mine in near:
        held: Counter[str] = Counter()
        chosen = []
        for _, identifier, episode in mine:
            held[episode] += 1
            if held[episode] <= _OF_AN_EPISODE:
                chosen.append(identifier)
        found.append(generation.passages(chosen[:_READ]))
    return found


def _lessons(lessons: Sequence[Lesson], sentences: Sequence[FoundSentence]) -> Iterator[tuple[float, Said]]:
    """Yield the lessons of an episode that lie in these sentences of it, with grades above 1."""
    begin, end = sentences[0].sentence.first_word, sentences[-1].sentence.first_word + sentences[-1].sentence.words
    for lesson in lessons:
        if begin <= lesson.span.first_word and lesson.span.first_word + lesson.span.words <= end:
            yield 1.0 + lesson.score, Said(lesson.episode_id, lesson.span)


def _statements(
    topic: Topic, episode_id: str, hosts: frozenset[str], sentences: Sequence[FoundSentence]
) -> Iterator[tuple[float, Said]]:
    """Yield the sentences of guests that could be a quote of a topic, with grades below 1."""
    centre = np.array(topic.centre, np.float32)
    for one in sentences:
        if one.speaker is not None and one.speaker not in hosts and _is_statement(one):
            grade = float(one.vector @ centre) + _STANDS * (normalise(one.text)[0] not in _LEANS)
            grade += _NAMES_IT * any(holds(one.text, phrase) for phrase in topic.phrases)
            yield min(grade, 1.0), Said(episode_id, Span(one.sentence.first_word, one.sentence.words))


def _is_statement(one: FoundSentence) -> bool:
    """Say whether a sentence is whole: it neither breaks off nor holds half of what somebody else said."""
    return (
        one.sentence.words in _QUOTE_WORDS
        and one.text[0].isupper()
        and one.text.endswith((".", "!"))
        and not any(broken in one.text for broken in ("..", "--", "…", " - "))
        and one.text.count('"') % 2 == 0
        and without_marks(one.text) == one.text
    )
