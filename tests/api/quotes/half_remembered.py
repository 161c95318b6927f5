"""Quotes as people half remember them, made by rule from what was said."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from api.quotes.quote import Quote
from ingest.alignment.spoken_form import spoken_form

_SMALL_WORDS = frozenset("a an the and but so of to in on at for that which is was it really very just".split())
_SPELLINGS = (
    ("ise", "ize"),
    ("isation", "ization"),
    ("our", "or"),
    ("ogue", "og"),
    ("n't", " not"),
    ("-", " "),
    ("-", ""),
)
_OTHERS = "thing people team time way work good want make need".split()


class Remembered(NamedTuple):
    """What somebody remembers, who they think said it, and the quote that was really said."""

    text: str
    speaker: str | None
    said: Quote


def dropped(quote: Quote, other: Quote, rng: random.Random) -> str:
    """All small words are forgotten, and one in four of the others."""
    pieces = [piece for piece in quote.text.split() if piece.lower().strip(".,?!") not in _SMALL_WORDS]
    kept = [piece for piece in pieces if rng.random() > 0.25]
    return " ".join(kept if len(kept) > 2 else pieces)


def changed(quote: Quote, other: Quote, rng: random.Random) -> str:
    """One word in four is another one, as if put in one's own words."""
    return " ".join(rng.choice(_OTHERS) if rng.random() < 0.25 else piece for piece in quote.text.split())


def joined(quote: Quote, other: Quote, rng: random.Random) -> str:
    """The second half of it, run together with the beginning of something else."""
    mine, theirs = quote.text.split(), other.text.split()
    return " ".join((*mine[len(mine) // 3 :], "and", *theirs[: len(mine) // 3]))


def respelt(quote: Quote, other: Quote, rng: random.Random) -> str:
    """American spellings, figures in words, contractions in full, a letter wrong in every sixth word."""
    pieces = []
    for piece in quote.text.split():
        for here, there in _SPELLINGS:
            piece = piece.replace(here, there)
        if any(map(str.isdigit, piece)):
            piece = " ".join(spoken_form(piece))
        if len(piece) > 4 and rng.random() < 1 / 6:
            place = rng.randrange(1, len(piece) - 2)
            piece = piece[:place] + piece[place + 1] + piece[place] + piece[place + 2 :]
        pieces.append(piece)
    return " ".join(pieces)


def misattributed(quote: Quote, other: Quote, rng: random.Random) -> str:
    """The words as they were said, without two in the middle."""
    pieces = quote.text.split()
    middle = len(pieces) // 2
    return " ".join((*pieces[:middle], *pieces[middle + 2 :]))


RULES: tuple[Callable[[Quote, Quote, random.Random], str], ...] = (dropped, changed, joined, respelt, misattributed)


def remembered(quotes: Sequence[Quote], count: int, seed: int) -> Iterator[Remembered]:
    """Half-remembered quotes, as many by each rule; the last rule gives them to somebody else."""
    rng = random.Random(seed)
    speakers = sorted({quote.speaker for quote in quotes if quote.speaker})
    for number, quote in enumerate(rng.sample(list(quotes), count)):
        rule = RULES[number % len(RULES)]
        other = rng.choice([one for one in quotes if one.turn != quote.turn or one.episode != quote.episode])
        others = [name for name in speakers if name != quote.speaker]
        speaker = rng.choice(others) if rule is misattributed and others else None
        yield Remembered(rule(quote, other, rng), speaker, quote)
