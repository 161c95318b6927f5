"""What people decided about each lesson in the end, worked out of all lines in their order; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest.library.decisions import Decision, Proposed

State = Literal["proposed", "accepted", "rejected", "withdrawn"]
# Not what nobody asks for: lessons that were rejected, and those whose words are gone.
USUAL_STATES: tuple[State, ...] = ("proposed", "accepted")

_LASTING = ("retitle", "tag", "note")
_STATES: dict[str, State] = {"accept": "accepted", "reject": "rejected", "propose": "proposed"}


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody noted on a lesson, and when (ISO, UTC)."""

    text: str
    by: str
    at: str


@dataclass(slots=True)
class Decided:
    """What people decided about a lesson, by the id of its quote.

    `title` is theirs, None without one. `words` are those that somebody last judged, None if nobody did or they were
    purged. `proposed` is what the miner last proposed when somebody decided.
    """

    quote: str
    state: State = "proposed"
    title: str | None = None
    tags: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    words: str | None = None
    proposed: Proposed | None = None
    history: list[Decision] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """It stays in the register even if nobody proposes it any more; also where a purge took title and notes."""
        return self.state != "proposed" or any(one.action in _LASTING for one in self.history)


@dataclass(frozen=True, slots=True)
class Folded:
    """All that was decided, by quote id, and for each lesson that is shown under another, which one."""

    decided: dict[str, Decided]
    under: dict[str, str]

    def first_of(self, quote: str) -> str:
        """Return the lesson under which one is shown in the end; itself if it is under none."""
        return self.chain(quote)[-1]

    def chain(self, quote: str) -> list[str]:
        """Return a lesson, the one under which it is shown, and so on; ends even where they lie in a circle."""
        found = [quote]
        while (above := self.under.get(found[-1])) is not None and above not in found:
            found.append(above)
        return found

    def merged(self) -> dict[str, list[str]]:
        """Return for each lesson those that are shown under it, in the order of merging."""
        found: dict[str, list[str]] = {}
        for quote in self.under:
            found.setdefault(self.first_of(quote), []).append(quote)
        return found


def fold(decisions: Sequence[Decision]) -> Folded:
    """Work out what holds after all decisions, given in their order."""
    folded = Folded({}, {})
    for decision in decisions:
        one = folded.decided.setdefault(decision.quote, Decided(decision.quote))
        one.history.append(decision)
        one.proposed = decision.proposed or one.proposed
        if decision.words is not None and decision.action in _STATES:  # a tag or a note is no judgement of the words
            one.words = decision.words
        if decision.action in _STATES:
            one.state = _STATES[decision.action]
            if decision.action == "propose":
                folded.under.pop(decision.quote, None)
        elif decision.value is not None:
            _apply(folded, one, decision, decision.value)
    return folded


def _apply(folded: Folded, one: Decided, decision: Decision, value: str) -> None:
    if decision.action == "retitle":
        one.title = value
    elif decision.action == "tag":
        one.tags += [] if value.casefold() in map(str.casefold, one.tags) else [value]
    elif decision.action == "untag":
        one.tags = [tag for tag in one.tags if tag.casefold() != value.casefold()]
    elif decision.action == "note":
        one.notes.append(Note(value, decision.by, decision.at))
    elif decision.action == "merge" and value not in folded.chain(decision.quote):  # else they would lie in a circle
        folded.under.pop(value, None)
        folded.under[value] = decision.quote
