"""Answer a question with the best quotes from the best passages, or say that the podcast does not answer it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from time import perf_counter
from typing import Literal

from api.answer.asking import only_asks
from api.answer.candidates import QuoteCandidate, candidates_of, overlap
from api.answer.confidence import CONFIDENT, MAY_ANSWER, Estimates, as_surely_as_heard, estimated
from api.answer.introductions import introductions_of
from api.answer.question import Question, is_single_word, query_of, standing_filters
from api.answer.standing import says, standing
from api.answer.subject import Reason, reason_for, subject_of
from api.episodes.transcripts import looking_once, open_transcript
from api.knowledge_base import KnowledgeBase, removed_since
from api.quotes.citation import MOST_CITATIONS, USUAL_CITATIONS, Citation, citation_of
from api.quotes.quote import Quote, quote_at
from api.quotes.verbatim_check import count_dropped, fault_of
from index.passage import Filters, Hit
from index.search import Query, repeats, search, trigrams
from ingest.library.records import episodes_among

logger = logging.getLogger(__name__)

MOST_STATEMENTS = 4
MOST_HITS = 100
DEFAULT_HITS = 10
# A citation's score, 0 to 1, is the logistic of its candidate's score divided by this.
_SCORE_SCALE = 4.0
# How many hits are searched for quotes: more than the citations, because some hold no quote or repeat one.
WEIGHED_HITS = 12

AnswerStatus = Literal["answered", "partial", "unanswerable"]
# Quotes that answer, or lessons of the register (see api.answer.told_lessons).
AnswerKind = Literal["quotes", "lessons"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A part of the answer and the ids of the quotes that support it."""

    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The contract's answer; `confidence` estimates the probability, 0 to 1, that the podcast answers the question.

    It is made of the `estimates` of the question and of its first quote (see `overall`). `reason` says why a question
    is not answered, and `never_said` which of its words nobody says. `also_searched_for` are the words that were
    searched beside misspelt ones. `not_held` are the words in quotation marks if nothing that was searched holds them;
    then the answer is one without. `kind` says whether the quotes answer, or are lessons that were asked for.
    """

    question: str
    rewritten_question: str | None
    status: AnswerStatus
    composer: str
    as_of: str | None
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    related: tuple[Citation, ...]
    confidence: float
    timings_ms: dict[str, float]
    estimates: Estimates
    reason: Reason | None = None
    never_said: tuple[str, ...] = ()
    also_searched_for: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
    kind: AnswerKind = "quotes"


def verdict(answer: Answer) -> str:
    """Return what is said above an answer, a sentence without its full stop."""
    if answer.status == "partial":
        may = answer.confidence >= MAY_ANSWER
        return "The podcast may answer this" if may else "The podcast touches on this"
    return "The podcast answers this" if answer.status == "answered" else "The podcast does not answer this"


def ask(
    base: KnowledgeBase,
    question: Question,
    k: int = USUAL_CITATIONS,
    filters: Filters | None = None,
    whole: str | None = None,
    shown: Mapping[str, Sequence[range]] | None = None,
) -> Answer:
    """Answer a question with at most `k` verified quotes, best first, in at most four statements.

    Fewer if the next adds nothing; what only touches on the question is related, at most eight quotes in all.

    `whole` replaces the question's text in the search when the question does not stand alone, such as a follow-up.
    `shown` are the words of each episode, by its id, that the reader has seen as quotes; they count less.
    """
    filters = filters or Filters()
    is_whole = filters == Filters()
    begun = perf_counter()
    query = query_of(base, question if whole is None else replace(question, text=whole))
    encoded = perf_counter()
    filters = standing_filters(base, query, filters)
    hits = hits_of(base, query, WEIGHED_HITS, filters)
    searched = perf_counter()
    introductions = introductions_of(base, query, filters, max((hit.score for hit in hits), default=0.0))
    read = (*hits, *introductions.hits)
    with looking_once(base.home, (hit.episode.id for hit in read)):
        spans = candidates_of(base, query, read, filters.speaker, introductions.grades, shown)
        held = standing(spans, query) if filters.only is not None else ()
        first, chosen, touching = _cited(base, held or spans, min(k, MOST_CITATIONS))
    subject = subject_of(base, query, hits)
    # A quote that alone holds a phrase leads over those that do not.
    quotes = () if first is None else (first, *spans)
    estimate, estimates = estimated(base, query, hits, quotes, subject.confidence, introductions.best)
    if introductions.lacks_person:
        estimate = min(estimate, query.fitted.touches)
    # Rounded first, so that the status always agrees with the confidence that is returned.
    estimate = round(as_surely_as_heard(estimate, chosen, query.fitted), 4)
    if is_single_word(query) and any(says(citation.quote, query.text) for citation in chosen):
        estimate = max(estimate, query.fitted.touches)  # who types a word asks what is said about it
    touches = estimate >= query.fitted.touches
    status: AnswerStatus = "answered" if estimate >= CONFIDENT else "partial" if touches else "unanswerable"
    if not chosen:
        status, estimate = "unanswerable", 0.0  # nothing can be quoted
    citations = chosen if status != "unanswerable" else ()
    composed = perf_counter()
    return Answer(
        question=question.asked,
        rewritten_question=query.typed if query.typed != question.text else None,
        status=status,
        composer="extractive",
        as_of=max((citation.episode.published for citation in citations if citation.episode.published), default=None),
        statements=statements_of(citations),
        citations=citations,
        related=touching if citations else (*chosen, *touching),
        confidence=estimate,
        timings_ms={
            "encode": _milliseconds(begun, encoded),
            "search": _milliseconds(encoded, searched),
            "compose": _milliseconds(searched, composed),
            "total": _milliseconds(begun, composed),
        },
        estimates=estimates,
        # Where only a part is searched, nothing is known of what the rest says.
        reason=reason_for(subject, query) if status == "unanswerable" and is_whole else None,
        never_said=() if status == "answered" else subject.never_said,
        also_searched_for=query.also,
        # A passage may hold the words though no quote does, such as "So that was it."; but a speaker has to say them.
        not_held=() if held or (filters.only is not None and filters.speaker is None) else query.phrases,
    )


def find(
    base: KnowledgeBase, question: Question, k: int, filters: Filters | None = None
) -> list[tuple[Hit, str | None]]:
    """Return the k best hits, best first, each with the id of its best quote (None if no sentence can be quoted)."""
    query = query_of(base, question)
    filters = standing_filters(base, query, filters or Filters())
    return best_quotes(base, query, hits_of(base, query, k, filters), filters)


def best_quotes(
    base: KnowledgeBase, query: Query, hits: Sequence[Hit], filters: Filters
) -> list[tuple[Hit, str | None]]:
    """Return hits, each with the id of its best quote; None if no sentence can be quoted.

    `filters` are those of the search, with the passages that hold the question's phrases (`standing_filters`): a quote
    is of their speaker, and holds a phrase if one of its hit does. It depends on no other hit, so that it is the same
    on every page and in every download.
    """
    base.generation.askers_of({hit.episode.id for hit in hits})  # at once, not for each hit
    with looking_once(base.home, (hit.episode.id for hit in hits)):
        return [(hit, _best_quote(base, query, hit, filters)) for hit in hits]


def statements_of(citations: Sequence[Citation]) -> tuple[Statement, ...]:
    """Group quotes by episode and speaker into at most four statements, best first; further groups join the last one.

    A statement's text is its quotes and nothing else, one per line in the order they were spoken.
    """
    groups: dict[tuple[str, str | None], list[Citation]] = {}
    for citation in citations:
        key = (citation.episode.id, citation.speaker)
        if key not in groups and len(groups) == MOST_STATEMENTS:
            key = list(groups)[-1]
        groups.setdefault(key, []).append(citation)
    return tuple(
        Statement(
            "\n".join(citation.quote for citation in sorted(group, key=_position)),
            tuple(citation.id for citation in group),
        )
        for group in groups.values()
    )


def _position(citation: Citation) -> tuple[str, int]:
    """Return a citation's position in its episode, read from its id because a turn may have no times."""
    return citation.episode.id, int(citation.id.split(".")[1], 32)


def hits_of(base: KnowledgeBase, query: Query, k: int, filters: Filters) -> tuple[Hit, ...]:
    """Return the k best hits; skip episodes that were removed from the library but are still in the index."""
    hits = search(base.generation, query, k, filters)
    named = {hit.episode.id for hit in hits}
    if episodes_among(base.home, named) == named:
        return hits
    return search(base.generation, query, k, replace(filters, without=removed_since(base.home, base.generation)))


def _cited(
    base: KnowledgeBase, spans: Sequence[QuoteCandidate], k: int
) -> tuple[QuoteCandidate | None, tuple[Citation, ...], tuple[Citation, ...]]:
    """Return at most k verified citations, best first, and further ones that only touch on the question.

    There are at most eight in all, and none that repeats a better one. Before them comes the candidate
    that became the first, None if none did.
    """
    found: list[Citation] = []
    touching: list[Citation] = []
    first: QuoteCandidate | None = None
    said: list[tuple[str, range, set[tuple[str, ...]]]] = []
    for span in spans:
        episode = span.hit.passage.episode_id
        words = range(span.first_word, span.first_word + span.words)
        overlaps = (other == episode and overlap(words, others) for other, others, _ in said)
        if any(overlaps) or (found and span.cosine < base.fitted.least_cosine):
            continue
        if (quote := _quote(base, span)) is None:
            continue
        mine = trigrams(quote.text)
        if any(repeats(mine, others) for _, _, others in said):
            continue
        said.append((episode, words, mine))
        is_question = only_asks([one for one in span.hit.sentences if one.sentence.first_word in words])
        first = first if is_question else first or span
        # A question is no evidence (Law 13).
        adds = (
            first is not None
            and not is_question
            and len(found) < k
            and span.match >= first.match - base.fitted.least_match
        )
        (found if adds else touching).append(citation_of(quote, 1 / (1 + exp(-span.score / _SCORE_SCALE))))
        if len(said) == MOST_CITATIONS:
            break
    return first, tuple(found), tuple(touching)


def _best_quote(base: KnowledgeBase, query: Query, hit: Hit, filters: Filters) -> str | None:
    spans = candidates_of(base, query, [hit], filters.speaker)
    held = standing(spans, query) if filters.only is not None else ()
    return next((quote.id for span in (*held, *spans) if (quote := _quote(base, span)) is not None), None)


def _quote(base: KnowledgeBase, span: QuoteCandidate) -> Quote | None:
    """Return the span as a verified quote of today's transcript; if it fails, log it, drop it and return None."""
    opened = open_transcript(base.home, span.hit.passage.episode_id)
    if opened is None:
        logger.info("a quote was dropped: %s no longer has a transcript", span.hit.passage.episode_id)
        return None
    try:
        quote = quote_at(opened, span.first_word, span.words)
    except ValueError:
        logger.info("a quote was dropped: %s was edited since it was indexed", span.hit.passage.episode_id)
        return None
    fault = fault_of(quote, opened.transcript)
    if fault is None and opened.transcript.aliases.get(quote.speaker or "", quote.speaker) != span.speaker:
        fault = "misattributed"  # the label changed after indexing, and filters used the old one
    if fault is None and " ".join(quote.text.split()) not in " ".join(span.hit.passage.text.split()):
        fault = "fabricated"
    if fault is not None:
        count_dropped(fault)
        logger.warning("a quote was dropped: %s in %s", fault, span.hit.passage.episode_id)
        return None
    return quote


def _milliseconds(begun: float, ended: float) -> float:
    return round((ended - begun) * 1000, 2)
