"""Where a reader is in an episode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.episodes.timeline import spoken_at
from ingest.text.clock import clock, seconds_of
from ingest.transcript import Turn

TURNS = (Turn("A", "One.", 5.0), Turn("B", "Two."), Turn("A", "Three.", 20.5), Turn("B", "Moved.", 10.0))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("192", 192.0),
        ("192.4", 192.4),
        ("3:12", 192.0),
        ("1:02:03", 3723.0),
        ("1:02:03,5", 3723.5),
        (" 0 ", 0.0),
        ("", None),
        ("-5", None),
        ("1e9", None),
        ("nan", None),
        ("inf", None),
        ("12:", None),
        ("٣", 3.0),
        ("9" * 400, None),
        ("192#turn", None),
    ],
)
def test_a_time_is_read_as_people_and_scripts_write_it(text: str, seconds: float | None) -> None:
    """Seconds or a clock; anything else is no time, and no error."""
    assert seconds_of(text) == seconds


@given(st.integers(0, 10**9))
def test_a_clock_that_is_shown_can_be_typed(seconds: int) -> None:
    """What pages print as a time is read as that time."""
    assert seconds_of(clock(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "turn"), [(None, None), (4.9, None), (5.0, 0), (9.9, 0), (12.0, 3), (20.5, 2), (9999.0, 2)]
)
def test_the_turn_that_is_spoken_is_the_one_that_began_last(seconds: float | None, turn: int | None) -> None:
    """Turns without a time are none, and one that was moved counts where it is heard."""
    assert spoken_at(TURNS, seconds) == turn
    assert spoken_at((), 5.0) is None
