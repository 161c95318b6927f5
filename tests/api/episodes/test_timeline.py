"""The picture of an episode: who speaks when, as numbers that can be computed by hand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.episodes.timeline import MOST_SPEAKERS, NOBODY, WIDTH, Stripe, place, ticks, timeline_of
from ingest.transcript import Episode, Show, Timing, Transcript, Turn

# Speaker, start, end in seconds.
Line = tuple[str | None, float | None, float | None]


def transcript_of(lines: list[Line], duration: float | None = 100.0, timing: Timing = "aligned", **more) -> Transcript:
    episode = Episode("tea-1-aaaa", "t1", Show("tea", "Tea"), duration=duration)
    turns = (Turn(who, "Words.", start, end, None if start is None else timing) for who, start, end in lines)
    return Transcript(episode, tuple(turns), **more)


TALK: list[Line] = [("Ann", 0.0, 20.0), ("Bob", 20.0, 70.0), ("Ann", 80.0, 90.0), (None, 90.0, 100.0)]


def test_each_speaker_has_a_strip_with_spans_where_they_speak() -> None:
    """100 seconds over a width of 1,000: Ann speaks for 30, a third of all speech, at 0 and at 80 seconds."""
    timeline = timeline_of(transcript_of(TALK))
    assert timeline is not None
    assert timeline.duration == 100.0
    ann, bob, nobody = timeline.strips
    assert (ann.label, ann.turns, ann.seconds, ann.first) == ("Ann", 2, 30.0, 0.0)
    assert ann.share == pytest.approx(30 / 90)
    assert ann.spans == (Stripe(0.0, 200.0), Stripe(800.0, 100.0))
    assert ann.path == "M0 0h200v1h-200zM800 0h100v1h-100z"
    assert bob.spans == (Stripe(200.0, 500.0),)
    assert (nobody.label, nobody.first) == (NOBODY, 90.0)
    assert timeline.estimated == ()


def test_labels_of_one_person_share_a_strip() -> None:
    """An alias counts as the name it stands for."""
    timeline = timeline_of(transcript_of([("Ann", 0.0, 5.0), ("AL", 5.0, 9.0)], aliases={"AL": "Ann"}))
    assert timeline is not None
    assert [(strip.label, strip.turns) for strip in timeline.strips] == [("Ann", 2)]


def test_the_six_who_speak_longest_have_strips_and_the_rest_share_one() -> None:
    """Nine speakers, of whom the first three speak least: their strip is called "3 others"."""
    lines: list[Line] = [(f"P{n}", 10.0 * n, 10.0 * n + 1 + n) for n in range(9)]
    timeline = timeline_of(transcript_of(lines))
    assert timeline is not None
    assert len(timeline.strips) == MOST_SPEAKERS + 1
    assert (timeline.strips[0].label, timeline.strips[0].turns) == ("3 others", 3)
    seven = timeline_of(transcript_of(lines[:7]))
    assert seven is not None
    assert [strip.label for strip in seven.strips] == [f"P{n}" for n in range(7)]


def test_guessed_times_are_said_to_be_guessed() -> None:
    """What is estimated is a stretch of its own; turns that touch are one."""
    timeline = timeline_of(transcript_of(TALK, timing="estimated"))
    assert timeline is not None
    assert timeline.estimated == (Stripe(0.0, 700.0), Stripe(800.0, 200.0))


def test_a_turn_without_an_end_lasts_until_the_next_and_without_a_start_is_left_out() -> None:
    """Untimed turns have no place; without any time there is no picture."""
    timeline = timeline_of(transcript_of([("Ann", 10.0, None), ("Bob", None, None), ("Bob", 40.0, None)]))
    assert timeline is not None
    assert [strip.spans for strip in timeline.strips] == [(Stripe(100.0, 300.0),), (Stripe(400.0, 1.0),)]
    assert timeline_of(transcript_of([("Ann", None, None)])) is None
    assert timeline_of(transcript_of([])) is None


def test_speech_beyond_the_stated_duration_widens_the_picture() -> None:
    """Nothing is drawn outside; without a duration the last end is it."""
    longer = timeline_of(transcript_of([("Ann", 0.0, 50.0), ("Bob", 150.0, 200.0)], duration=100.0))
    unknown = timeline_of(transcript_of([("Ann", 0.0, 50.0), ("Bob", 150.0, 200.0)], duration=None))
    assert longer is not None
    assert longer == unknown
    assert longer.duration == 200.0


def test_what_cannot_be_seen_apart_is_drawn_as_one() -> None:
    """Four hours of 3,000 turns by two people: at most one span for every unit of the width that is used and free."""
    lines: list[Line] = [(("Ann", "Bob")[n % 2], 4.8 * n, 4.8 * n + 4.8) for n in range(3000)]
    timeline = timeline_of(transcript_of(lines, duration=14_400.0))
    assert timeline is not None
    assert sum(len(strip.path) for strip in timeline.strips) < 20_000


def test_times_on_the_axis_are_round() -> None:
    """Every 30 seconds of 163, every 15 minutes of 68 minutes, hours of 4 hours; never more than seven."""
    assert ticks(163.0) == (0, 30, 60, 90, 120, 150)
    assert ticks(4086.0) == (0, 900, 1800, 2700, 3600)
    assert ticks(14_400.0) == (0, 3600, 7200, 10_800, 14_400)
    assert place(30.0, 120.0) == 250.0
    assert (place(-5.0, 120.0), place(500.0, 120.0)) == (0.0, WIDTH)


SECONDS = st.floats(0, 20_000, allow_nan=False)


@given(
    st.lists(st.tuples(st.none() | st.sampled_from("ABCDEFGHIJ"), st.none() | SECONDS, st.none() | SECONDS)),
    st.none() | st.floats(0.1, 10_000),
)
def test_every_picture_lies_in_its_width(lines: list[Line], duration: float | None) -> None:
    """Whatever the times, spans are in order, apart, visible and inside; every timed turn is counted once."""
    timeline = timeline_of(transcript_of(lines, duration))
    if timeline is None:
        assert all(start is None for _, start, _ in lines)
        return
    assert sum(strip.turns for strip in timeline.strips) == sum(start is not None for _, start, _ in lines)
    assert len(timeline.strips) <= MOST_SPEAKERS + 1
    assert sum(strip.share for strip in timeline.strips) == pytest.approx(1.0) or not any(
        strip.seconds for strip in timeline.strips
    )
    for strip in timeline.strips:
        assert strip.spans
        for span in strip.spans:
            assert span.x >= 0 and span.width >= 1.0 and span.x + span.width <= WIDTH + 0.05
        for one, other in pairwise(strip.spans):
            assert one.x + one.width < other.x
    assert len(ticks(timeline.duration)) <= 7
