"""One lesson of the register."""

from dataclasses import dataclass

from api.lessons.fold import Note, State
from index.mined.episode import LessonKind, Span
from ingest.library.decisions import Decision, Proposed


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson of the register; `id` is the quote id by which it was first known, and stays.

    `quotes` are the ids of all merged lessons, its own first. `speaker` is a full name. `themes` are tags of people,
    then terms and the topic. `changed`: the words are others than those that somebody judged, else than those of the
    id. `reason` is why it is withdrawn. `mined` is the id of what the miner proposes now, `question` names the words
    that a host asked before that; None if it proposes nothing. `proposed` is what the miner proposes now, else what it
    proposed when somebody decided. `row` is that of its vector.
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
    mined: str | None = None
    proposed: Proposed | None = None
    question: Span | None = None
    history: tuple[Decision, ...] = ()
