"""Units: what is said alike is equal however it is written, and every unit knows its place in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.alignment.spoken_units import spoken_units, spoken_words
from ingest.text.words import normalise, without_marks


def said(text: str) -> list[str]:
    return spoken_words(spoken_units(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the U.S. has 5,000 boats", "The US has 5000 boats"),
        ("the U.S, too", "the us too"),
        ("ten percent of it", "10% of it"),
        ("Ten per cent.", "10 %"),
        ("£5 million", "five million pounds"),
        ("£5m", "five million pounds"),
        ("two thousand and five", "2005"),
        ("two hundred and sixth", "two hundred sixth"),
        ("the 1980s", "the nineteen-eighties"),
        ("I don’t know", "i don't know"),
        ("Dr. Moor", "doctor Moor"),
        ("R & D", "R and D"),
        ("[laughs] G.D.S.", "GDS"),
    ],
)
def test_what_is_said_alike_is_equal(one: str, other: str) -> None:
    """Figures, sums, abbreviations and signs have the words that people say."""
    assert said(one) == said(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ten pounds", "ten dollars"),
        ("5,000", "500"),
        ("a hundred and the rest", "a hundred the rest"),
        ("per head", "percent"),
    ],
)
def test_what_is_said_otherwise_is_not(one: str, other: str) -> None:
    """Other amounts and other words stay different; "and" belongs to a number only before another."""
    assert said(one) != said(other)


def test_a_word_is_a_unit_and_a_figure_is_one() -> None:
    """Hyphened words are units of their own, and a sum with its sign is one."""
    text = "A public-facing £5 million (“service”)."
    assert [text[unit.start : unit.end] for unit in spoken_units(text)] == [
        "A", "public", "facing", "£5 million", "service",
    ]  # fmt: skip


@given(st.text(alphabet="ab15.,£%&- '’[]()_\nİßΣ²٣") | st.text())
def test_units_lie_in_order_and_hold_every_normalised_word(text: str) -> None:
    """Whatever the text, units do not overlap, and their normalised words are those that quote ids count."""
    units = spoken_units(text)
    assert sum(unit.normalised for unit in units) == len(normalise(text))
    places = [place for unit in units for place in (unit.start, unit.end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(without_marks(text)) for place in places)
