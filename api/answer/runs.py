"""Runs of neighbouring whole sentences of one turn: what a quote is chosen by, and how far it runs on; pure."""

from collections.abc import Callable, Iterator, Sequence, Set
from itertools import groupby
from typing import NamedTuple

from api.answer.lead_in import is_lead_in
from api.answer.sentence_figures import SentenceFigures
from api.quotes.quote import FEWEST_QUOTE_WORDS, MOST_QUOTE_WORDS
from index.passage import FoundSentence, Hit

# Within the words that a quote may have.
MOST_SENTENCES = 6
# A sentence of fewer words is an interjection ("Yeah.", "Right, right.") and begins no quote.
_FEWEST_FIRST_WORDS = 4


class Run(NamedTuple):
    """Neighbouring sentences of one turn in a hit, with their figures; `number` is that of the first among all read.

    `quoted` are those of the quote: these and, as far as it runs on, the next ones. `is_opening` says that the quote
    begins its turn, which goes on after it within the hit.
    """

    hit: Hit
    sentences: Sequence[FoundSentence]
    figures: Sequence[SentenceFigures]
    number: int
    quoted: Sequence[FoundSentence]
    is_opening: bool = False


def turns_of(hits: Sequence[Hit], figures: Callable[[str], SentenceFigures]) -> Iterator[Run]:
    """Yield the sentences of each hit, split where the turn changes."""
    number = 0
    for hit in hits:
        for _, group in groupby(hit.sentences, key=lambda found: found.sentence.turn):
            said = list(group)
            yield Run(hit, said, [figures(found.text) for found in said], number, said)
            number += len(said)


def quotable(turn: Run, asking: Set[int] = frozenset()) -> Iterator[Run]:
    """Yield every run of one to six sentences whose length fits a quote, in printed and in normalised words.

    An answer often follows the words it is found by, so a quote runs on in its turn as far as it fits. It ends before a
    sentence whose first word is in `asking`.
    """
    said = turn.sentences
    for first in range(len(said)):
        if first + 1 < len(said) and says_nothing(said[first]):
            continue
        end = _end(turn, first, asking)
        is_opening = said[first].sentence.start == 0 and end < len(said)
        words = pieces_with_words = 0
        for last in range(first, min(first + MOST_SENTENCES, end)):
            words += said[last].sentence.words
            pieces_with_words += turn.figures[last].pieces_with_words
            if min(pieces_with_words, words) >= FEWEST_QUOTE_WORDS:
                part = slice(first, last + 1)
                yield Run(turn.hit, said[part], turn.figures[part], turn.number + first, said[first:end], is_opening)


def says_nothing(found: FoundSentence) -> bool:
    """Say whether a sentence is an interjection or a lead-in, with which no quote begins."""
    return found.sentence.words < _FEWEST_FIRST_WORDS or is_lead_in(found.text)


def _end(turn: Run, first: int, asking: Set[int]) -> int:
    """Return the number after the last sentence of the longest quote that begins with this one."""
    pieces = words = 0
    for number in range(first, len(turn.sentences)):
        pieces += turn.figures[number].pieces
        words += turn.sentences[number].sentence.words
        if max(pieces, words) > MOST_QUOTE_WORDS or turn.sentences[number].sentence.first_word in asking:
            return number
    return len(turn.sentences)
