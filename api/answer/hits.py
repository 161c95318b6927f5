"""Hits for a page, each with its best quote and its place in the transcript."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.episodes.highlight import Stretch
from api.errors import QuoteGone, QuoteUnknown
from api.knowledge_base import KnowledgeBase
from api.quotes.quote import Quote
from api.quotes.resolve import resolve
from index.passage import FoundSentence, Hit
from ingest.transcript import Timing


@dataclass(frozen=True, slots=True)
class TurnInHit:
    """One turn's part of a hit: its speaker (None if not named) and its text, with the hit's quote marked as found."""

    speaker: str | None
    parts: tuple[Stretch, ...]

    @property
    def text(self) -> str:
        """The words as they are in the hit."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class OpenedHit:
    """A hit with its best quote (None if no sentence can be quoted) and its text, turn by turn.

    `turn` is the turn in which the quote begins, or the hit if there is no quote.
    """

    hit: Hit
    quote: Quote | None
    turn: int
    turns: tuple[TurnInHit, ...]

    @property
    def start(self) -> float | None:
        """Where to start listening, in seconds: at the quote, else at the hit; None if unknown."""
        return self.quote.start if self.quote else self.hit.passage.start

    @property
    def timing(self) -> Timing | None:
        """The origin of the start time; None if unknown."""
        return self.quote.timing if self.quote else self.hit.passage.timing

    @property
    def heard_confidence(self) -> float | None:
        """How surely the quote's words were heard (`api.quotes.heard_confidence`); None if unknown."""
        return self.quote.heard_confidence if self.quote else None


def open_hits(base: KnowledgeBase, hits: Sequence[tuple[Hit, str | None]]) -> tuple[OpenedHit, ...]:
    """Resolve the quotes of hits that `api.answer.compose.find` returned."""
    return tuple(_found(base, hit, quote_id) for hit, quote_id in hits)


def _found(base: KnowledgeBase, hit: Hit, quote_id: str | None) -> OpenedHit:
    quote = None if quote_id is None else _quote(base, quote_id)
    sentences = hit.sentences
    text, at = hit.passage.text, 0
    begins: list[int] = []
    firsts: list[FoundSentence] = []
    for found in sentences:
        at = text.index(found.text, at)
        if not firsts or firsts[-1].sentence.turn != found.sentence.turn:
            begins.append(at)
            firsts.append(found)
        at += len(found.text)
    turns = [
        TurnInHit(first.speaker, _parts(text[begin:end].rstrip(), quote, first.sentence.turn))
        for first, begin, end in zip(firsts, begins, [*begins[1:], len(text)], strict=True)
    ]
    return OpenedHit(hit, quote, firsts[0].sentence.turn if quote is None else quote.turn, tuple(turns))


def _parts(text: str, quote: Quote | None, turn: int) -> tuple[Stretch, ...]:
    start = text.find(quote.text) if quote is not None and quote.turn == turn else -1
    if quote is None or start < 0:
        return (Stretch(text, is_found=False),)
    end = start + len(quote.text)
    parts = (Stretch(text[:start], False), Stretch(text[start:end], True), Stretch(text[end:], False))
    return tuple(part for part in parts if part.text)


def _quote(base: KnowledgeBase, identifier: str) -> Quote | None:
    try:
        return resolve(base.home, identifier).quote
    except (QuoteGone, QuoteUnknown):
        return None  # the transcript was replaced between finding and opening
