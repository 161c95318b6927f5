"""A bar chart of hits by year, in percent of the picture's width and height; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_GAP = 0.2  # share of a bar's slot that stays empty
_WIDEST = 30  # percent of the picture's width, so that the bar of a single year still looks like a bar
_MOST_LABELS = 6
# A feed may claim the year 1; if the range is longer than this, only years with hits are drawn.
_MOST_YEARS = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A year with its count; `x`, `width`, `y`, `height` in percent, `y` from the top.

    `is_labelled`: the year is printed below the bar; with many bars only some are, so that labels do not overlap.
    """

    year: int
    count: int
    x: float
    width: float
    y: float
    height: float
    is_labelled: bool

    @property
    def middle(self) -> float:
        """The position of its label, in percent of the width."""
        return round(self.x + self.width / 2, 2)


def bars_of(dates: Iterable[str | None]) -> tuple[Bar, ...]:
    """Return a bar for every year from the first to the last of the ISO dates, leaving out None."""
    counts = Counter(int(date[:4]) for date in dates if date and date[:4].isdecimal())
    if not counts:
        return ()
    most = max(counts.values())
    years: Sequence[int] = range(min(counts), max(counts) + 1)
    if len(years) > _MOST_YEARS:
        years = sorted(counts)
    place = 100 / len(years)
    width = min((1 - _GAP) * place, _WIDEST)
    step = -(-len(years) // _MOST_LABELS)
    return tuple(
        Bar(
            year=year,
            count=counts[year],
            x=round((number + 0.5) * place - width / 2, 2),
            width=round(width, 2),
            y=round(100 - 100 * counts[year] / most, 2),
            height=round(100 * counts[year] / most, 2),
            is_labelled=number % step == 0,
        )
        for number, year in enumerate(years)
    )
