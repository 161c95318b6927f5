"""Mark glossary terms in the texts of an answer; each is explained at its first occurrence; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ingest.reference.glossary import Term, glossary


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a text, with its glossary term if the term is explained here."""

    text: str
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Glossed:
    """A text in pieces, which joined give the text, and the terms explained with it."""

    pieces: tuple[TextPart, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """The explained terms in reading order."""
        return tuple(piece.term for piece in self.pieces if piece.term is not None)


def glossed(texts: Sequence[str]) -> list[Glossed]:
    """Return texts, given in reading order, with the first occurrence of each term marked.

    If a text spells out an abbreviation itself, the term is not marked at all.
    """
    explained: set[str] = set()
    return [_glossed(text, explained) for text in texts]


def _glossed(text: str, explained: set[str]) -> Glossed:
    pieces: list[TextPart] = []
    end = 0
    for found in _pattern().finditer(text):
        term = _term_of(found[1])
        if term.term in explained or _is_ordinary(found, text):
            continue
        explained.add(term.term)
        if _is_spelled_out(term, text):
            continue
        pieces += [TextPart(text[end : found.start()]), TextPart(found[0], term)]
        end = found.end()
    return Glossed((*(piece for piece in pieces if piece.text), TextPart(text[end:])))


def _term_of(form: str) -> Term:
    terms = _terms()
    return terms[form] if form in terms else terms[form.casefold()]


def _is_spelled_out(term: Term, text: str) -> bool:
    return term.expansion is not None and term.expansion.casefold() in text.casefold()


def _is_ordinary(found: re.Match[str], text: str) -> bool:
    """Say whether a capitalised word ("Pay", "Verify") may be an ordinary word that starts a sentence."""
    if not re.fullmatch(r"[A-Z][a-z]+", found[0]):
        return False
    before = text[: found.start()].rstrip(" \n\"'“‘([")
    return not before or before[-1] in ".?!…:"


def _is_plain(form: str) -> bool:
    """Say whether a form is written in lower case; then "Alpha" at the start of a sentence is the same term."""
    return form[1:] == form[1:].lower() and not form[:1].isupper()


@cache
def _terms() -> dict[str, Term]:
    """Return every form with its term; plain forms match any capitals, so they are stored in lower case."""
    forms = [(form, term) for term in glossary() for form in (term.term, *term.aliases)]
    return {form.casefold() if _is_plain(form) else form: term for form, term in forms}


@cache
def _pattern() -> re.Pattern[str]:
    """Return a pattern of every form as a whole word, longest first, so that "GOV.UK Pay" is not read as "Pay"."""
    forms = sorted({form for term in glossary() for form in (term.term, *term.aliases)}, key=len, reverse=True)
    choices = "|".join(rf"(?i:{re.escape(form)})" if _is_plain(form) else re.escape(form) for form in forms)
    return re.compile(rf"(?<!\w)({choices})s?(?!\w)")
