"""The register of lessons: what the live generation proposes, joined with what people decided.

Neither overwrites the other. A lesson that somebody decided about stays, wherever its words stand today, and a proposal
that covers mostly the same words is that lesson and no new one.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from api.episodes.transcripts import open_transcript
from api.errors import LessonUnknown
from api.knowledge_base import removed_since
from api.lessons.carried import Carried, Stamp, carried, episode_stamp, verified
from api.lessons.facts import as_lesson, facts, facts_of_removed, full_name, id_of
from api.lessons.fold import Decided, Folded, Note, State, fold
from api.quotes.citation import Citation
from api.quotes.quote import quote_at
from index.generation import Generation
from index.mined import Lesson, LessonKind, Span
from index.segment import LessonFilter
from ingest.library.decisions import Decision, decision_files, episode_of_quote, read_decisions
from ingest.text.words import normalise, without_marks

# More than a library of thousands of episodes has; a bound for memory.
_MOST_LESSONS = 200_000
_KEPT_REGISTERS = 3
_NO_TITLE = "Withdrawn lesson"
_KINDS: frozenset[str] = frozenset(LessonKind.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson of the register; `id` is the quote id by which it was first known, and stays.

    `quotes` are the ids of all merged lessons, its own first. `speaker` is a full name. `themes` are tags of people, or
    else terms and topics. `changed`: the words are others than those that somebody decided about. `reason` is why it is
    withdrawn. `question` names the words that a host asked before. `row` is that of its vector.
    """

    id: str
    quotes: tuple[str, ...]
    title: str
    kind: LessonKind
    state: State
    score: float
    themes: tuple[str, ...]
    speaker: str | None
    episode_id: str
    show: str
    show_title: str
    year: str | None
    row: int
    tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    changed: bool = False
    reason: str | None = None
    question: Span | None = None
    history: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """All lessons, the best first, and the mean vectors of their sentences, shape (rows, dimension), unit length."""

    home: Path
    entries: tuple[Entry, ...]
    by_id: dict[str, Entry]
    vectors: NDArray[np.float16]

    def entry(self, identifier: str) -> Entry:
        """Return the lesson with this id, or the one that it is part of; raises LessonUnknown."""
        if identifier not in self.by_id:
            raise LessonUnknown(f"no lesson {identifier[:60]!r} in this library; playback lessons lists them")
        return self.by_id[identifier]

    def citations(self, entry: Entry) -> list[Citation]:
        """Return the quotes of a lesson, verified against today's transcripts; [] if they are withdrawn."""
        found = (carried(self.home, quote).quote for quote in entry.quotes)
        return verified(self.home, (quote for quote in found if quote is not None), entry.score)

    def question(self, entry: Entry) -> str | None:
        """Return what a host asked before a lesson, verbatim, None if nobody did or the transcript has changed."""
        opened = open_transcript(self.home, entry.episode_id)
        if entry.question is None or opened is None or entry.changed:
            return None
        try:
            return quote_at(opened, *entry.question).text
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class _Proposal:
    id: str
    lesson: Lesson
    row: int


_Key = tuple[Path, int, str, frozenset[str], tuple[Stamp, ...], tuple[tuple[str, Stamp], ...]]
_kept: OrderedDict[_Key, Register] = OrderedDict()
_keeping = Lock()


def register_of(home: Path, generation: Generation) -> Register:
    """Return the register, from memory while the generation, the decisions and their episodes are the same."""
    gone = removed_since(home, generation)
    files = tuple((found.st_ino, found.st_mtime_ns, found.st_size) for found in map(Path.stat, decision_files(home)))
    with _keeping:
        for key, register in reversed(_kept.items()):
            if key[:5] == (*_of(home, generation), gone, files) and all(
                episode_stamp(home, name) == stamp for name, stamp in key[5]
            ):
                _kept.move_to_end(key)
                return register
    folded = fold(read_decisions(home))
    about = sorted({episode_of_quote(quote) for quote in (*folded.decided, *folded.under)})
    stamps = tuple((name, episode_stamp(home, name)) for name in about)
    register = _joined(home, generation, gone, folded)
    with _keeping:
        _kept[(*_of(home, generation), gone, files, stamps)] = register
        while len(_kept) > _KEPT_REGISTERS:
            _kept.popitem(last=False)
    return register


def _of(home: Path, generation: Generation) -> tuple[Path, int, str]:
    return home, generation.manifest.generation, generation.manifest.inputs


def _joined(home: Path, generation: Generation, gone: frozenset[str], folded: Folded) -> Register:
    lessons = [one for one in generation.lessons(LessonFilter(), _MOST_LESSONS) if one.episode_id not in gone]
    found = {quote: carried(home, quote) for quote in (*folded.decided, *folded.under)}
    texts, vectors = generation.told([*lessons, *(as_lesson(one) for one in found.values())])
    rows = {quote: len(lessons) + place for place, quote in enumerate(found)}
    proposals = [_Proposal(id_of(home, one, texts[row]), one, row) for row, one in enumerate(lessons)]
    taken, same = _taken(proposals, found)
    joining = _Joining(home, generation, vectors, folded, found, rows, taken)
    entries = [joining.proposed(one) for one in proposals if one.id not in same]
    merged = folded.merged()
    joined = (joining.decided(quote, merged.get(quote, [])) for quote in found if quote not in folded.under)
    entries += [entry for entry in joined if entry is not None]
    entries.sort(key=lambda one: (one.state != "accepted", -one.score, one.id))
    by_id = {entry.id: entry for entry in entries}
    for quote, place in found.items():
        entry = by_id.get(folded.first_of(quote))
        if entry is not None:
            by_id.setdefault(quote, entry)
            if place.quote is not None:
                by_id.setdefault(place.quote.id, entry)
    for proposal, quote in same.items():
        if (entry := by_id.get(folded.first_of(quote))) is not None:
            by_id.setdefault(proposal, entry)
    return Register(home, tuple(entries), by_id, vectors.astype(np.float16))


def _taken(proposals: Sequence[_Proposal], found: dict[str, Carried]) -> tuple[dict[str, _Proposal], dict[str, str]]:
    """Return for each decided lesson the proposal with most of its words, and for each such proposal the lesson."""
    by_episode: dict[str, list[str]] = {}
    for quote, place in found.items():
        if place.quote is not None:
            by_episode.setdefault(place.quote.episode.id, []).append(quote)
    taken: dict[str, tuple[int, _Proposal]] = {}
    same: dict[str, str] = {}
    for proposal in proposals:
        best = 0
        for quote in by_episode.get(proposal.lesson.episode_id, ()):
            there = found[quote].quote
            assert there is not None
            shared = _shared(proposal.lesson.span, Span(there.first_word, there.words))
            if 2 * shared > min(proposal.lesson.span.words, there.words):
                if shared > best:
                    best, same[proposal.id] = shared, quote
                if shared > taken.get(quote, (0, proposal))[0]:
                    taken[quote] = shared, proposal
    return {quote: proposal for quote, (_, proposal) in taken.items()}, same


def _shared(one: Span, other: Span) -> int:
    """Return how many words two spans of an episode share."""
    ends = min(one.first_word + one.words, other.first_word + other.words)
    return max(0, ends - max(one.first_word, other.first_word))


@dataclass(frozen=True, slots=True)
class _Joining:
    """Everything that an entry is made of."""

    home: Path
    generation: Generation
    vectors: NDArray[np.float32]
    folded: Folded
    found: dict[str, Carried]
    rows: dict[str, int]
    taken: dict[str, _Proposal]

    def proposed(self, one: _Proposal) -> Entry:
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
            themes=tuple(one.tags) or self._themes(terms, row),
            speaker=lesson.speaker if lesson else full_name(self.home, place),
            episode_id=episode_of_quote(living or quote),
            **(facts(episode) if episode else facts_of_removed(self.home, episode_of_quote(quote))),
            row=row,
            tags=tuple(one.tags),
            notes=tuple(one.notes),
            changed=any(self._changed(name) for name in quotes),
            reason=None if living else place.reason,
            question=lesson.question if lesson else None,
            history=tuple(one.history),
        )

    def _changed(self, quote: str) -> bool:
        """Say whether the words of a quote are others than those that somebody decided about."""
        place, one = self.found[quote], self.folded.decided.get(quote)
        if place.quote is None:
            return False
        if one is None or one.words is None:
            return place.changed
        return normalise(without_marks(one.words)) != normalise(without_marks(place.quote.text))

    def _themes(self, terms: Iterable[str], row: int) -> tuple[str, ...]:
        """Return the terms of a lesson and the title of its nearest topic, each once without regard to case."""
        topics = self.generation.overview.topics
        names = [*terms]
        vector = self.vectors[row]
        if topics and vector.any():
            nearest = max(topics, key=lambda topic: float(np.dot(np.asarray(topic.centre, np.float32), vector)))
            names.append(nearest.title)
        return tuple({name.casefold(): name for name in reversed(names)}.values())[::-1]
