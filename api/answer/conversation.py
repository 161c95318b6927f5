"""One question in its conversation, the same at every door: made whole by what was asked before, answered, reworded."""

from dataclasses import dataclass, field
from pathlib import Path

from api.answer import compose
from api.answer.compose import Answer
from api.answer.followup import EarlierQuestion, needs_earlier_question, resolve_followup
from api.answer.question import Question
from api.errors import QuoteGone, QuoteUnknown
from api.formatting import episode_name
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import MOST_CITATIONS
from api.quotes.quote import Quote
from api.quotes.resolve import resolve
from index.passage import Filters

# Whose speakers a follow-up may mean; resolving an id that is no longer said costs a search of its episode.
_READ_CITATIONS = 3


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A question asked before and the ids of the quotes that answered it, best first."""

    question: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """What a person asks now, with what they asked before, oldest first."""

    question: Question
    history: tuple[HistoryEntry, ...] = ()
    k: int = MOST_CITATIONS
    filters: Filters = field(default_factory=Filters)


def ask(base: KnowledgeBase, asking: Asking) -> Answer:
    """Answer a question of a conversation in quotes alone.

    A follow-up is searched as the whole question it stands for, which the answer shows as its rewritten question.
    """
    return compose.ask(base, asking.question, asking.k, asking.filters, _whole(base.home, asking))


def _whole(home: Path, asking: Asking) -> str | None:
    if not asking.history or not needs_earlier_question(asking.question.text):
        return None
    last = next((place for place in reversed(range(len(asking.history))) if asking.history[place].citations), None)
    return resolve_followup(
        asking.question.text,
        [
            _earlier(home, past) if place == last else EarlierQuestion(past.question)
            for place, past in enumerate(asking.history)
        ],
    )


def _earlier(home: Path, past: HistoryEntry) -> EarlierQuestion:
    quotes = [quote for identifier in past.citations[:_READ_CITATIONS] if (quote := _quote(home, identifier))]
    speakers = tuple(dict.fromkeys(quote.speaker for quote in quotes if quote.speaker))
    return EarlierQuestion(
        past.question, speakers, tuple(dict.fromkeys(episode_name(quote.episode) for quote in quotes))
    )


def _quote(home: Path, identifier: str) -> Quote | None:
    """The quote of an id; None for one that is unknown or gone, which no follow-up should fail for."""
    try:
        return resolve(home, identifier).quote
    except (QuoteUnknown, QuoteGone):
        return None
