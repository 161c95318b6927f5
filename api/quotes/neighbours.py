"""A quote with one more whole sentence before it or after it; pure."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from api.episodes.transcripts import OpenedTranscript
from api.quotes.quote import MOST_QUOTE_WORDS, Quote, quote_at
from index.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class WiderQuote:
    """The quotes that hold one more sentence than another, None where there is none to add."""

    before: Quote | None
    after: Quote | None


def widen(source: OpenedTranscript, quote: Quote) -> WiderQuote:
    """Return the quote with the sentence before it, and with the sentence after it.

    Both stay inside the quote's turn and have at most 80 words. A quote that begins or ends inside a sentence is
    widened to the whole of it first.
    """
    first, last = quote.first_word, quote.first_word + quote.words  # [first, last)
    starts, ends = _sentence_borders(source, quote.turn)
    begin = max((start for start in starts if start < first), default=None)
    finish = min((end for end in ends if end > last), default=None)
    return WiderQuote(
        before=None if begin is None else _quotable(source, begin, last),
        after=None if finish is None else _quotable(source, first, finish),
    )


def _sentence_borders(source: OpenedTranscript, turn: int) -> tuple[list[int], list[int]]:
    """Where the sentences of a turn begin and end, as numbers of words of the episode; marks alone are none."""
    word = bisect_left(source.places, turn, key=lambda place: place.turn)
    finish = bisect_right(source.places, turn, key=lambda place: place.turn)
    starts, ends = [], []
    for _, end in sentence_spans(source.transcript.turns[turn]):
        first = word
        while word < finish and source.places[word].start < end:
            word += 1
        if word > first:
            starts.append(first)
            ends.append(word)
    return starts, ends


def _quotable(source: OpenedTranscript, first: int, last: int) -> Quote | None:
    """The quote of words [first, last), None if it is too long to be one, counted either way."""
    quote = quote_at(source, first, last - first)
    return quote if max(quote.words, len(quote.text.split())) <= MOST_QUOTE_WORDS else None
