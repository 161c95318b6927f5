"""Decide about a lesson of the register, whatever door the decision comes through."""

from dataclasses import replace
from pathlib import Path

from api.errors import WordsChanged
from api.lessons.carried import carried
from api.lessons.register import Entry, Register, register_of
from index.generation import Generation
from ingest.errors import DecisionError
from ingest.library.decisions import Decision, append_decision

_LASTING = {"accept": "accepted", "reject": "rejected"}


def decide(home: Path, generation: Generation, identifier: str, asked: Decision) -> Entry:
    """Store a decision about the lesson with an id, and return the lesson as it is then.

    `asked` comes from `decision_of`. The id names the words that were read: it is that of the lesson or, after they
    changed, that of today's words (`read_as`). A decision that holds already is not stored again. Raises LessonUnknown,
    WordsChanged if the id names other words than all of the lesson's today, such as its first quote where there are
    several, DecisionError if it is withdrawn or the decision makes no sense.
    """
    register = register_of(home, generation)
    entry = register.entry(identifier)
    read = next((quote for quote in entry.quotes if identifier in (quote, _today(home, quote))), entry.id)
    decision = _sensible(register, entry, replace(asked, quote=read))
    if decision is None:
        return entry
    place = carried(home, decision.quote)
    if place.quote is None:
        raise DecisionError(f"the lesson is withdrawn: {place.reason}")
    # Whoever names a lesson that is shown under another has read that one too, under its own id.
    if _words(identifier if read == decision.quote else decision.quote) != _words(place.quote.id):
        raise WordsChanged(f"these are not the words of the lesson today; read and decide {place.quote.id}")
    # What is shown under another lesson keeps what was proposed for itself.
    proposed = entry.proposed if decision.quote == entry.id else None
    append_decision(home, place.quote.episode.show.id, replace(decision, words=place.quote.text, proposed=proposed))
    return register_of(home, generation).entry(decision.quote)


def _today(home: Path, quote: str) -> str | None:
    """Return the id of the words of a quote as they stand today."""
    here = carried(home, quote).quote
    return None if here is None else here.id


def _words(quote: str) -> str:
    """Return the part of an id that names the words wherever they stand: their number and fingerprint."""
    return quote.partition(".")[2].partition(".")[2]


def _sensible(register: Register, entry: Entry, asked: Decision) -> Decision | None:
    """Return the decision about the id that the register knows; None if it holds already."""
    if entry.state == "withdrawn":
        raise DecisionError(f"the lesson is withdrawn: {entry.reason}")
    # What is shown under another lesson is taken back by its own id.
    quote = asked.quote if asked.action == "propose" and asked.quote in entry.quotes else entry.id
    decision = replace(asked, quote=quote)
    if asked.action == "merge":
        other = register.entry(asked.value or "")
        if other.id == entry.id:
            raise DecisionError("a lesson cannot be merged with itself")
        return replace(decision, value=other.id)
    tags = {tag.casefold() for tag in entry.tags}
    value = (asked.value or "").casefold()
    if asked.action == "untag" and value not in tags:
        raise DecisionError(f"nobody gave this lesson the tag {asked.value!r}")
    holds = (
        (_LASTING.get(asked.action) == entry.state and not entry.changed)
        or (asked.action == "retitle" and asked.value == entry.title)
        or (asked.action == "tag" and value in tags)
    )
    return None if holds else decision
