"""The grade of a sentence that defines or introduces, and what the rules for it share; pure.

Every rule is a form of English ("X is a …", "I'm the … at …"), never a subject. Quantifiers are bounded, because what
is said and asked is hostile input.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.text.words import without_marks


@dataclass(frozen=True, slots=True)
class Grade:
    """How well a sentence defines or introduces, 0 to 1, and by which form; `continues` if the next one must follow."""

    score: float
    reason: str
    continues: bool = False


NOTHING = Grade(0.0, "")
# From this on a sentence defines or introduces; below, it only looks a little like it.
LEAST_SCORE = 0.5

IS = r"(?: (?:is|are|was|were)|'s|'re)"
I_AM = r"\b(?:i'm|i am)\b"
# Words that soften what is said without changing it.
FILLER = (
    r"(?:,? ?\b(?:basically|essentially|really|just|actually|simply|literally|kind of|sort of|you know|i mean|well|"
    r"also|still|now|currently|to me|for me|i think|i guess|i would say|i'd say|in essence|in short|of course|"
    r"obviously|like|at its core|at heart|if you will|maybe|probably)\b,? ?){0,4}"
)
# Stands for the subject's names in a masked sentence, so that no rule holds what was asked.
NAME = "\x00"
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", NAME: None})
_MOST_CHARACTERS = 1_000
_PIECE = re.compile(r"(?<=[.?!…])\s+|\n")


def plain(text: str) -> str:
    """Return a sentence without marks, with straight apostrophes, quotation marks and dashes, and with single spaces.

    What a sentence of 80 usual words would not reach is left out, so that rules cost no more than that.
    """
    return " ".join(without_marks(text[:_MOST_CHARACTERS]).translate(_STRAIGHT).split())


def pieces_of(text: str) -> list[str]:
    """Return a text cut roughly into sentences."""
    return _PIECE.split(text)


def masked(said: str, names: tuple[str, ...]) -> str:
    """Return a plain text with `NAME` for each of these names: whole words, in any case, also plural or hyphenated."""
    return _pattern(names).sub(NAME, said)


def holds(text: str, names: tuple[str, ...]) -> bool:
    """Say whether a text holds one of these names."""
    return _pattern(names).search(text) is not None


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = (re.split(r"[\s-]+", plain(name)) for name in names)
    forms = {r"[\s-]+".join(map(re.escape, filter(None, words))) for words in parts} - {""}
    if not forms:
        return re.compile("(?!)")  # a name without a letter stands nowhere
    choices = "|".join(sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{choices})(?:e?s)?(?![\w-]|\.\w)", re.IGNORECASE)


def rule(pattern: str) -> re.Pattern[str]:
    """Return a pattern that matches in any case."""
    return re.compile(pattern, re.IGNORECASE)


def best_of(grades: list[Grade]) -> Grade:
    """Return the best grade, NOTHING of no grades."""
    return max(grades, key=lambda grade: grade.score, default=NOTHING)
