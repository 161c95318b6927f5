"""Compare two texts by what is said aloud, and mark their differences; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from ingest.alignment.spoken_units import Unit, spoken_units, spoken_words


class Match(NamedTuple):
    """Words [asked, asked + words) of a text equal words [said, said + words) of what is said."""

    asked: int
    said: int
    words: int


class SpokenText(NamedTuple):
    """A text by its words as they are said; word n is of unit `of[n]`."""

    text: str
    units: tuple[Unit, ...]
    words: tuple[str, ...]
    of: tuple[int, ...]

    def part(self, first: int, last: int) -> str:
        """Return the text of the words [first, last), empty for none."""
        return self.text[self.units[self.of[first]].start : self.units[self.of[last - 1]].end] if first < last else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of two texts: "same" in both, only "said" in the transcript, or only "asked" in the other text."""

    kind: Literal["same", "said", "asked"]
    text: str


def spoken_text(text: str) -> SpokenText:
    """Return a text by its words as they are said."""
    units = tuple(spoken_units(text))
    of = tuple(number for number, unit in enumerate(units) for _ in unit.words)
    return SpokenText(text, units, tuple(spoken_words(units)), of)


def same_words(
    asked: Sequence[object], said: Sequence[object], asked_of: Sequence[int], said_of: Sequence[int]
) -> list[Match]:
    """Return the stretches of words that are the same in both, in order, each of whole units on both sides."""
    blocks = SequenceMatcher(None, asked, said, autojunk=False).get_matching_blocks()[:-1]
    whole = (whole_units(Match(*block), asked_of, said_of) for block in blocks)
    return [match for match in whole if match.words]


def whole_units(match: Match, asked_of: Sequence[int], said_of: Sequence[int]) -> Match:
    """Return a match without the words at its ends whose units it holds only in part; it may hold no words then."""
    asked, said, words = match
    while words and not (_begins(asked_of, asked) and _begins(said_of, said)):
        asked, said, words = asked + 1, said + 1, words - 1
    while words and not (_begins(asked_of, asked + words) and _begins(said_of, said + words)):
        words -= 1
    return Match(asked, said, words)


def _begins(of: Sequence[int], place: int) -> bool:
    return place in (0, len(of)) or of[place] != of[place - 1]


def says(text: SpokenText, part: SpokenText, begin: int = 0) -> int | None:
    """Return the first word, from `begin` on, at which a text says all words of a part in a row; None if nowhere."""
    size = len(part.words)
    for place in range(begin, len(text.words) - size + 1):
        if (
            text.words[place : place + size] == part.words
            and _begins(text.of, place)
            and _begins(text.of, place + size)
        ):
            return place
    return None


def marked(said: str, asked: str) -> tuple[Part, ...]:
    """Return what a transcript says and what another text has instead, part by part, in order.

    "same" and "said" together are all of `said`; what differs only in how it is written is the same.
    """
    one, other = spoken_text(said), spoken_text(asked)
    parts: list[Part] = []
    said_to, asked_to = 0, 0
    for match in [
        *same_words(other.words, one.words, other.of, one.of),
        Match(len(other.words), len(one.words), 0),
    ]:
        here, there = _start(one, match.said), _start(other, match.asked)
        parts += [Part("asked", asked[asked_to:there]), Part("said", said[said_to:here])]
        said_to, asked_to = _start(one, match.said + match.words), _start(other, match.asked + match.words)
        parts.append(Part("same", said[here:said_to]))
    return tuple(part for part in parts if part.text.strip())


def _start(text: SpokenText, word: int) -> int:
    """Return where the unit of a word begins with the signs before it; the end of the text after the last word."""
    if word >= len(text.words):
        return len(text.text)
    number = text.of[word]
    if number == 0:
        return 0
    before, here = text.units[number - 1].end, text.units[number].start
    space = max(text.text.rfind(blank, before, here) for blank in " \n\t")
    return here if space < 0 else space + 1
