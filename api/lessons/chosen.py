"""Choose lessons by episode, theme, kind, show, person, year and state, and count the choices; pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from api.episodes.facets import Choice, Facet
from api.lessons.fold import USUAL_STATES, State
from api.lessons.register import Entry

FacetName = Literal["theme", "kind", "show", "person", "year", "state", "episode"]

KINDS = ("problem", "cause", "decision", "remedy", "result", "advice")
STATES: tuple[State, ...] = ("accepted", "proposed", "rejected", "withdrawn")
# A library has thousands of themes; those with the most lessons are offered.
_MOST_CHOICES = 40

_VALUES: dict[FacetName, Callable[[Entry], Sequence[str]]] = {
    "theme": lambda entry: entry.themes,
    "kind": lambda entry: (entry.kind,),
    "show": lambda entry: (entry.show,),
    "person": lambda entry: (entry.speaker,) if entry.speaker else (),
    "year": lambda entry: (entry.year,) if entry.year else (),
    "state": lambda entry: (entry.state,),
    "episode": lambda entry: (entry.episode_id,),
}
_LABELS: dict[FacetName, str] = {
    "theme": "Theme",
    "kind": "Kind",
    "show": "Show",
    "person": "Person",
    "year": "Year",
    "state": "State",
}


@dataclass(frozen=True, slots=True)
class LessonQuery:
    """Which lessons are wanted: any value of a facet, but every facet; without a state those that are not rejected.

    Values match without regard to case; a person also by words of their name.
    """

    chosen: Mapping[FacetName, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: FacetName) -> tuple[str, ...]:
        """Return the chosen values of a facet."""
        return self.chosen.get(name, ())

    def with_values(self, name: FacetName, values: tuple[str, ...]) -> "LessonQuery":
        """Return a copy in which exactly these values of a facet are chosen."""
        return replace(self, chosen={**self.chosen, name: values})


def chosen(entries: Sequence[Entry], query: LessonQuery) -> list[Entry]:
    """Return the lessons that a query allows, in their order."""
    tests = [_test(name, query) for name in _VALUES]
    return [entry for entry in entries if all(test(entry) for test in tests)]


def facets_of(entries: Sequence[Entry], query: LessonQuery) -> tuple[Facet[FacetName], ...]:
    """Return the facets with at least two values, or a chosen one; each counts what the other facets leave."""
    tests = {name: _test(name, query) for name in _VALUES}
    left: dict[FacetName, list[Entry]] = {name: [] for name in _LABELS}
    for entry in entries:
        failed = [name for name, test in tests.items() if not test(entry)]
        if not failed:
            for name in _LABELS:
                left[name].append(entry)
        elif len(failed) == 1 and failed[0] in left:
            left[failed[0]].append(entry)
    facets = (_facet(name, left[name], query) for name in _LABELS)
    return tuple(facet for facet in facets if len(facet.choices) > 1 or facet.chosen)


def _test(name: FacetName, query: LessonQuery) -> Callable[[Entry], bool]:
    values = query.of(name)
    if name == "state" and not values:
        return lambda entry: entry.state in USUAL_STATES
    if not values:
        return lambda entry: True
    wanted = frozenset(value.casefold() for value in values)
    of = _VALUES[name]
    if name == "person":
        return lambda entry: any(
            value in wanted or any(f" {part} " in f" {value} " for part in wanted)
            for value in map(str.casefold, of(entry))
        )
    return lambda entry: any(value.casefold() in wanted for value in of(entry))


def _facet(name: FacetName, entries: Sequence[Entry], query: LessonQuery) -> Facet[FacetName]:
    counts: Counter[str] = Counter(value for entry in entries for value in _VALUES[name](entry))
    labels = {entry.show: entry.show_title for entry in entries} if name == "show" else {}
    values = sorted(counts, key=lambda value: (-counts[value], value.casefold()))[:_MOST_CHOICES]
    picked = {value.casefold(): value for value in query.of(name)}
    known = {value.casefold() for value in values}
    values += [value for folded, value in picked.items() if folded not in known]  # a chosen value can be removed
    order = {"kind": KINDS, "state": STATES}.get(name)
    if order is not None:
        values.sort(key=lambda value: order.index(value) if value in order else len(order))
    if name == "year":
        values.sort(reverse=True)
    return Facet(
        name,
        _LABELS[name],
        tuple(
            Choice(value, labels.get(value) or _shown(name, value), counts[value], value.casefold() in picked)
            for value in values
        ),
    )


def _shown(name: FacetName, value: str) -> str:
    return value.capitalize() if name in ("kind", "state") else value
