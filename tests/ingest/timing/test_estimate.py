"""Guessed times say that they are guesses (design, Law 2)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.timing.estimate import estimate
from ingest.transcript import OfficialTurn


def official(*counts: int) -> list[OfficialTurn]:
    return [OfficialTurn("A", " ".join(["word"] * count)) for count in counts]


def test_a_complete_text_is_spread_over_its_recording() -> None:
    """270 words in 100 s: the words fill the time, the error grows from both known ends."""
    first, middle, last = estimate(official(27, 216, 27), 100.0, complete=True)
    assert (first.start, last.end) == (0.0, pytest.approx(100.0))
    assert (middle.start, middle.end) == pytest.approx((10.0, 90.0))
    assert [turn.timing_error for turn in (first, middle, last)] == pytest.approx([16.0, 20.0, 16.0])
    assert {turn.timing for turn in (first, middle, last)} == {"estimated"}


@pytest.mark.parametrize(("duration", "complete"), [(1000.0, False), (1000.0, True), (None, True), (50.0, True)])
def test_any_other_text_is_placed_from_the_start(duration: float | None, complete: bool) -> None:
    """A truncated text, one that does not fit and one without a duration run at 2.7 words a second."""
    _, second = estimate(official(27, 27), duration, complete)
    assert (second.start, second.end) == pytest.approx((10.0, 20.0))
    assert second.timing_error == pytest.approx(17.0)


def test_words_past_the_end_have_no_time() -> None:
    """A text that is too long for its recording is not squeezed into it."""
    turns = estimate(official(27, 27, 27), 15.0, complete=True)
    assert turns[1].end == pytest.approx(15.0, abs=0.4)
    assert turns[1].words[-1].start is None
    assert (turns[2].start, turns[2].timing, turns[2].timing_error) == (None, None, None)


def test_marks_take_no_time() -> None:
    """A mark carries no time and does not move the words after it; a turn of marks alone has none."""
    spoken, silent = estimate([OfficialTurn("A", "one [laughs] two"), OfficialTurn("B", "[laughs]")], None, False)
    assert [word.start for word in spoken.words] == pytest.approx([0.0, None, 1 / 2.7])
    assert silent.start is None


@given(
    counts=st.lists(st.integers(0, 60), max_size=8),
    duration=st.none() | st.floats(0.1, 500),
    complete=st.booleans(),
)
def test_times_run_forwards_inside_the_recording(counts: list[int], duration: float | None, complete: bool) -> None:
    """No word is lost, times never decrease and never pass the end, the error is at least 15 s."""
    turns = estimate(official(*counts), duration, complete)
    assert [len(turn.words) for turn in turns] == counts
    times = [time for turn in turns for word in turn.words for time in (word.start, word.end) if time is not None]
    assert all(before <= after + 1e-9 for before, after in pairwise(times))
    assert all(time <= (duration or float("inf")) for time in times)
    assert all(turn.timing_error is None or turn.timing_error >= 15.0 for turn in turns)
