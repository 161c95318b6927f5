"""Find the word of the library that somebody meant who misspelt it."""

import re
from itertools import islice

from api.knowledge_base import KnowledgeBase
from index.function_words import is_function_word
from index.phrases import QUOTED
from index.spelling import FEWEST_LETTERS, nearest

# A word of letters only: numbers, and names with digits, are as they should be.
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
# A capital inside a word, such as "FoundationDB": a name that somebody typed with care, so that only a name is meant.
_CAPITAL_INSIDE = re.compile(r"[^\W\d_A-Z][A-Z]")
# Questions have few misspelt words; a text in another language has many, and the nearest words mean nothing then.
_MOST_WORDS = 8


def corrected(base: KnowledgeBase, text: str) -> tuple[str, tuple[str, ...]]:
    """Return a question with its misspelt words replaced by the nearest words of the library, and those words.

    Words in quotation marks stay as they are.
    """
    quoted = [found.span() for found in QUOTED.finditer(text)]
    words = [
        found
        for found in _WORD.finditer(text)
        if not any(start < found.start() < end for start, end in quoted) and _is_misspelt(base, found.group())
    ]
    parts, at = [], 0
    meant: list[str] = []
    for found in islice(words, _MOST_WORDS):
        word = _meant(base, found.group())
        if word is not None:
            parts += [text[at : found.start()], word]
            at = found.end()
            meant.append(word)
    return "".join([*parts, text[at:]]), tuple(dict.fromkeys(meant))


def is_held(base: KnowledgeBase, term: str) -> bool:
    """Say whether each word of a term is in some passage."""
    return all(base.generation.frequency(stem) > 0 for stem in base.generation.terms(term))


def _is_misspelt(base: KnowledgeBase, word: str) -> bool:
    """Say whether a word is one that nobody says and that the encoder does not know either: it splits it into pieces.

    "Rust" is a word, though a library may never mention it.
    """
    return (
        len(word) >= FEWEST_LETTERS
        and not is_function_word(word)
        and not is_held(base, word)
        and base.encoder.pieces(word) > 1
    )


def _meant(base: KnowledgeBase, typed: str) -> str | None:
    """Return the nearest word that a passage holds; None without one, or if it is a function word, which says nothing.

    People seldom miss the first letter, and among words of four letters some word is always near.
    """
    word, is_name = typed.lower(), _CAPITAL_INSIDE.search(typed) is not None
    near = (
        other
        for other in nearest(base.generation.vocabulary, word)
        if (len(word) > FEWEST_LETTERS or other[0] == word[0])
        and is_held(base, other)
        and not (is_name and _is_ordinary(base, other))
    )
    found = next(near, None)
    return None if found is None or is_function_word(found) else found


def _is_ordinary(base: KnowledgeBase, word: str) -> bool:
    """Say whether the library mostly writes a word in small letters."""
    capital, small = base.generation.letters(word)
    return small >= capital
