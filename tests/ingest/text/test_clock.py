"""Times of a recording as text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.clock import TIME, TIME_RANGE, clock, range_of, seconds_of, timestamp


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [
        ("0:14", 14.0),
        ("00:14", 14.0),
        ("(00:14)", 14.0),
        ("[1:02:03]", 3723.0),
        ("<00:14.5>", 14.5),
        ("123:45", 7425.0),
        ("1:02:03.5", 3723.5),
        ("01:02:03,500", 3723.5),
        ("0:00:05.123456", 5.123456),
        ("00:00:01:500", 1.5),
        ("00:00:01:00", 1.0),
        ("1h02m03s", 3723.0),
        ("1h 2m 3s", 3723.0),
        ("1h2m", 3720.0),
        ("62m5s", 3725.0),
        ("0.860", 0.86),
        ("192,4", 192.4),
        ("34 min", 2040.0),
        ("1 hour and 5 minutes", 3900.0),
        ("1 hr. 5 mins.", 3900.0),
        ("PT34M12S", 2052.0),
        ("P0DT1H2M3S", 3723.0),
        ("1:2:3:4", None),
        ("00:00:01:5", None),
        ("()", None),
        ("h", None),
        ("pt", None),
        ("12 o'clock", None),
        ("10:30 am", None),
        ("John 3:16", None),
    ],
)
def test_a_time_of_every_shape_is_read(printed: str, seconds: float | None) -> None:
    """Clocks, seconds, units, and brackets around them; text that only holds a time is none."""
    assert seconds_of(printed) == seconds


@given(
    seconds=st.integers(0, 359_999),
    rate=st.sampled_from([24, 25, 30, 50, 60]),
    frame=st.integers(0, 59),
    colon=st.sampled_from(":;"),
)
def test_a_time_with_frames_is_right_to_half_a_second(seconds: int, rate: int, frame: int, colon: str) -> None:
    """Whatever the number of frames in a second, which no transcript says."""
    frame %= rate
    printed = f"{timestamp(seconds)[:-4]}{colon}{frame:02}"
    assert re.fullmatch(TIME, printed)
    assert seconds_of(printed) == pytest.approx(seconds + frame / rate, abs=0.52)


@pytest.mark.parametrize(
    ("printed", "times"),
    [
        ("00:00:01:02 - 00:00:05:10", (1.067, 5.333)),
        ("00:01 - 00:05", (1.0, 5.0)),
        ("[00:01-00:05]", (1.0, 5.0)),
        ("(0:01 – 0:05)", (1.0, 5.0)),
        ("00:00:01,500 --> 00:00:05,000", (1.5, 5.0)),
        ("98:10 to 101:20", (5890.0, 6080.0)),
        ("1h02m03s → 1h02m09s", (3723.0, 3729.0)),
        ("0:05 - 0:05", (5.0, 5.0)),
        ("0:05 - 0:01", None),
        ("0:05", None),
        ("1 - 5", None),
        ("0:01 - 0:05 Ann", None),
        ("0:01 tomato 0:05", None),
    ],
)
def test_a_range_gives_start_and_end(printed: str, times: tuple[float, float] | None) -> None:
    """Two times with a dash, an arrow or "to" between; an end before the start makes it none."""
    assert range_of(printed) == (None if times is None else pytest.approx(times))
    if times is not None:
        assert re.fullmatch(TIME_RANGE, printed.strip("[]()"))


@given(seconds=st.floats(0, 359_999))
def test_what_is_written_is_found_and_read(seconds: float) -> None:
    """The two forms that we write match the pattern for printed times and give the seconds back."""
    for printed, error in ((clock(seconds), 1.0), (timestamp(seconds), 0.0006), (timestamp(seconds, ","), 0.0006)):
        assert re.fullmatch(TIME, printed)
        assert seconds_of(printed) == pytest.approx(seconds, abs=error)


@pytest.mark.parametrize("text", ["119:105", "1:2", "12:3", "1:234:56", "Ann", "5m", "3h", "12", "2021-10-28"])
def test_other_numbers_are_no_printed_times(text: str) -> None:
    """A verse, a ratio, a date and a bare number are not taken for times in a transcript."""
    assert re.fullmatch(TIME, text) is None
    assert re.match(TIME, text) is None


@given(st.text(alphabet="0123456789:;.,hms ()[]-", max_size=24))
def test_anything_that_looks_like_a_time_has_seconds(text: str) -> None:
    """Whatever the pattern finds is a time that can be read, and nothing raises an error."""
    seconds_of(text)
    range_of(text)
    for found in re.finditer(TIME, text):
        assert seconds_of(found.group()) is not None
