"""Answer a question in its conversation: complete a follow-up from the earlier questions, then search for it."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from api.answer import compose
from api.answer.capitals import with_capitals
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

# A follow-up may refer to the speakers of this many citations. The limit bounds the cost: resolving an outdated id
# searches its whole episode.
_READ_CITATIONS = 3


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An earlier question and the ids of the quotes that answered it, best first."""

    question: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """The question a person asks now and their earlier questions, oldest first."""

    question: Question
    history: tuple[HistoryEntry, ...] = ()
    k: int = MOST_CITATIONS
    filters: Filters = field(default_factory=Filters)


def ask(base: KnowledgeBase, asking: Asking) -> Answer:
    """Answer a question with quotes only, no language model.

    A follow-up is searched as the complete question it stands for; the answer shows that as its rewritten question.
    """
    whole = _complete_question(base.home, _with_capitals(base, asking))
    return compose.ask(base, asking.question, asking.k, asking.filters, whole)


def _with_capitals(base: KnowledgeBase, asking: Asking) -> Asking:
    """Return the conversation with its names in capitals, by which a follow-up is told from a question of its own."""
    if not asking.history:
        return asking
    return replace(
        asking,
        question=replace(asking.question, text=with_capitals(base, asking.question.text)),
        history=tuple(replace(past, question=with_capitals(base, past.question)) for past in asking.history),
    )


def _complete_question(home: Path, asking: Asking) -> str | None:
    if not asking.history or not needs_earlier_question(asking.question.text):
        return None
    last = next((place for place in reversed(range(len(asking.history))) if asking.history[place].citations), None)
    return resolve_followup(
        asking.question.text,
        [
            _with_speakers(home, past) if place == last else EarlierQuestion(past.question)
            for place, past in enumerate(asking.history)
        ],
    )


def _with_speakers(home: Path, past: HistoryEntry) -> EarlierQuestion:
    quotes = [quote for identifier in past.citations[:_READ_CITATIONS] if (quote := _quote_or_none(home, identifier))]
    speakers = tuple(dict.fromkeys(quote.speaker for quote in quotes if quote.speaker))
    return EarlierQuestion(
        past.question, speakers, tuple(dict.fromkeys(episode_name(quote.episode) for quote in quotes))
    )


def _quote_or_none(home: Path, identifier: str) -> Quote | None:
    """Return the quote with this id, or None if it is unknown or gone: a follow-up must not fail because of that."""
    try:
        return resolve(home, identifier).quote
    except (QuoteUnknown, QuoteGone):
        return None
