"""Words that Whisper should expect: an episode's people, and the names and terms of its title and texts; pure."""

import re
from collections.abc import Iterable, Sequence

from ingest.speech.own_terms import own_terms

# A long list costs time and, on a show that uses none of it, words: a glossary of 200 terms cost 4 words in 100.
PROMPT = 400  # characters of vocabulary given to Whisper, of the about 800 that it reads
FEWEST_USES = 2  # of a term in the texts; one that is used once is as often a misspelling or another's name


def vocabulary_for(people: Iterable[str], title: str | None, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the words Whisper should expect, most useful first: people, then the terms used most, as many as fit.

    A term of the title needs to be used only once.
    """
    people = tuple(dict.fromkeys(people))
    text = "\n".join(texts)
    uses = {
        term: len(re.findall(rf"(?<!\w){re.escape(term)}(?!\w)", text)) + FEWEST_USES * (term in (title or ""))
        for term in own_terms((), title, text)
    }
    terms = sorted((term for term in uses if uses[term] >= FEWEST_USES), key=lambda term: -uses[term])
    return _fitting(dict.fromkeys((*people, *terms)))


def prompt(vocabulary: Sequence[str]) -> str:
    """Return the vocabulary as Whisper's prompt: comma-separated whole entries, as many as fit."""
    return ", ".join(_fitting(vocabulary))


def _fitting(entries: Iterable[str]) -> tuple[str, ...]:
    fitting: list[str] = []
    room = PROMPT + len(", ")
    for entry in entries:
        room -= len(entry) + len(", ")
        if room < 0:
            break
        fitting.append(entry)
    return tuple(fitting)
