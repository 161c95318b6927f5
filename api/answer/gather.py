"""Gather what was said about a question: the hits that are about it, counted, and grouped by episode."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.answer.compose import best_quotes
from api.answer.question import Question, query_of, standing_filters
from api.answer.relevance import Relevance, relevance_of
from api.answer.sentence_figures import AskedWords, asked_words
from api.knowledge_base import KnowledgeBase, removed_since
from index.passage import Filters, Hit
from index.search import Query, walk
from ingest.library.records import episodes_among
from ingest.transcript import Episode

MOST_GATHERED = 500
# Reading hits takes most of the time. After so many in a row with nothing of the question, few others have anything.
IDLE_HITS = 50
# How many hits of one episode stand on a page on which there are several; the rest is one click away.
SHOWN_OF_EPISODE = 3


@dataclass(frozen=True, slots=True)
class GatheredHit:
    """A hit and what its sentences have of the question, without those that a better hit about it shows.

    If only one speaker is asked for, only their sentences count.
    """

    hit: Hit
    relevance: Relevance


@dataclass(frozen=True, slots=True)
class EpisodeHits:
    """Hits of one episode, best first, and how many it has in all."""

    episode: Episode
    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """The best hits of a question, best first, be they about it or not; at most MOST_GATHERED.

    The first `counted` hits decide what is counted, so that counts are the same however many hits are shown. `filters`
    hold the question's phrases.
    """

    question: Question
    query: Query
    filters: Filters
    hits: tuple[GatheredHit, ...]
    counted: int

    @property
    def about(self) -> tuple[Hit, ...]:
        """The counted hits that are about the question, best first."""
        return tuple(one.hit for one in self.hits[: self.counted] if one.relevance.is_about)

    @property
    def mentions(self) -> int:
        """How many other counted hits hold most of the question's words without being about it."""
        return sum(one.relevance.has_words and not one.relevance.is_about for one in self.hits[: self.counted])

    @property
    def also_searched_for(self) -> tuple[str, ...]:
        """The words that were searched beside misspelt ones."""
        return self.query.also

    @property
    def not_held(self) -> tuple[str, ...]:
        """The words in quotation marks, if nothing that was searched holds them."""
        return () if self.filters.only is not None else self.query.phrases


def gather(base: KnowledgeBase, question: Question, filters: Filters | None = None, least: int = 0) -> Gathered:
    """Return the best hits of a question, each with what it has of it; at least `least` if there are as many.

    Hits are counted up to where IDLE_HITS in a row are neither about the question nor hold its words.
    """
    query = query_of(base, question)
    filters = standing_filters(base, query, filters or Filters())
    asked = asked_words(base.generation, query)
    hits, counted = _read(base, query, asked, filters, least)
    named = {one.hit.episode.id for one in hits}
    if episodes_among(base.home, named) != named:
        filters = replace(filters, without=removed_since(base.home, base.generation))
        hits, counted = _read(base, query, asked, filters, least)
    return Gathered(question, query, filters, hits, counted)


def _read(
    base: KnowledgeBase, query: Query, asked: AskedWords, filters: Filters, least: int
) -> tuple[tuple[GatheredHit, ...], int]:
    """Return the hits up to where many in a row have nothing of the question, and `least` in any case.

    Also returns how many there are up to that place.
    """
    found: list[GatheredHit] = []
    # Neighbouring hits share sentences. What a better hit shows already makes no second one.
    told: set[tuple[str, int]] = set()
    idle = counted = 0
    for hit in walk(base.generation, query, MOST_GATHERED, filters):
        new = [one for one in hit.sentences if (hit.episode.id, one.sentence.first_word) not in told]
        said = [one for one in new if filters.speaker in (None, one.speaker)]
        relevance = relevance_of(said, query, asked)
        if relevance.is_about:
            told.update((hit.episode.id, one.sentence.first_word) for one in new)
        found.append(GatheredHit(hit, relevance))
        idle = 0 if relevance.is_about or relevance.has_words else idle + 1
        if idle == IDLE_HITS and not counted:
            counted = len(found)
        if counted and len(found) >= least:
            break
    return tuple(found), counted or len(found)


def hits_on(gathered: Gathered, page: int, k: int) -> tuple[GatheredHit, ...]:
    """Return the hits of a page of `k`, counted from 1; none behind the last page."""
    return gathered.hits[(page - 1) * k : page * k]


def quoted(base: KnowledgeBase, gathered: Gathered, hits: Sequence[Hit]) -> list[tuple[Hit, str | None]]:
    """Return some of the hits, each with the id of its best quote, None if no sentence can be quoted."""
    return best_quotes(base, gathered.query, hits, gathered.filters)


def by_episode(hits: Sequence[Hit]) -> list[EpisodeHits]:
    """Group hits, best first: the episode with the best hit first, its hits in their order."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.episode.id, []).append(hit)
    return [EpisodeHits(group[0].episode, tuple(group), len(group)) for group in groups.values()]


def pages_of(hits: Sequence[Hit], k: int) -> list[list[EpisodeHits]]:
    """Return hits on pages of at most `k`; where there are several episodes, only the best three of each.

    An episode's hits stand on one page, unless it is the only one.
    """
    groups = by_episode(hits)
    if len(groups) == 1:
        (whole,) = groups
        return [[replace(whole, hits=whole.hits[begin : begin + k])] for begin in range(0, len(whole.hits), k)]
    pages: list[list[EpisodeHits]] = []
    room = 0
    for group in groups:
        shown = replace(group, hits=group.hits[: min(k, SHOWN_OF_EPISODE)])
        if len(shown.hits) > room:
            pages.append([])
            room = k
        pages[-1].append(shown)
        room -= len(shown.hits)
    return pages
