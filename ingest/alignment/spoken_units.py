"""Cut a text into the smallest parts that are read aloud as one: "£5", "ten", "per cent"."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from ingest.alignment.spoken_form import spoken_form
from ingest.text.words import without_marks

_PIECE = re.compile(r"\S+")
_WORD = re.compile(r"\w+")
# What of a piece is no part of what is said: quotation marks, brackets, stops. The signs are read aloud.
_EDGE = re.compile(r"\A[^\w£$€+&@]+|[^\w%£$€+&@]+\Z")
# Written in full by some and as a title or sign by others, read aloud alike.
_SAME = {"dr": "doctor", "mr": "mister", "ok": "okay", "vs": "versus"}
_SCALES = frozenset({"hundred", "thousand", "million", "billion"})
_CURRENCIES = frozenset({"pounds", "dollars", "euros"})
_INITIALS = re.compile(r"\W*((?:[^\W\d_]\.)+[^\W\d_])\.?\W*")
_NUMBERS = frozenset(
    word
    for number in chain(range(21), range(30, 100, 10))
    for word in spoken_form(str(number))
    for word in (word, *spoken_form(f"{number}th"))
)


class Unit(NamedTuple):
    """Words as they are said, the characters [start, end) that say them, and how many normalised words those are."""

    words: tuple[str, ...]
    start: int
    end: int
    normalised: int


def spoken_units(text: str) -> list[Unit]:
    """Return the units of a text in order, without marks: a unit is one word, or a figure, sum or abbreviation.

    "per cent" is one unit ("percent"), and "and" belongs to the number it stands in ("two hundred and six").
    """
    found: list[Unit] = []
    for unit in _pieces(without_marks(text)):
        before = found[-1] if found else None
        if before is not None and before.words[-1:] == ("per",) and unit.words == ("cent",):
            found[-1] = _joined(before, unit, (*before.words[:-1], "percent"))
        elif before is not None and _is_sum(before) and unit.words[0:1] and unit.words[0] in _SCALES:
            found[-1] = _joined(before, unit, (*before.words[:-1], *unit.words, before.words[-1]))
        else:
            found.append(unit)
    return _with_and_in_numbers(found)


def spoken_words(units: Sequence[Unit]) -> list[str]:
    """Return the words of units, in order."""
    return [word for unit in units for word in unit.words]


def _joined(before: Unit, unit: Unit, words: tuple[str, ...]) -> Unit:
    return Unit(words, before.start, unit.end, before.normalised + unit.normalised)


def _is_sum(unit: Unit) -> bool:
    """Say whether a unit is a sum, whose currency is read after what follows ("£5 million")."""
    return len(unit.words) > 1 and unit.words[-1] in _CURRENCIES


def _pieces(text: str) -> Iterator[Unit]:
    for piece in _PIECE.finditer(text):
        begin = piece.start()
        for words, start, end, normalised in _parts(piece.group()):
            yield Unit(words, begin + start, begin + end, normalised)


@lru_cache(maxsize=65536)
def _parts(piece: str) -> tuple[tuple[tuple[str, ...], int, int, int], ...]:
    """Return the units of one piece: each of its words, or all of it if it is said in other words than it holds."""
    words = list(_WORD.finditer(piece))
    initials = _INITIALS.fullmatch(piece)
    said = (initials[1].replace(".", "").lower(),) if initials else spoken_form(piece)
    said = tuple(_SAME.get(word, word) for word in said)
    written = tuple(found for word in words for found in _WORD.findall(word.group().lower()))
    if len(words) == len(written) and tuple(_SAME.get(word, word) for word in written) == said:
        return tuple(((one,), *word.span(), 1) for one, word in zip(said, words, strict=True))
    if not said and not written:
        return ()
    edges = _EDGE.sub(lambda found: " " * len(found.group()), piece)
    start = len(edges) - len(edges.lstrip(" "))
    end = len(edges.rstrip(" "))
    return ((said, start, max(start, end), len(written)),)


def _with_and_in_numbers(units: Sequence[Unit]) -> list[Unit]:
    found: list[Unit] = []
    for place, unit in enumerate(units):
        following = units[place + 1].words[:1] if place + 1 < len(units) else ()
        if (
            unit.words == ("and",)
            and found
            and not _SCALES.isdisjoint(found[-1].words[-1:])
            and not _NUMBERS.isdisjoint(following)
        ):
            found[-1] = _joined(found[-1], unit, found[-1].words)
        else:
            found.append(unit)
    return found
