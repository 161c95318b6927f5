"""What is known of a name or abbreviation: what it is and is short for, where it is said, and what stands near it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from api.errors import TermUnknown
from api.knowledge_base import removed_since
from api.quotes.citation import Citation
from api.quotes.said import citation_at
from index.generation import Generation
from index.mined.overview import Overview, Term
from index.mining.slugs import slug_of
from ingest.speakers.names import fold
from ingest.transcript import Episode


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term in a list: its usual spelling, all its spellings, what it is short for, and how often it is said."""

    id: str
    name: str
    names: tuple[str, ...]
    expansion: str | None
    is_defined: bool
    uses: int
    episodes: int


@dataclass(frozen=True, slots=True)
class EpisodeWith:
    """An episode that uses a term, and how often."""

    episode: Episode
    uses: int


@dataclass(frozen=True, slots=True)
class RelatedTerm:
    """A term that often stands near another."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything about a term. `definition` says best what it is, `expanded` what it is short for (`expansion`).

    `first` and `latest` are where it is said first and last. `episodes` are the newest first.
    """

    id: str
    name: str
    names: tuple[str, ...]
    expansion: str | None
    definition: Citation | None
    expanded: Citation | None
    first: Citation | None
    latest: Citation | None
    related: tuple[RelatedTerm, ...]
    episodes: tuple[EpisodeWith, ...]


def term_lines(home: Path, generation: Generation) -> list[TermLine]:
    """Return the terms of the library, in the order of the alphabet."""
    gone = removed_since(home, generation)
    lines = [_line(term, uses) for term in generation.overview.terms if (uses := _left(term, gone))]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.id))


def entry_of(home: Path, generation: Generation, wanted: str) -> Entry:
    """Return what is known of the term with an id or spelling; raises TermUnknown."""
    overview = generation.overview
    term = term_named(overview, wanted)
    gone = removed_since(home, generation)
    uses = {} if term is None else _left(term, gone)
    if term is None or not uses:
        raise TermUnknown(f"no term here is called {wanted[:60]!r}; playback terms lists them")
    expanded = citation_at(home, generation, term.expanded)
    names = {one.id: one.names[0] for one in overview.terms if one.id in term.related and _left(one, gone)}
    return Entry(
        term.id,
        term.names[0],
        term.names,
        None if expanded is None else term.expansion,
        citation_at(home, generation, term.definition),
        expanded,
        citation_at(home, generation, term.first),
        citation_at(home, generation, term.latest),
        tuple(RelatedTerm(one, names[one]) for one in term.related if one in names),
        tuple(EpisodeWith(generation.episode(name), count) for name, count in uses.items()),
    )


def term_named(overview: Overview, wanted: str) -> Term | None:
    """Return the term with an id, else the one with a spelling, in any case and also in the plural.

    A spelling may be written like an id: the term that had it may be joined with another.
    """
    terms = overview.terms
    return _with_id(terms, wanted) or _with_name(terms, wanted) or _with_slug(terms, wanted)


def _with_id(terms: Iterable[Term], wanted: str) -> Term | None:
    return next((term for term in terms if term.id == wanted), None)


def _with_slug(terms: Iterable[Term], wanted: str) -> Term | None:
    return next((term for term in terms if wanted in map(slug_of, _spellings(term))), None)


def _with_name(terms: Iterable[Term], wanted: str) -> Term | None:
    folded = fold(wanted)
    singular = folded.removesuffix("s")
    near = None
    for term in terms:
        names = {fold(name) for name in _spellings(term)}
        if folded in names:
            return term
        if singular in names and near is None:
            near = term
    return near


def _spellings(term: Term) -> tuple[str, ...]:
    return (*term.names, term.expansion) if term.expansion else term.names


def _left(term: Term, gone: frozenset[str]) -> dict[str, int]:
    """Return the uses of a term by the id of the episode, without episodes that were removed since."""
    return {name: count for name, count in term.episodes if name not in gone}


def _line(term: Term, uses: dict[str, int]) -> TermLine:
    expansion = term.expansion if term.expanded is not None and term.expanded.episode_id in uses else None
    is_defined = term.definition is not None and term.definition.episode_id in uses
    return TermLine(term.id, term.names[0], term.names, expansion, is_defined, sum(uses.values()), len(uses))
