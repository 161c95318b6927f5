"""Join what is mined with what people decided: which proposals are decided lessons, and what an entry says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from api.lessons.carried import Carried, carried, episode_stamp
from api.lessons.entry import Entry
from api.lessons.facts import facts, facts_of_removed, full_name, proposed_of
from api.lessons.fold import Decided, Folded
from api.quotes.quote import Quote
from index.generation import Generation
from index.mined.episode import Lesson, LessonKind
from index.mined.overview import Overview
from index.mining.topics import assign
from ingest.library.decisions import episode_of_quote
from ingest.text.words import normalise, without_marks

_NO_TITLE = "Withdrawn lesson"
_KINDS: frozenset[str] = frozenset(get_args(LessonKind))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lesson that the miner proposes, with the id of its quote and the row of its vector."""

    id: str
    lesson: Lesson
    row: int


class Overlaps(NamedTuple):
    """For each decided lesson the proposal with most of its words, and for each such proposal the lesson.

    `gone` are proposals whose words are no longer in the transcript.
    """

    taken: dict[str, Proposal]
    same: dict[str, str]
    gone: frozenset[str]


def overlaps(home: Path, proposals: Sequence[Proposal], found: dict[str, Carried]) -> Overlaps:
    """Compare proposals with decided lessons where both stand today; the generation may be older than a transcript."""
    by_episode: dict[str, list[str]] = {}
    for quote, place in found.items():
        if place.quote is not None:
            by_episode.setdefault(place.quote.episode.id, []).append(quote)
    taken: dict[str, tuple[int, Proposal]] = {}
    same = {proposal.id: proposal.id for proposal in proposals if proposal.id in found}
    gone = set()
    stamps = {name: episode_stamp(home, name) for name in by_episode}
    for proposal in proposals:
        if (episode := proposal.lesson.episode_id) not in by_episode:
            continue
        here = carried(home, proposal.id, stamps[episode]).quote
        if here is None:
            gone.add(proposal.id)
            continue
        best = 0
        for quote in by_episode[episode]:
            there = found[quote].quote
            shared = 0 if there is None else _shared(here, there)
            if there is not None and 2 * shared > min(here.words, there.words):
                if shared > best:
                    best, same[proposal.id] = shared, quote
                if shared > taken.get(quote, (0, proposal))[0]:
                    taken[quote] = shared, proposal
    return Overlaps({quote: proposal for quote, (_, proposal) in taken.items()}, same, frozenset(gone))


def _shared(one: Quote, other: Quote) -> int:
    """Return how many words two quotes of an episode share."""
    ends = min(one.first_word + one.words, other.first_word + other.words)
    return max(0, ends - max(one.first_word, other.first_word))


def topic_titles(overview: Overview, vectors: NDArray[np.float32]) -> list[str]:
    """Return the title of the topic to which each vector belongs, shape (rows, dimension); "" where it has none."""
    topics = (*overview.topics, *overview.asides)
    if not topics or not len(vectors):
        return [""] * len(vectors)
    numbers = assign(vectors, topics).tolist()
    return [topics[number].title if vector.any() else "" for number, vector in zip(numbers, vectors, strict=True)]


@dataclass(frozen=True, slots=True)
class Joining:
    """Everything that an entry is made of; `topics` are the titles of topics by row, "" where there is none."""

    home: Path
    generation: Generation
    vectors: NDArray[np.float32]
    folded: Folded
    found: dict[str, Carried]
    rows: dict[str, int]
    taken: dict[str, Proposal]
    topics: Sequence[str]

    def proposed(self, one: Proposal) -> Entry:
        """Return the entry of a lesson that nobody has decided about."""
        lesson, episode = one.lesson, self.generation.episode(one.lesson.episode_id)
        return Entry(
            id=one.id,
            quotes=(one.id,),
            title=lesson.title,
            kind=lesson.kind,
            state="proposed",
            score=lesson.score,
            themes=self._themes(lesson.terms, one.row),
            speaker=lesson.speaker,
            episode_id=lesson.episode_id,
            **facts(episode),
            row=one.row,
            mined=one.id,
            proposed=proposed_of(lesson),
            question=lesson.question,
        )

    def decided(self, quote: str, merged: Sequence[str]) -> Entry | None:
        """Return the entry of a lesson that somebody decided about; None if that was taken back and nobody proposes it.

        What was purged is known by what is left of the lessons that are merged under it.
        """
        quotes = (quote, *merged)
        one = self.folded.decided.get(quote, Decided(quote))
        living = next((name for name in quotes if self.found[name].quote is not None), None)
        proposal = self.taken.get(living or quote)
        if proposal is None and not one.is_kept and not merged:
            return None
        known = next((kept for name in quotes if (kept := self.folded.decided.get(name)) and kept.proposed), one)
        lesson = None if proposal is None else proposal.lesson
        before = known.proposed
        place = self.found[living or quote]
        kind = lesson.kind if lesson else before.kind if before and before.kind in _KINDS else "advice"
        row = proposal.row if proposal else self.rows[living or quote]
        title = one.title or (before.title if before else None) or (lesson.title if lesson else None)
        terms = lesson.terms if lesson else before.terms if before else ()
        episode = place.quote.episode if place.quote else None
        return Entry(
            id=quote,
            quotes=quotes,
            title=title or (place.quote.text[:80] if place.quote else _NO_TITLE),
            kind=kind,  # type: ignore[arg-type]
            state="withdrawn" if living is None else one.state,
            score=lesson.score if lesson else before.score if before else 0.0,
            themes=self._themes([*one.tags, *terms], row),
            speaker=lesson.speaker if lesson else full_name(self.home, place),
            episode_id=episode_of_quote(living or quote),
            **(facts(episode) if episode else facts_of_removed(self.home, episode_of_quote(quote))),
            row=row,
            tags=tuple(one.tags),
            notes=tuple(one.notes),
            changed=any(self._changed(name) for name in quotes),
            reason=None if living else place.reason,
            mined=proposal.id if proposal else None,
            proposed=proposed_of(lesson, before) if lesson else before,
            question=lesson.question if lesson else None,
            history=tuple(one.history),
        )

    def _changed(self, quote: str) -> bool:
        """Say whether the words of a quote are others than those that somebody judged, else than those of its id."""
        place, one = self.found[quote], self.folded.decided.get(quote)
        if place.quote is None:
            return False
        if one is None or one.words is None:
            return place.changed
        return normalise(without_marks(one.words)) != normalise(without_marks(place.quote.text))

    def _themes(self, names: Iterable[str], row: int) -> tuple[str, ...]:
        """Return the tags and terms of a lesson and the title of its topic, each once without regard to case."""
        found: dict[str, str] = {}
        for name in (*names, *filter(None, (self.topics[row],))):
            found.setdefault(name.casefold(), name)
        return tuple(found.values())
