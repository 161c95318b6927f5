"""Mark glossary terms in the texts of an answer; each is explained once; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from index.mining.defining import has_definition
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
    """Return texts, given in reading order, with each term marked once.

    A term is marked in the first text that itself says what it is, so that the glossary, which stands below its text,
    never comes before the podcast's own words; else where it is first read. If that text spells out an abbreviation,
    the term is not marked at all.
    """
    places: dict[str, int] = {}
    for number, text in enumerate(texts):
        for term in {term.term: term for _, term in _terms_in(text)}.values():
            if term.term not in places or _is_explained(term, texts[number], texts[places[term.term]]):
                places[term.term] = number
    return [
        _glossed(text, {term for term, place in places.items() if place == number}) for number, text in enumerate(texts)
    ]


def _is_explained(term: Term, text: str, earlier: str) -> bool:
    """Say whether a text says what a term is and the earlier one does not."""
    names = [term.term, *term.aliases, *([term.expansion] if term.expansion else [])]
    return has_definition(text, names) and not has_definition(earlier, names)


def _glossed(text: str, wanted: set[str]) -> Glossed:
    """Mark the first occurrence of each wanted term."""
    pieces: list[TextPart] = []
    end = 0
    for found, term in _terms_in(text):
        if term.term not in wanted:
            continue
        wanted.remove(term.term)
        if _is_spelled_out(term, text):
            continue
        pieces += [TextPart(text[end : found.start()]), TextPart(found[0], term)]
        end = found.end()
    return Glossed((*(piece for piece in pieces if piece.text), TextPart(text[end:])))


def _terms_in(text: str) -> Iterator[tuple[re.Match[str], Term]]:
    for found in _pattern().finditer(text):
        if not _is_ordinary(found, text):
            yield found, _term_of(found[1])


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
