"""Hits for a page: each with its best quote, and where in the transcript it is read."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.base import KnowledgeBase
from api.errors import QuoteGone, QuoteUnknown
from api.finding import Stretch
from api.quote import Quote, resolve
from index.passage import Hit
from ingest.transcript import Timing


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with its best quote, None if it holds no sentence to quote; `turn` is where the quote, or the hit, begins.

    `parts` are the hit's text, the quote in it marked as found.
    """

    hit: Hit
    quote: Quote | None
    turn: int
    parts: tuple[Stretch, ...]

    @property
    def start(self) -> float | None:
        """Where to listen, in seconds: at the quote, else at the hit; None if unknown."""
        return self.quote.start if self.quote else self.hit.passage.start

    @property
    def timing(self) -> Timing | None:
        """Where that time comes from."""
        return self.quote.timing if self.quote else self.hit.passage.timing


def shown(base: KnowledgeBase, hits: Sequence[tuple[Hit, str | None]]) -> tuple[Found, ...]:
    """Return hits, as `api.answer.find` gives them, with their quotes opened."""
    return tuple(_found(base, hit, quote_id) for hit, quote_id in hits)


def _found(base: KnowledgeBase, hit: Hit, quote_id: str | None) -> Found:
    quote = None if quote_id is None else _quote(base, quote_id)
    text = hit.passage.text
    start = -1 if quote is None else text.find(quote.text)
    if quote is None or start < 0:
        turn = base.generation.sentences(hit.passage)[0].sentence.turn if quote is None else quote.turn
        return Found(hit, quote, turn, (Stretch(text, is_found=False),))
    end = start + len(quote.text)
    parts = (Stretch(text[:start], False), Stretch(text[start:end], True), Stretch(text[end:], False))
    return Found(hit, quote, quote.turn, tuple(part for part in parts if part.text))


def _quote(base: KnowledgeBase, identifier: str) -> Quote | None:
    try:
        return resolve(base.home, identifier).quote
    except (QuoteGone, QuoteUnknown):
        return None  # the transcript was replaced between finding and opening
