"""The list of episodes narrowed by words and facets."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.episodes.facets import PAGE_LENGTH, ListFilter, facets_of, listed, page_of
from api.episodes.listing import Entry
from ingest.text.words import normalise
from ingest.transcript import Episode, Show

TEA, SEA = Show("tea", "Tea show"), Show("sea", "Sea show")


def entry(number: int, published: str | None, people: str, topics: str, title: str = "", show: Show = TEA) -> Entry:
    """People and topics are lists with commas."""
    names = tuple(name for name in people.split(", ") if name)
    found = tuple(topic for topic in topics.split(", ") if topic)
    episode = Episode(f"{show.id}-{number}", f"g{number}", show, number, title or None, published, 60.0 * number)
    words = frozenset(normalise(f"{title} {show.title} {people}"))
    return Entry(episode, None, names, found, words, has_transcript=True)


ENTRIES = (
    entry(3, "2022-05-01", "Ann, Bob", "DNS, API", "Boiling water"),
    entry(2, "2021-06-01", "Ann, Cy", "DNS", "Água fresca"),
    entry(1, "2021-01-01", "Bob", "API", "Copper kettles"),
    entry(7, None, "", "", "anchors", SEA),
)


def wanted_of(q: str = "", sort: Any = "newest", **chosen: Any) -> ListFilter:
    return ListFilter(q, chosen, sort)


def numbers(wanted: ListFilter) -> list[int | None]:
    return [found.episode.number for found in listed(ENTRIES, wanted)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (wanted_of(), [3, 2, 1, 7]),
        (wanted_of(sort="oldest"), [1, 2, 3, 7]),
        (wanted_of(sort="longest"), [7, 3, 2, 1]),
        (wanted_of(sort="title"), [7, 3, 1, 2]),
        (wanted_of(q="kettles"), [1]),
        (wanted_of(q="COPPER, kett"), [1]),
        (wanted_of(q="show ann"), [3, 2]),
        (wanted_of(q="ettles"), []),
        (wanted_of(q=" ?! "), [3, 2, 1, 7]),
        (wanted_of(person=("Ann",)), [3, 2]),
        (wanted_of(person=("Ann", "Bob")), [3, 2, 1]),
        (wanted_of(person=("Bob",), topic=("DNS",)), [3]),
        (wanted_of(year=("2021",)), [2, 1]),
        (wanted_of(year=("1999",)), []),
        (wanted_of(show=("sea",)), [7]),
        (wanted_of(q="ann", year=("2021", "2022"), topic=("API",)), [3]),
    ],
)
def test_the_list_is_narrowed_and_ordered(wanted: ListFilter, expected: list[int]) -> None:
    """All words, any value of one facet, all facets; no date and no duration come last."""
    assert numbers(wanted) == expected


def counts(wanted: ListFilter) -> dict[str, dict[str, int]]:
    return {
        facet.name: {choice.label: choice.count for choice in facet.choices} for facet in facets_of(ENTRIES, wanted)
    }


def test_choices_are_counted_among_what_all_else_lets_through() -> None:
    """Without a choice the counts are those of the library; years come newest first, the rest by their counts."""
    assert counts(wanted_of()) == {
        "show": {"Tea show": 3, "Sea show": 1},
        "person": {"Ann": 2, "Bob": 2, "Cy": 1},
        "year": {"2022": 1, "2021": 2},
        "topic": {"API": 2, "DNS": 2},
    }
    narrowed = counts(wanted_of(person=("Ann",)))
    assert narrowed["person"] == {"Ann": 2, "Bob": 2, "Cy": 1}, "another person can be added to the one chosen"
    assert narrowed["topic"] == {"DNS": 2, "API": 1}
    assert list(narrowed["year"]) == ["2022", "2021"]


def test_a_facet_that_cannot_narrow_is_left_out() -> None:
    """One show, one year, nobody named: there is nothing to choose."""
    assert facets_of(ENTRIES[3:], wanted_of()) == ()
    assert facets_of((), wanted_of()) == ()


def test_a_choice_that_lets_nothing_through_can_be_taken_off() -> None:
    """What was chosen stays in its facet, also a value that no episode has."""
    facets = {
        facet.name: facet for facet in facets_of(ENTRIES, wanted_of(q="nothing", person=("Nobody",), year=("2021",)))
    }
    assert [(choice.value, choice.count, choice.is_chosen) for choice in facets["person"].choices] == [
        ("Nobody", 0, True)
    ]
    assert facets["year"].chosen == 1


def test_pages_are_stretches_of_the_list() -> None:
    """120 entries are three pages of 50, 50 and 20; a page past the end is the last, one before the first the first."""
    many = tuple(replace(ENTRIES[0], topics=(str(number),)) for number in range(120))
    assert PAGE_LENGTH == 50
    pages = [page_of(many, number) for number in (1, 2, 3)]
    assert [len(page.entries) for page in pages] == [50, 50, 20]
    assert sum((page.entries for page in pages), ()) == many
    assert page_of(many, 9) == pages[2]
    assert page_of(many, -9) == pages[0]
    assert (page_of((), 1).number, page_of((), 1).pages, page_of((), 1).entries) == (1, 1, ())


PICKED = st.lists(st.sampled_from(["Ann", "Bob", "Cy", "DNS", "API", "2021", "2022", "tea", "sea", "x"]), max_size=2)


@given(PICKED, PICKED, PICKED, st.sampled_from(["", "ann", "show", "kettles x"]))
def test_the_count_beside_a_choice_is_how_many_episodes_it_would_show(
    person: list[str], year: list[str], topic: list[str], q: str
) -> None:
    """Choosing it alone in its facet, with all else as it is, lists exactly so many episodes."""
    wanted = wanted_of(q, person=tuple(person), year=tuple(year), topic=tuple(topic))
    for facet in facets_of(ENTRIES, wanted):
        for choice in facet.choices:
            assert len(listed(ENTRIES, wanted.with_values(facet.name, (choice.value,)))) == choice.count
