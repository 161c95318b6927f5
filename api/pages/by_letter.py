"""Cut a long list by the first letters of its names, so that every page of it stays small; pure."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

# What is listed on one page, which then has about 30 kB.
MOST_LINES = 150
# For names that begin with something else than a Latin letter.
OTHER = "0-9"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LetterPage(Generic[T]):
    """A page of a list: `letters` with their counts, the chosen one ("" for the best of a long list), and its lines.

    A list that fits on a page has no letters.
    """

    path: str
    letters: tuple[tuple[str, int], ...]
    letter: str
    lines: tuple[T, ...]
    number: int
    pages: int

    def address(self, letter: str, number: int = 1) -> str:
        """Return the URL of a page of a letter."""
        fields = {"letter": letter, "page": str(number) if number > 1 else ""}
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def page_address(self, number: int) -> str:
        """Return the URL of another page of the chosen letter."""
        return self.address(self.letter, number)


def letter_of(name: str) -> str:
    """Return the letter under which a name stands: "A" to "Z" without accents, else `OTHER`."""
    first = unicodedata.normalize("NFKD", name.lstrip("."))[:1].upper()
    return first if first.isascii() and first.isalpha() else OTHER


def by_letter(
    path: str, lines: Sequence[T], name_of: Callable[[T], str], rank: Callable[[T], int], chosen: tuple[str, int]
) -> LetterPage[T]:
    """Return a page of a sorted list, for the chosen letter and page number.

    Without a letter it has all lines, or of a long list those of the highest rank.
    """
    letter, number = chosen
    if len(lines) <= MOST_LINES:
        return LetterPage(path, (), "", tuple(lines), 1, 1)
    counts: dict[str, int] = {}
    for line in lines:
        counts[letter_of(name_of(line))] = counts.get(letter_of(name_of(line)), 0) + 1
    letters = tuple(sorted(counts.items()))
    if letter not in counts:
        best = sorted(range(len(lines)), key=lambda place: -rank(lines[place]))[: MOST_LINES // 2]
        return LetterPage(path, letters, "", tuple(lines[place] for place in sorted(best)), 1, 1)
    mine = [line for line in lines if letter_of(name_of(line)) == letter]
    pages = -(-len(mine) // MOST_LINES)
    number = min(max(1, number), pages)
    return LetterPage(
        path, letters, letter, tuple(mine[(number - 1) * MOST_LINES : number * MOST_LINES]), number, pages
    )
