"""Answer a question for lessons with those of the register that are about its subject."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice
from time import perf_counter

import numpy as np

from api.answer.asked_lessons import AskedLessons, filters_of
from api.answer.compose import Answer, AnswerStatus, hits_of, statements_of
from api.answer.confidence import CONFIDENT, Estimates
from api.answer.question import Question, query_of, standing_filters
from api.answer.relevance import Relevance, relevance_of
from api.answer.sentence_figures import AskedWords, asked_words
from api.answer.subject import reason_for, subject_of
from api.episodes.transcripts import looking_once
from api.knowledge_base import KnowledgeBase
from api.lessons.fold import USUAL_STATES
from api.lessons.register import Entry, Register, register_of
from api.quotes.citation import MOST_CITATIONS, Citation
from api.quotes.quote import QUOTE_ID
from index.keywords import stems
from index.mined.episode import Span
from index.passage import Filters, FoundSentence
from index.search import Query, repeats, trigrams

# So many lessons are read: those nearest to the subject, and those in the best hits.
_NEAREST = 24
_HITS = 20
# A word of the subject counts less if only the episode's title or the host's question holds it.
_AROUND = 0.6
# A lesson comes before another that is more about the subject by less than these shares of its score, and of a
# person's acceptance.
_SCORE_WEIGHT = 0.3
_ACCEPTED_WEIGHT = 0.1


def tell_lessons(base: KnowledgeBase, question: Question, asked: AskedLessons, k: int, filters: Filters) -> Answer:
    """Answer with at most `k` lessons, the one that is most about the subject first; refuse if none is about it.

    Without a subject the best lessons are told. None that a person rejected, or whose words are gone; of people who are
    asked for by name, theirs alone. `confidence` is the estimate that the podcast speaks of the subject; without one
    nothing is estimated, and it is the least that counts as an answer.
    """
    begun = perf_counter()
    filters = filters_of(asked, filters)
    register = register_of(base.home, base.generation)
    held = frozenset(base.generation.episode_ids())  # not those that were put back since the index was made
    if filters.since or filters.until:
        base.generation.episodes_of(held)  # at once, not for each lesson
    entries = [
        entry for entry in register.entries if entry.episode_id in held and _is_wanted(base, entry, asked, filters)
    ]
    query = query_of(base, replace(question, text=asked.about or question.text))
    encoded = perf_counter()
    if asked.about:
        filters = standing_filters(base, query, filters)
        hits = hits_of(base, query, _HITS, filters)
        subject = subject_of(base, query, hits)
        within = {(hit.episode.id, hit.sentences[0].sentence.first_word, _end(hit.sentences)) for hit in hits}
        ordered = _about(base, register, entries, query, within)
        told = [entry for entry, relevance in ordered if relevance.is_about]
        estimate = round(subject.confidence, 4) if told else 0.0
    else:
        subject, told, ordered, estimate = None, entries, [], CONFIDENT if entries else 0.0
    found = _cited(register, told, min(k, MOST_CITATIONS), MOST_CITATIONS)
    near = _cited(register, [entry for entry, _ in ordered], 3, 3)[0] if not told else ()
    citations, further = found
    touches = bool(citations) and (not asked.about or estimate >= query.fitted.touches)
    status: AnswerStatus = "answered" if touches and estimate >= CONFIDENT else "partial" if touches else "unanswerable"
    shown = citations if touches else ()
    done = perf_counter()
    return Answer(
        question=question.asked,
        rewritten_question=query.typed if asked.about and query.typed != query.text else None,
        status=status,
        composer="extractive",
        as_of=max((one.episode.published for one in shown if one.episode.published), default=None),
        statements=statements_of(shown),
        citations=shown,
        related=further if shown else (*citations, *further, *near)[:MOST_CITATIONS],
        confidence=estimate if citations else 0.0,
        timings_ms={
            "encode": round((encoded - begun) * 1000, 2),
            "search": 0.0,
            "compose": round((done - encoded) * 1000, 2),
            "total": round((done - begun) * 1000, 2),
        },
        estimates=Estimates(1.0 if subject is None else round(subject.confidence, 4), estimate, estimate),
        reason=reason_for(subject, query) if subject is not None and status == "unanswerable" else None,
        never_said=subject.never_said if subject is not None and status != "answered" else (),
        also_searched_for=query.also,
        not_held=(),
        kind="lessons",
    )


def holds_rejected(base: KnowledgeBase, citations: Sequence[Citation]) -> bool:
    """Say whether a quote shares words with a lesson that a person rejected."""
    rejected = [entry for entry in register_of(base.home, base.generation).entries if entry.state == "rejected"]
    quoted = {(one.episode.id, first, first + words) for one in citations for first, words in (_span_of(one.id),)}
    return any(_overlaps(entry, quoted) for entry in rejected)


def _is_wanted(base: KnowledgeBase, entry: Entry, asked: AskedLessons, filters: Filters) -> bool:
    if entry.state not in USUAL_STATES or (asked.kinds is not None and entry.kind not in asked.kinds):
        return False
    if asked.by and entry.speaker not in asked.by:
        return False
    if filters.speaker not in (None, entry.speaker) or filters.show not in (None, entry.show):
        return False
    if filters.episode not in (None, entry.episode_id) or entry.episode_id in filters.without:
        return False
    if filters.since is None and filters.until is None:
        return True
    published = base.generation.episode(entry.episode_id).published
    return published is not None and (filters.since or "") <= published <= (filters.until or published)


def _about(
    base: KnowledgeBase,
    register: Register,
    entries: Sequence[Entry],
    query: Query,
    within: set[tuple[str, int, int]],
) -> list[tuple[Entry, Relevance]]:
    """Return the lessons that may be about a subject, the one that is most about it first.

    `within` are the words [first, end) of the episodes of the best hits.
    """
    if not entries:
        return []
    cosines = register.vectors[[entry.row for entry in entries]].astype(np.float32) @ query.vector
    near = set(np.argsort(-cosines, kind="stable")[:_NEAREST].tolist())
    near |= {place for place, entry in enumerate(entries) if _overlaps(entry, within)}
    asked = asked_words(base.generation, query)
    read = [entries[place] for place in sorted(near)]
    with looking_once(base.home, (entry.episode_id for entry in read)):
        spans = [[(one.episode.id, _span_of(one.id)) for one in register.whole(entry)] for entry in read]
        questions = [register.question(entry) for entry in read]
    episodes = base.generation.episodes_of([entry.episode_id for entry in read])
    said = iter(base.generation.sentences_at_each([*chain.from_iterable(spans)]))
    found = []
    for entry, mine, question in zip(read, spans, questions, strict=True):
        sentences = [*chain.from_iterable(islice(said, len(mine)))]
        around = (episodes[entry.episode_id].title or "", question or "")
        found.append((entry, _relevance(sentences, around, query, asked)))
    return sorted(found, key=lambda pair: (-_rank(*pair), pair[0].id))


def _relevance(sentences: Sequence[FoundSentence], around: Sequence[str], query: Query, asked: AskedWords) -> Relevance:
    """Return how much a lesson is about a subject, by its words, and by its episode's title and what the host asked."""
    own = relevance_of(sentences, query, asked)
    held = frozenset(stems(" ".join((*around, *(one.text for one in sentences)))))
    wider = sum(share for stem, share in asked.information.items() if stem in held)
    return replace(own, coverage=own.coverage + _AROUND * max(0.0, wider - own.coverage))


def _overlaps(entry: Entry, within: set[tuple[str, int, int]]) -> bool:
    """Say whether a lesson, where its id says that it stands, shares words with one of these stretches."""
    first, words = _span_of(entry.id)
    return any(
        entry.episode_id == episode and first < stop and begin < first + words for episode, begin, stop in within
    )


def _span_of(quote: str) -> Span:
    """Return the words that the id of a quote names."""
    parsed = QUOTE_ID.fullmatch(quote)
    return Span(0, 0) if parsed is None else Span(int(parsed["first"], 32), int(parsed["count"], 32))


def _end(sentences: Sequence[FoundSentence]) -> int:
    last = sentences[-1].sentence
    return last.first_word + last.words


def _rank(entry: Entry, relevance: Relevance) -> float:
    is_about = relevance.cosine + relevance.fitted.words_weight * relevance.coverage
    return is_about + _SCORE_WEIGHT * entry.score + _ACCEPTED_WEIGHT * (entry.state == "accepted")


def _cited(
    register: Register, entries: Sequence[Entry], k: int, most: int
) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
    """Return the first quotes of lessons: at most k, and further ones up to `most` in all."""
    found: list[Citation] = []
    said: list[set[tuple[str, ...]]] = []
    with looking_once(register.home, (entry.episode_id for entry in entries[:_NEAREST])):
        for entry in entries:
            for citation in register.citations(entry)[:1]:
                words = trigrams(citation.quote)
                if not any(repeats(words, others) for others in said):
                    said.append(words)
                    found.append(citation)
            if len(found) == most:
                break
    return tuple(found[:k]), tuple(found[k:])
