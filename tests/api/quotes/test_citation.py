"""Which stretch of a recording is played for a quote."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from api.episodes.player import Player
from api.quotes.citation import Citation, PlayedStretch, fragment, played, played_from, stretch
from ingest.transcript import Episode, Show

AUDIO = "https://example.org/1.mp3"
EPISODE = Episode("harbour-1-aaaa", "h1", Show("harbour", "The Harbour Podcast"), duration=600.0)
CITATION = Citation(
    "harbour-1-aaaa.0.3.0123456789", "Three whole words.", None, None, EPISODE, 0, 46.0, 51.9, "aligned", 0.4,
    "/quotes/harbour-1-aaaa.0.3.0123456789", None, 0.0, None,
)  # fmt: skip


def test_it_begins_a_second_before_and_ends_a_second_after() -> None:
    """A time that is known well has a second on both sides."""
    assert stretch(CITATION) == (45.0, 52.9)


def test_a_time_that_may_be_wrong_has_that_much_on_both_sides() -> None:
    """An estimate that may be 30 seconds wrong is played from 30 seconds before."""
    assert stretch(replace(CITATION, timing="estimated", timing_error=30.0)) == (16.0, 81.9)


def test_it_stays_inside_the_recording() -> None:
    """Nothing begins before 0 or ends after the recording."""
    assert stretch(replace(CITATION, start=0.3)) == (0.0, 52.9)
    assert stretch(replace(CITATION, start=590.0, end=599.5)) == (589.0, 600.0)


def test_what_has_no_time_has_no_stretch() -> None:
    """Without a start there is nothing to play from; without an end it plays on."""
    assert stretch(replace(CITATION, start=None, end=None)) is None
    assert stretch(replace(CITATION, end=None)) == (45.0, None)
    assert stretch(replace(CITATION, timing_error=None)) == (45.0, 52.9)


def test_a_stretch_is_a_media_fragment() -> None:
    """Browsers read it without a script."""
    assert fragment(45.0, 52.9) == "#t=45.0,52.9"
    assert fragment(45.0, None) == "#t=45.0"


def test_what_is_played_depends_on_what_is_known() -> None:
    """Without a recording nothing, without a time the whole of it, else the stretch as a media fragment."""
    player = Player(AUDIO, 600.0, 0.0)
    assert played(CITATION, replace(player, address=None)) is None
    assert played(replace(CITATION, start=None, end=None), player) == PlayedStretch(AUDIO, duration=600.0)
    assert played(CITATION, player) == PlayedStretch(f"{AUDIO}#t=45.0,52.9", 45.0, 52.9, duration=600.0)
    assert played_from(CITATION, player) == PlayedStretch(f"{AUDIO}#t=46.0,51.9", 46.0, 51.9, duration=600.0)


def test_where_a_browser_is_far_off_it_begins_as_much_earlier() -> None:
    """It may be off to either side: the quote is never missed, and may come twice as late after the beginning."""
    player = Player(AUDIO, 600.0, 8.25)
    assert played_from(CITATION, player) == PlayedStretch(f"{AUDIO}#t=37.75,60.15", 37.75, 60.15, 17, 600.0)
    at_the_edges = played(replace(CITATION, start=3.0, end=599.0), player)
    assert at_the_edges is not None
    assert (at_the_edges.begin, at_the_edges.end) == (0.0, 600.0)


@given(st.floats(0, 600), st.floats(0, 30), st.floats(0, 120), st.floats(1, 700) | st.none())
def test_the_quote_lies_inside(start: float, length: float, error: float, duration: float | None) -> None:
    """Whatever the times are, the stretch holds the quote, to a hundredth of a second, and is never negative."""
    episode = replace(EPISODE, duration=duration)
    end = start + length
    found = stretch(replace(CITATION, start=start, end=end, timing_error=error, episode=episode))
    assert found is not None
    begin, until = found
    assert until is not None
    assert 0 <= begin <= start + 0.005
    assert until >= end - 0.005
