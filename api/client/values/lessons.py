"""What the server sends about lessons; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass
from typing import Literal

from api.client.values.shared import Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteResponse:
    """What somebody noted on a lesson, and when (ISO, UTC)."""

    text: str
    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonResponse:
    """A lesson with its quotes, its own first, then those of lessons that people merged into it.

    `themes` are the `tags` that people gave it, or else its terms and topic. `changed`: its words are others than those
    that somebody decided about. `reason` says why it is withdrawn. `read_as` names all its words as they are today:
    decide under that id.
    """

    id: str
    read_as: str
    title: str
    kind: Literal["problem", "cause", "decision", "remedy", "result", "advice"]
    state: Literal["proposed", "accepted", "rejected", "withdrawn"]
    score: float
    themes: tuple[str, ...]
    tags: tuple[str, ...]
    changed: bool
    reason: str | None
    merged: tuple[str, ...]
    notes: tuple[NoteResponse, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonsResponse:
    """A page of lessons, the best first; `next` is the number of the next page, null if this is the last."""

    lessons: tuple[LessonResponse, ...]
    next: int | None
