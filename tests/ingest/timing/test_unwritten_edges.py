"""An inserted stretch is stated from the middle of the pause before it to the middle of the pause after it."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.timing.pauses import Pause
from ingest.timing.unwritten_edges import widen_to_pauses
from ingest.transcript import Unwritten

ADVERT = Unwritten("buy a mattress now", 101.0, 110.0)


def test_it_ends_in_the_middle_of_its_pauses() -> None:
    """Heard words begin late and end early; the silence is shared with what is around. Short pauses inside stay."""
    pauses = [Pause(99.8, 100.8), Pause(101.4, 101.5), Pause(109.2, 109.3), Pause(110.2, 111.8)]
    (found,) = widen_to_pauses([ADVERT], pauses)
    assert (found.text, found.start, found.end) == (ADVERT.text, 100.3, 111.0)


def test_it_takes_at_most_a_second_of_silence() -> None:
    """A minute of silence does not belong to an advert."""
    (found,) = widen_to_pauses([ADVERT], [Pause(40.0, 100.9), Pause(110.1, 170.0)])
    assert (found.start, found.end) == (99.9, 111.1)


def test_without_pauses_its_times_stay() -> None:
    """Where nothing pauses near it, the heard words' times are the best there are."""
    assert widen_to_pauses([ADVERT], []) == (ADVERT,)
    assert widen_to_pauses([ADVERT], [Pause(90.0, 91.0), Pause(105.0, 106.0), Pause(120.0, 121.0)]) == (ADVERT,)


@given(
    st.lists(st.floats(0, 200), min_size=2, max_size=30, unique=True).map(sorted),
    st.tuples(st.floats(0, 200), st.floats(0, 200)).map(sorted),
)
def test_it_never_ends_before_it_begins(edges: list[float], times: list[float]) -> None:
    """Whatever the pauses, a stretch keeps its middle."""
    pauses = [Pause(*pair) for pair in zip(edges[::2], edges[1::2], strict=False)]
    stretch = Unwritten("one two three", *times)
    (found,) = widen_to_pauses([stretch], pauses)
    assert found.start <= (stretch.start + stretch.end) / 2 <= found.end
