"""Extend a quote to whole sentences, or by one before or after it, or cut a long one at sentences; pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from api.episodes.transcripts import OpenedTranscript
from api.quotes.quote import FEWEST_QUOTE_WORDS, MOST_QUOTE_WORDS, Quote, quote_at
from index.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class WiderQuote:
    """A quote extended by the sentence before, and by the sentence after; None where there is none to add."""

    before: Quote | None
    after: Quote | None


def widen(source: OpenedTranscript, quote: Quote) -> WiderQuote:
    """Return the quote extended by the sentence before it, and extended by the sentence after it.

    Both stay inside the quote's turn and have at most 80 words. If a quote begins or ends inside a sentence, the
    extension completes that sentence.
    """
    first, last = quote.first_word, quote.first_word + quote.words  # [first, last)
    starts, ends = sentence_borders(source, quote.turn)
    begin = max((start for start in starts if start < first), default=None)
    finish = min((end for end in ends if end > last), default=None)
    return WiderQuote(
        before=None if begin is None else _quotable(source, begin, last),
        after=None if finish is None else _quotable(source, first, finish),
    )


def in_sentences(source: OpenedTranscript, quote: Quote) -> Quote:
    """Return the quote extended to whole sentences of its turn; the quote itself if those have over 80 words."""
    starts, ends = sentence_borders(source, quote.turn)
    first, last = quote.first_word, quote.first_word + quote.words
    begin = max((start for start in starts if start <= first), default=first)
    finish = min((end for end in ends if end >= last), default=last)
    return _quotable(source, begin, finish) or quote


def in_parts(source: OpenedTranscript, quote: Quote) -> list[Quote]:
    """Return a quote as quotes of 3 to 80 words that follow one another; a short one is its only part.

    Each is as long as whole sentences let it be. It is cut between words only where no sentence ends in time: in one
    that is too long for a quote, or where one or two words would be left.
    """
    if (whole := _quotable(source, quote.first_word, quote.first_word + quote.words)) is not None:
        return [whole]
    found: list[Quote] = []
    first, last = quote.first_word, quote.first_word + quote.words
    _, ends = sentence_borders(source, quote.turn)
    while first < last:
        found.append(_longest(source, first, last, ends))
        first += found[-1].words
    return found


def _longest(source: OpenedTranscript, first: int, last: int, ends: Sequence[int]) -> Quote:
    """Return the longest quote from a word on, up to one of the ends if it can be; it leaves three words or none."""
    most = min(last, first + MOST_QUOTE_WORDS)
    if most == last and (rest := _quotable(source, first, last)) is not None:
        return rest
    for end in (*(end for end in reversed(ends) if first < end <= most), *range(most, first, -1)):
        quote = None if _within_word(source, end) else _quotable(source, first, end)
        leaves_enough = end == last or _has_enough(quote_at(source, end, last - end))
        if quote is not None and _has_enough(quote) and leaves_enough:
            return quote
    return quote_at(source, first, last - first)  # so few words, or words so long, that they cannot be cut


def _has_enough(quote: Quote) -> bool:
    return min(quote.words, len(quote.text.split())) >= FEWEST_QUOTE_WORDS


def _within_word(source: OpenedTranscript, end: int) -> bool:
    """Say whether a printed word goes on at a normalised one: "don't" and "24/7" are two."""
    pair = source.placed(end - 1, 2)
    if len(pair) < 2 or pair[0].turn != pair[1].turn:
        return False
    return not any(map(str.isspace, source.transcript.turns[pair[0].turn].text[pair[0].end : pair[1].start]))


def sentence_borders(source: OpenedTranscript, turn: int) -> tuple[list[int], list[int]]:
    """Return the first and end word numbers (in the episode) of a turn's sentences; marks alone are no sentence."""
    word = source.begins[turn]
    places = deque(source.places_in(turn))
    starts, ends = [], []
    for _, end in sentence_spans(source.transcript.turns[turn]):
        first = word
        while places and places[0].start < end:
            places.popleft()
            word += 1
        if word > first:
            starts.append(first)
            ends.append(word)
    return starts, ends


def _quotable(source: OpenedTranscript, first: int, last: int) -> Quote | None:
    """Return the quote of words [first, last), None if it has over 80 words, printed or normalised."""
    quote = quote_at(source, first, last - first)
    return quote if max(quote.words, len(quote.text.split())) <= MOST_QUOTE_WORDS else None
