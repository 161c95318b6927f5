"""Filter the list of episodes by words and facets, and sort it; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

from api.episodes.listing import Entry
from api.formatting import episode_name
from ingest.text.words import normalise

N = TypeVar("N", bound=str)

FacetName = Literal["show", "person", "year", "topic"]
Order = Literal["newest", "oldest", "longest", "title"]

PAGE_LENGTH = 50
# Episodes without a date come last in both directions.
_UNDATED = "9999"


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a reader asks of the list: words, facet values (any value of a facet, but every facet) and an order."""

    q: str = ""
    chosen: Mapping[FacetName, tuple[str, ...]] = field(default_factory=dict)
    sort: Order = "newest"

    def of(self, name: FacetName) -> tuple[str, ...]:
        """Return the chosen values of a facet."""
        return self.chosen.get(name, ())

    def with_values(self, name: FacetName, values: tuple[str, ...]) -> "ListFilter":
        """Return a copy in which exactly these values of a facet are chosen."""
        return replace(self, chosen={**self.chosen, name: values})


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: how much of the list that passes all other filters has it, and whether it is chosen."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet(Generic[N]):
    """One way to filter a list; choices that the most of it has come first, except years: newest first."""

    name: N
    label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        """The number of chosen values."""
        return sum(choice.is_chosen for choice in self.choices)


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list: its number and the number of pages, both from 1, and its episodes."""

    number: int
    pages: int
    entries: tuple[Entry, ...]


_LABELS: dict[FacetName, str] = {"show": "Show", "person": "People", "year": "Year", "topic": "Topics"}
_VALUES: dict[FacetName, Callable[[Entry], tuple[str, ...]]] = {
    "show": lambda entry: (entry.episode.show.id,),
    "person": lambda entry: entry.people,
    "year": lambda entry: (entry.year,) if entry.year else (),
    "topic": lambda entry: entry.topics,
}


def listed(entries: Iterable[Entry], wanted: ListFilter) -> tuple[Entry, ...]:
    """Return, sorted, the entries that match every word and, for each facet with chosen values, at least one of them.

    A word also matches the beginning of a longer word. The sort is stable.
    """
    words = normalise(wanted.q)
    found = [
        entry
        for entry in entries
        if _has_words(entry, words) and all(_has_chosen_value(entry, name, wanted) for name in _LABELS)
    ]
    return tuple(_sorted(found, wanted.sort))


def facets_of(entries: Sequence[Entry], wanted: ListFilter) -> tuple[Facet[FacetName], ...]:
    """Return the facets that can filter the list, leaving out those with fewer than two values unless one is chosen.

    A choice counts the episodes that match the words and the other facets.
    """
    titles = {entry.episode.show.id: entry.episode.show.title for entry in entries}
    facets = (_facet(name, entries, wanted, titles if name == "show" else {}) for name in _LABELS)
    return tuple(facet for facet in facets if len(facet.choices) > 1 or facet.chosen)


def page_of(entries: Sequence[Entry], number: int, length: int = PAGE_LENGTH) -> ListPage:
    """Return the page with this number, counted from 1; a number past the end gives the last page."""
    pages = max(1, -(-len(entries) // length))
    number = min(max(1, number), pages)
    return ListPage(number, pages, tuple(entries[(number - 1) * length : number * length]))


def _facet(name: FacetName, entries: Sequence[Entry], wanted: ListFilter, labels: dict[str, str]) -> Facet[FacetName]:
    chosen = wanted.of(name)
    others = listed(entries, wanted.with_values(name, ()))
    counts = Counter(value for entry in others for value in _VALUES[name](entry))
    counts.update(dict.fromkeys(chosen, 0))  # a chosen value can be removed even if no episode matches it
    values = sorted(counts, key=lambda value: (-counts[value], (labels.get(value) or value).casefold()))
    if name == "year":
        values.sort(reverse=True)
    choices = (Choice(value, labels.get(value, value), counts[value], value in chosen) for value in values)
    return Facet(name, _LABELS[name], tuple(choices))


def _has_words(entry: Entry, words: Sequence[str]) -> bool:
    return all(any(held.startswith(word) for held in entry.words) for word in words)


def _has_chosen_value(entry: Entry, name: FacetName, wanted: ListFilter) -> bool:
    chosen = wanted.of(name)
    return not chosen or any(value in chosen for value in _VALUES[name](entry))


def _sorted(entries: list[Entry], order: Order) -> list[Entry]:
    if order == "oldest":
        return sorted(entries, key=lambda entry: entry.episode.published or _UNDATED)
    if order == "longest":
        return sorted(entries, key=lambda entry: -(entry.episode.duration or 0.0))
    if order == "title":
        return sorted(entries, key=lambda entry: episode_name(entry.episode).casefold())
    return sorted(entries, key=lambda entry: entry.episode.published or "", reverse=True)
