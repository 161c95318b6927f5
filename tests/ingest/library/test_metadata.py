"""How long an episode is, by what its sources state and its recording is."""

import pytest

from ingest.item import Item
from ingest.library.metadata import duration_doubt, facts_of, lasting
from ingest.library.records import Record
from ingest.transcript import Show


@pytest.mark.parametrize(
    ("stated", "measured", "duration"),
    [
        (None, None, None),
        (2052.0, None, 2052.0),
        (None, 2050.0, 2050.0),
        (2052.0, 2050.0, 2052.0),
        (2040.0, 2094.0, 2040.0),
        (2052.0, 2190.0, 2190.0),
        (3600.0, 60.0, 60.0),
        (60.0, 63.0, 60.0),
        (60.0, 66.0, 66.0),
        (0.54, 540.0, 540.0),
    ],
)
def test_the_recording_decides_where_the_stated_duration_is_wrong(
    stated: float | None, measured: float | None, duration: float | None
) -> None:
    """Within five seconds or three per cent the stated one stands, so that a known episode does not change."""
    assert lasting(stated, measured) == duration


@pytest.mark.parametrize(
    ("stated", "measured", "line"),
    [
        ((), 60.0, None),
        ((3600.0,), None, None),
        ((2052.0, 2040.0), 2050.0, None),
        ((3600.0,), 60.0, "said to last 1:00:00, but its recording lasts 1:00"),
        ((2052.0, 3600.0), 2050.0, "said to last 1:00:00 or 34:12, but its recording lasts 34:10"),
        ((2052.0, 3600.0), None, "its sources say that it lasts 1:00:00 or 34:12"),
    ],
)
def test_durations_that_contradict_are_told(
    stated: tuple[float, ...], measured: float | None, line: str | None
) -> None:
    """Each stated one, the newest first, and the measured one."""
    items = tuple(Item(f"g{n}", "a feed", duration=seconds) for n, seconds in enumerate(stated)) or (
        Item("g", "a feed"),
    )
    record = Record(facts_of("tea-1", Show("tea", "Tea"), items), items)
    assert duration_doubt(record, measured) == line
