"""The names and terms that an episode's own sources spell: its people, and the names in its title and notes; pure."""

import re
from collections.abc import Iterable, Iterator

from ingest.speakers.names import is_ordinary, is_title

MOST_WORDS = 4  # of a term; a longer run of capitals is a heading
_LITTLE = 3  # letters; a line without a longer word in small letters is a title, with capitals for ordinary words
# "I" and what contracts with it; letters that spell a word.
_NO_NAME = re.compile(r"I(?:['’]\w+)?|\w(?:-\w)+")
_ADDRESS = re.compile(r"://|^www\.|[@/\\#]")
_CORE = re.compile(r"\W*(.*?)(?:['’‘]s)?\W*", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.?!…:])\s+|\n+|\s[-–—|•·]\s")


def own_terms(people: Iterable[str], *texts: str | None) -> tuple[str, ...]:
    """Return the people's names and every name and term that the texts spell with capitals, each once.

    A capital that begins a sentence, or that stands in a line where all but little words have one, says nothing;
    "GOV.UK" or "EC2" are terms everywhere. A word that a text also has in small letters is no term.
    """
    lines = [line for text in texts if text for line in _SENTENCE.split(text)]
    small = {word for line in lines for word in line.split() if word.islower()}
    found = [term for line in lines for term in _terms_of(line.split()) if term.lower() not in small]
    names = (" ".join(word for word in name.split() if not is_title(word)) for name in people)
    return tuple(dict.fromkeys(term for term in (*names, *found) if term))


def has_own_shape(word: str) -> bool:
    """Return whether a word is no ordinary word by its letters alone: "GOV.UK", "DevOps", "EC2", "co-Tech"."""
    letters = any(map(str.isalpha, word))
    return letters and (any(letter.isupper() or letter.isdigit() for letter in word[1:]) or "." in word)


def may_be_name(word: str) -> bool:
    """Return whether a word can be one of a name: not an address or handle, nor "I", nor spelt out as "P-I-P"."""
    core = core_of(word)
    return bool(core) and _ADDRESS.search(word) is None and _NO_NAME.fullmatch(core) is None


def core_of(word: str) -> str:
    """Return a word without the punctuation around it and without a possessive "'s"."""
    found = _CORE.fullmatch(word)
    return found[1] if found else word


def _terms_of(words: list[str]) -> Iterator[str]:
    """Yield the terms of a sentence: runs of words with capitals."""
    is_title_case = len(words) > 2 and not any(word.islower() and len(core_of(word)) > _LITTLE for word in words)
    run: list[str] = []
    for place, word in enumerate([*words, ""]):
        core = core_of(word)
        is_named = may_be_name(word) and _is_named(core, is_title_case)
        if is_named and not (place == 0 and is_ordinary(core) and not has_own_shape(core)):
            run.append(core)
        if run and (not is_named or not word.endswith(core)):
            opens = place - len(run) + is_named == 0
            if len(run) <= MOST_WORDS and (len(run) > 1 or not opens or has_own_shape(run[0])):
                yield " ".join(run)
            run = []


def _is_named(core: str, is_title_case: bool) -> bool:
    return any(map(str.isupper, core)) and (has_own_shape(core) or not is_title_case)
