"""What the register of people and terms says about the subject of a definition or person question; pure.

The register was mined from the whole library at publication (index.mining), so a question finds there what its own
search among the passages with its words may not reach.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.answer.asked_form import AskedForm
from api.people.profile import person_named
from api.terms.entry import term_named
from index.mined.overview import Overview, Said
from index.mining.sentence_grades import Grade
from ingest.text.words import normalise

_STANDS_FOR = re.compile(r"\b(?:stands?|standing|short) for\b", re.IGNORECASE)
_DEFINITION, _EXPANSION, _ROLE = (
    Grade(1.0, "the definition of the term"),
    Grade(0.95, "what the term stands for"),
    Grade(1.0, "the stated role"),
)
_ASIDE = 0.9  # of what is asked less directly


class Registered(NamedTuple):
    """Words of the library that say who or what the subject is, and how well."""

    grade: Grade
    said: Said


def registered(overview: Overview, form: AskedForm, question: str, people: Sequence[str]) -> Iterator[Registered]:
    """Yield what the register says about the subject of a question; `people` are the full names that it may mean."""
    if form.kind == "definition" and not people:
        yield from _of_term(overview, form.subject, _STANDS_FOR.search(question) is not None)
    elif form.kind == "role":
        yield from _of_role(overview, form)
    elif form.kind in ("person", "doing"):
        for name in people:
            person = person_named(overview, name)
            # People change what they do: only the newest role is theirs now.
            yield from (Registered(_ROLE, held.said) for held in (() if person is None else person.roles[:1]))


def names_registered(overview: Overview, form: AskedForm) -> tuple[str, ...]:
    """Return the other spellings of a term that is asked about, and what it is short for."""
    term = term_named(overview, form.subject) if form.kind == "definition" else None
    return () if term is None else (*term.names, *([term.expansion] if term.expansion else []))


def _of_term(overview: Overview, subject: str, is_expansion_asked: bool) -> Iterator[Registered]:
    term = term_named(overview, subject)
    if term is None:
        return
    definition, expansion = _DEFINITION, _EXPANSION
    if is_expansion_asked:
        definition, expansion = Grade(_ASIDE, definition.reason), Grade(1.0, expansion.reason)
    if term.definition is not None:
        yield Registered(definition, term.definition)
    if term.expanded is not None:
        yield Registered(expansion, term.expanded)


def _of_role(overview: Overview, form: AskedForm) -> Iterator[Registered]:
    """Yield who holds a role: the words of the role as asked stand in a role that is stated, in their order."""
    wanted = f" {' '.join(normalise(form.subject))} "
    place = f" {' '.join(normalise(form.place or ''))} "
    for person in overview.people:
        for held in person.roles[:1]:
            role = f" {' '.join(normalise(held.role))} "
            if wanted in role and (not place.strip() or place in role):
                yield Registered(_ROLE, held.said)
