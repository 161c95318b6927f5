"""Find the names and abbreviations in sentences by how they are written; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.function_words import is_function_word
from index.mining.no_terms import breaks_name, is_no_term
from index.sentences import WORD, count_capitals
from ingest.speakers.role_words import WORKERS

# A word is a name if more than this share of its uses inside sentences have a capital.
NAME_SHARE = 0.6
_MOST_WORDS = 5
_JOINING = frozenset(["of"])
# A capital after these may begin a sentence inside a sentence.
_OPENING = frozenset(':"“‘([')


class Use(NamedTuple):
    """A name in a sentence, given by its number, at characters [start, end) of its text."""

    name: str
    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    """A word without a possessive or plural ending; `is_odd` if it is a name by its letters alone (see `is_odd`)."""

    text: str
    start: int
    end: int
    is_odd: bool
    is_capital: bool
    begins: bool  # a sentence, or what may be one
    follows: bool  # directly after the word before, with one space


def names_in(texts: Sequence[str], without: frozenset[str]) -> list[Use]:
    """Return every use of a name or abbreviation in the sentences of an episode, in order.

    `without` are words in lower case that are parts of the names of people. A word that the sentences mostly write
    small is no name, and neither is a capital at the beginning of a sentence alone.
    """
    letters = {word: (capital, small) for word, capital, small in count_capitals(texts)}
    found = [
        use
        for number, text in enumerate(texts)
        if not text.isupper()
        for run in _runs([*_words(text)], without)
        for use in _uses(run, number, text, letters)
    ]
    inside = {use.name for use, is_sure in found if is_sure}
    return [use for use, is_sure in found if is_sure or use.name in inside]


def _words(text: str) -> Iterator[_Word]:
    """Yield the words of a sentence that may be a part of a name: not those of small letters alone, but "of"."""
    end, skipped = 0, False
    for found in WORD.finditer(text):
        between = text[end : found.start()]
        is_first, is_after_skipped = not end, skipped
        end = found.end()
        # Nine of ten words are skipped here, before anything slower is asked.
        skipped = found.group().isalpha() and found.group().islower() and found.group() not in _JOINING
        if skipped:
            continue
        word = found.group().removesuffix("'s").removesuffix("’s")
        if len(word) > 2 and word[-1] == "s" and word[:-1].isupper() and word[:-1].isalpha():
            word = word[:-1]
        start, end_of_word = found.start(), found.start() + len(word)
        if between.endswith((" .", '".')) or between == ".":  # ".NET"
            word, start, between = f".{word}", start - 1, between[:-1]
        yield _Word(
            word,
            start,
            end_of_word,
            is_odd(word),
            word[:1].isupper() and all(part[:1].isupper() for part in word.split("-")),
            is_first or not _OPENING.isdisjoint(between),
            between == " " and not is_after_skipped,
        )


def is_odd(word: str) -> bool:
    """Say whether a word is a name or abbreviation by its letters alone: "SRE", "GitHub", "GOV.UK", "k8s", "iOS"."""
    word = word.removeprefix(".")
    if not word.isascii() or not any(map(str.isalpha, word)) or is_no_term(word):
        return False
    parts = word.split("-")
    if len(parts) > 1:
        return all(is_odd(part) or (part[:1].isupper() and not is_no_term(part)) for part in parts) and any(
            map(is_odd, parts)
        )
    if "." in word:
        before, _, after = word.rpartition(".")
        # "it.And" lacks a space.
        return all(map(str.isalnum, word.split("."))) and len(before) > 1 and not after.istitle() and len(after) > 1
    if not word.isalnum():
        return False
    letters = word.rstrip("0123456789")
    if letters != word:
        return len(letters) > 0 and letters[0].isalpha() and letters.lower() not in ("v", "version")
    if any(map(str.isdigit, word)):
        return word[0].isalpha()
    return any(map(str.isupper, word[1:]))


def _runs(words: Sequence[_Word], without: frozenset[str]) -> Iterator[list[_Word]]:
    """Yield the runs of neighbouring words that are written as names; "of" may stand inside one."""
    run: list[_Word] = []
    for word in words:
        is_part = (
            (word.is_odd or word.is_capital)
            and word.text.lower() not in without
            and not breaks_name(word.text)
            and not (word.is_odd and is_function_word(word.text))  # "AND" is only loud
        )
        if run and not (word.follows and (is_part or word.text in _JOINING)):
            yield run
            run = []
        if is_part or (run and word.text in _JOINING):
            run.append(word)
    if run:
        yield run


def _uses(
    run: list[_Word], sentence: int, text: str, letters: dict[str, tuple[int, int]]
) -> Iterator[tuple[Use, bool]]:
    """Yield the name that a run is, and whether it is surely one: not only because a sentence begins with a capital."""
    is_sure = True
    if run[0].begins and not run[0].is_odd:
        capital, small = letters.get(run[0].text.lower(), (0, 0))
        if (small >= capital and small) or is_function_word(run[0].text):
            run = run[1:]
        else:
            is_sure = len(run) > 1
    while run and run[0].text in _JOINING:
        run = run[1:]
    while run and run[-1].text in _JOINING:
        run = run[:-1]
    if not 0 < len(run) <= _MOST_WORDS or all(is_no_term(word.text) for word in run) or _is_role(run[-1]):
        return
    if len(run) == 1 and not _is_name(run[0], letters):
        return
    start, end = run[0].start, run[-1].end
    yield Use(text[start:end], sentence, start, end), is_sure


def _is_role(last: _Word) -> bool:
    """Say whether the last word of a run names a role, not a thing: "Senior Developer"."""
    return not last.is_odd and last.text.lower().removesuffix("s") in WORKERS


def _is_name(word: _Word, letters: dict[str, tuple[int, int]]) -> bool:
    capital, small = letters.get(word.text.lower(), (0, 0))
    if word.is_odd:
        return capital >= small or not word.text.isupper()  # "ALL" and "NOT" are only loud
    return not capital + small or capital > NAME_SHARE * (capital + small)


def usual(names: Counter[str]) -> str:
    """Return the most frequent of several spellings, of equal ones the first in the alphabet."""
    return min(names, key=lambda name: (-names[name], name))
