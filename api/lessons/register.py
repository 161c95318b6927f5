"""The register of lessons: what the live generation proposes, joined with what people decided.

Neither overwrites the other. A lesson that somebody decided about stays, wherever its words stand today, and a proposal
that covers mostly the same words is that lesson and no new one.
"""

from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from api.errors import LessonUnknown
from api.knowledge_base import removed_since
from api.lessons.carried import Stamp, carried, episode_stamp, opened_or_none
from api.lessons.entry import Entry as Entry
from api.lessons.facts import as_lesson, id_of
from api.lessons.fold import Folded, fold
from api.lessons.joining import Joining, Proposal, overlaps, topic_titles
from api.quotes.citation import Citation, citation_of
from api.quotes.quote import quote_at
from index.generation import Generation
from index.remembered import read_once
from ingest.library.decisions import decision_files, episode_of_quote, read_decisions
from ingest.storage.documents import stamp as stamp_of

# More than a library of thousands of episodes has; a bound for memory.
_MOST_LESSONS = 200_000
_KEPT_REGISTERS, _KEPT_MINED = 3, 2
# Looking up a quote takes 1.4 ms of a core, and 10 ms more if its transcript is not open yet (docs/pages.md).
_WARMED = 2_000


@dataclass(frozen=True, slots=True)
class Register:
    """All lessons, the best first, and the mean vectors of their sentences, shape (rows, dimension), unit length."""

    home: Path
    entries: tuple[Entry, ...]
    by_id: dict[str, Entry]
    vectors: NDArray[np.float16]

    def entry(self, identifier: str) -> Entry:
        """Return the lesson with this id or that of its words today, or that it is part of; raises LessonUnknown.

        The id of the first quote names the lesson too, where its words are too many for one.
        """
        if identifier in self.by_id:
            return self.by_id[identifier]
        episode = episode_of_quote(identifier)
        near = (one for one in self.entries if one.episode_id == episode)
        for one in near:
            here = carried(self.home, one.id)
            if identifier in (quote.id for quote in (here.quote, *here.parts[:1]) if quote is not None):
                return one
        raise LessonUnknown(f"no lesson {identifier[:60]!r} in this library; playback lessons lists them")

    def read_as(self, entry: Entry) -> str:
        """Return the id of the words of a lesson as they stand today: a decision about them names it."""
        here = carried(self.home, entry.id).quote
        return entry.id if here is None else here.id

    def as_shown(self, entry: Entry) -> Entry:
        """Return a lesson with today's mark: the words of a proposal may have changed since it was mined."""
        return entry if entry.changed or entry.history else replace(entry, changed=carried(self.home, entry.id).changed)

    def whole(self, entry: Entry) -> list[Citation]:
        """Return what a lesson says, verified against today's transcripts; [] if it is withdrawn.

        That is one stretch of words, which may be longer than a citation, and one of each lesson merged under it.
        """
        quotes = (carried(self.home, quote).quote for quote in entry.quotes)
        return [citation_of(quote, entry.score) for quote in quotes if quote is not None]

    def citations(self, entry: Entry) -> list[Citation]:
        """Return the same in quotes of at most 80 words that follow one another."""
        return [*chain.from_iterable(self.citations_of_each(entry))]

    def citations_of_each(self, entry: Entry) -> list[list[Citation]]:
        """Return the same apart: those of the lesson, then those of each that was merged under it."""
        found = (carried(self.home, quote).parts for quote in entry.quotes)
        return [[citation_of(one, entry.score) for one in parts] for parts in found if parts]

    def question(self, entry: Entry) -> str | None:
        """Return what a host asked before a lesson, verbatim, None if nobody did or the transcript has changed."""
        opened = opened_or_none(self.home, entry.episode_id)
        if entry.question is None or entry.mined is None or opened is None:
            return None
        here = carried(self.home, entry.mined).quote
        if here is None or here.id != entry.mined:
            return None
        try:
            return quote_at(opened, *entry.question).text
        except ValueError:
            return None


_Key = tuple[Path, int, str, frozenset[str], tuple[Stamp | None, ...], tuple[tuple[str, Stamp], ...]]
_kept: OrderedDict[_Key, Register] = OrderedDict()
_keeping = Lock()


def register_of(home: Path, generation: Generation) -> Register:
    """Return the register, from memory while the generation, the decisions and their episodes are the same."""
    gone = removed_since(home, generation)
    files = tuple(map(stamp_of, decision_files(home)))
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


def warm_register(home: Path, generation: Generation) -> None:
    """Make the register and look up the quotes of its best lessons, before somebody asks for them.

    One episode after the other, so that each transcript is opened once; those of about 70 hours stay open.
    """
    register = register_of(home, generation)
    for entry in sorted(register.entries[:_WARMED], key=lambda one: one.episode_id):
        register.citations(entry)


def _of(home: Path, generation: Generation) -> tuple[Path, int, str]:
    return home, generation.manifest.generation, generation.manifest.inputs


@dataclass(frozen=True, slots=True)
class _Mined:
    """What a generation proposes, with the vectors of all, shape (proposals, dimension)."""

    proposals: tuple[Proposal, ...]
    vectors: NDArray[np.float32]


_kept_mined: OrderedDict[tuple[Path, int, str], Future[_Mined]] = OrderedDict()


def _mined(home: Path, generation: Generation) -> _Mined:
    """Return what a generation proposes, from memory for the last two; read by one thread."""
    found = read_once(_kept_mined, _of(home, generation), partial(_read_mined, home, generation))
    with _keeping:
        while len(_kept_mined) > _KEPT_MINED:
            _kept_mined.popitem(last=False)
    return found


def _read_mined(home: Path, generation: Generation) -> _Mined:
    lessons = generation.mined.lessons(_MOST_LESSONS)
    texts, vectors = generation.mined.told(lessons)
    pairs = enumerate(zip(lessons, texts, strict=True))
    return _Mined(tuple(Proposal(id_of(home, one, text), one, row) for row, (one, text) in pairs), vectors)


def _joined(home: Path, generation: Generation, gone: frozenset[str], folded: Folded) -> Register:
    mined = _mined(home, generation)
    proposals = [one for one in mined.proposals if one.lesson.episode_id not in gone]
    found = {quote: carried(home, quote) for quote in (*folded.decided, *folded.under)}
    vectors = np.concatenate([mined.vectors, generation.mined.told([as_lesson(one) for one in found.values()])[1]])
    rows = {quote: len(mined.proposals) + place for place, quote in enumerate(found)}
    both = overlaps(home, proposals, found)
    topics = topic_titles(generation.overview, vectors)
    joining = Joining(home, generation, vectors, folded, found, rows, both.taken, topics)
    entries = [joining.proposed(one) for one in proposals if one.id not in both.same and one.id not in both.gone]
    merged = folded.merged()
    joined = (joining.decided(quote, merged.get(quote, [])) for quote in found if quote not in folded.under)
    entries += [entry for entry in joined if entry is not None]
    entries.sort(key=lambda one: (one.state != "accepted", -one.score, one.id))
    by_id = {entry.id: entry for entry in entries}
    today = {place.quote.id: quote for quote, place in found.items() if place.quote is not None}
    for alias, quote in ({quote: quote for quote in found} | today | both.same).items():
        if (entry := by_id.get(folded.first_of(quote))) is not None:
            by_id.setdefault(alias, entry)
    return Register(home, tuple(entries), by_id, vectors.astype(np.float16))
