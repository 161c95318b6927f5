"""Hits over the years as bars."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.year_bars import bars_of


def test_bars_are_as_high_as_their_counts() -> None:
    """Two hits in 2019, none in 2020, one in 2021: three places of a third each, 100, 0 and 50 percent high."""
    bars = bars_of(["2019-05-01", "2021-01-01", "2019-12-31", None])
    assert [(bar.year, bar.count) for bar in bars] == [(2019, 2), (2020, 0), (2021, 1)]
    assert [(bar.y, bar.height) for bar in bars] == [(0.0, 100.0), (100.0, 0.0), (50.0, 50.0)]
    assert [bar.x for bar in bars] == [3.33, 36.67, 70.0]
    assert {bar.width for bar in bars} == {26.67}
    assert [bar.middle for bar in bars] == pytest.approx([100 / 6, 50, 500 / 6], abs=0.02)
    assert all(bar.is_labelled for bar in bars)


def test_a_year_alone_has_a_bar_not_a_block() -> None:
    """The bar of a single year stands in the middle, on less than a third of the picture."""
    (bar,) = bars_of(["2026-09-03", "2026-09-10"])
    assert (bar.x, bar.width, bar.middle) == (35.0, 30, 50.0)


def test_no_dates_no_bars() -> None:
    """Without a date nothing is drawn."""
    assert bars_of([]) == ()
    assert bars_of([None, "", "soon"]) == ()


def test_at_most_six_years_of_many_are_printed() -> None:
    """Thirteen years: every third is printed, from the first on."""
    bars = bars_of(["2010-01-01", "2022-01-01"])
    assert [bar.year for bar in bars if bar.is_labelled] == [2010, 2013, 2016, 2019, 2022]


def test_a_date_of_long_ago_does_not_draw_thousands_of_bars() -> None:
    """Over forty years only those that have hits are drawn."""
    assert [bar.year for bar in bars_of(["0001-01-01", "2021-01-01"])] == [1, 2021]


@given(st.lists(st.dates().map(str)))
def test_every_hit_is_in_a_bar_and_every_bar_in_the_picture(dates: list[str]) -> None:
    """Counts add up, bars stand beside each other, in order, from the ground, inside the picture."""
    bars = bars_of(dates)
    assert sum(bar.count for bar in bars) == len(dates)
    assert [bar.year for bar in bars] == sorted({bar.year for bar in bars})
    for bar in bars:
        assert bar.x >= 0 and bar.x + bar.width <= 100.01
        assert abs(bar.y + bar.height - 100) <= 0.011
    for one, other in pairwise(bars):
        assert one.x + one.width <= other.x + 0.011
