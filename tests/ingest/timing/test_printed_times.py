"""Times printed in the official text are the publisher's own, as exact as printed, and dropped where they cannot be."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions.turns import Cue, turns_of
from ingest.export import render
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.shownotes.parse import OfficialText, parse_notes
from ingest.sources import register_source
from ingest.speech.heard import Heard
from ingest.stages.assemble import assemble
from ingest.timing.printed_times import error_within, place_at_printed_times, time_problems, without_impossible_times
from ingest.transcript import Episode, HeardWord, OfficialTurn, Show, Transcript, Turn, from_json, to_json
from tests.growth import LINEAR, growth

EPISODE = Episode("gds-1-abcd", "guid", Show("gds", "GDS Podcast"), title="Sprint", duration=100.0)


def official(*parts: tuple[float | None, int]) -> list[OfficialTurn]:
    """Turns of this many words with these printed seconds; two speakers in turn."""
    return [
        OfficialTurn("Ann Lee" if number % 2 == 0 else "Bob Ray", " ".join(["word"] * words), start)
        for number, (start, words) in enumerate(parts)
    ]


def starts(turns) -> list[float | None]:
    return [turn.start for turn in turns]


def test_printed_times_are_published_and_words_fill_the_time_between_them() -> None:
    """25 words in the 10 s up to the next printed time: 0.4 s each; the last turn runs on to the end."""
    first, last = place_at_printed_times(official((0.0, 25), (10.0, 243)), 100.0, complete=True)
    assert (first.start, first.end, first.timing, first.timing_error) == (0.0, pytest.approx(10.0), "published", 1.0)
    assert [word.start for word in first.words[:3]] == pytest.approx([0.0, 0.4, 0.8])
    assert (last.start, last.end, last.timing) == (10.0, pytest.approx(100.0), "published")


def test_a_pause_does_not_slow_speech_down() -> None:
    """Nine words before a minute of music take 5 s (1.8 a second), not the minute."""
    assert place_at_printed_times(official((0.0, 9), (60.0, 5)), None, complete=True)[0].end == pytest.approx(5.0)


def test_too_little_time_does_not_rush_speech() -> None:
    """Twenty words in 2 s run into the next turn at 5 words a second."""
    assert place_at_printed_times(official((0.0, 20), (2.0, 5)), None, complete=True)[0].end == pytest.approx(4.0)


def test_a_turn_without_a_printed_time_lies_between_its_neighbours() -> None:
    """Its time is an estimate by Law 2: 15 s and a tenth of the distance from the nearer printed time."""
    _, between, _ = place_at_printed_times(official((10.0, 25), (None, 50), (40.0, 5)), None, complete=True)
    assert (between.start, between.end) == pytest.approx((20.0, 40.0))
    assert (between.timing, between.timing_error) == ("estimated", pytest.approx(15 + 0.1 * 15))


def test_an_estimate_between_distant_times_admits_the_silence() -> None:
    """Where words fill 50 of 290 s nobody knows where the pause is: it counts to the error."""
    _, between, _ = place_at_printed_times(official((10.0, 45), (None, 45), (300.0, 5)), None, complete=True)
    assert (between.start, between.end) == pytest.approx((35.0, 60.0))
    assert between.timing_error == pytest.approx(15 + 0.1 * 50 + 240)


def test_turns_before_the_first_and_after_the_last_printed_time_are_estimates() -> None:
    """Before it they fill the time from 0; after it they run on at 2.7 words a second and have no time past the end."""
    turns = place_at_printed_times(
        official((None, 25), (10.0, 27), (None, 27), (None, 27), (None, 27)), 45.0, complete=False
    )
    assert starts(turns) == [0.0, 10.0, pytest.approx(20.0), pytest.approx(30.0), pytest.approx(40.0)]
    assert [turn.timing for turn in turns] == ["estimated", "published", *["estimated"] * 3]
    assert turns[4].words[-1].start is None
    assert turns[4].end == 45.0
    assert turns[3].timing_error == pytest.approx(15 + 0.1 * 30)


@pytest.mark.parametrize(
    ("times", "error"),
    [
        ((0.0, 61.0), 1.0),
        ((60.0, 120.0, 180.0, 240.0), 60.0),
        ((60.0, 120.0, 180.0, 190.0), 10.0),
        ((60.0, 120.0, 180.0), 1.0),
        ((0.5, 61.0), 0.5),
    ],
)
def test_the_error_is_the_printed_precision(times: tuple[float, ...], error: float) -> None:
    """Whole seconds, tenths, or what all of several times are rounded to."""
    placed = place_at_printed_times(official(*((time, 5) for time in times)), None, complete=True)
    assert {turn.timing_error for turn in placed} == {error}


def test_marks_take_no_time() -> None:
    """A mark has no time of its own; a turn of marks alone keeps its printed one."""
    turns = [OfficialTurn("A", "one [laughs] two", 4.0), OfficialTurn("B", "[laughs]", 5.0)]
    spoken, silent = place_at_printed_times(turns, None, complete=True)
    assert [word.start for word in spoken.words] == [4.0, None, 4.5]
    assert (silent.start, silent.end, silent.timing, silent.words[0].start) == (5.0, 5.0, "published", None)


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ((0, 30, 12, 90), (0, 30, None, 90)),
        ((0, 4000, 60, 90), (0, None, 60, 90)),
        ((0, 30, 34, 90), (0, 30, None, 90)),
        ((0, 30, 60, 59), (0, 30, 60, None)),
    ],
)
def test_a_time_that_contradicts_the_others_is_dropped(times: tuple[float, ...], kept: tuple[float | None]) -> None:
    """One time that is too early, late or hasty for 100 words does not take those after it along."""
    found = without_impossible_times(official(*((float(time), 100) for time in times)), None)
    assert tuple(starts(found.turns)) == kept
    assert len(found.problems) == 1
    assert "run backwards or leave no time to speak are not used: turn " in found.problems[0]


def test_turns_that_interrupt_each_other_keep_their_times() -> None:
    """Times a few seconds back or in the same second are those of people who talk at once."""
    turns = official((10.0, 5), (8.0, 5), (12.0, 1), (12.0, 1), (12.0, 1))
    assert without_impossible_times(turns, None) == without_impossible_times(
        without_impossible_times(turns, None).turns, None
    )
    assert starts(without_impossible_times(turns, None).turns) == [10.0, 8.0, 12.0, 12.0, 12.0]


def test_times_past_the_end_are_dropped_by_name() -> None:
    """A duration of whole minutes may be a minute too short; any other is the end."""
    turns = official((0.0, 5), (130.0, 5))
    assert without_impossible_times(turns, 119.0).problems == (
        "printed times that are past the end of the recording are not used: turn 1 at 2:10",
    )
    assert starts(without_impossible_times(turns, 119.0).turns) == [0.0, None]
    assert without_impossible_times(turns, 120.0).problems == ()


def test_hours_and_minutes_are_not_taken_for_minutes_and_seconds() -> None:
    """A publisher who prints "00:12" for twelve minutes would have everybody speak 40 words a second."""
    turns = official(*((float(minute), 40) for minute in range(12)))
    found = without_impossible_times(turns, 720.0)
    assert set(starts(found.turns)) == {None}
    assert len(found.problems) == 1


def cues(turns, delay: float = 0.0) -> list[Cue]:
    texts = ["the service was moved in one night", "and nobody noticed that anything had changed at all"]
    return [Cue(10.0 * place + delay, 10.0 * place + delay + 4, texts[place % 2]) for place in range(len(turns))]


TALK = (
    OfficialTurn("Ann Lee", "The service was moved in one night.", 0.0),
    OfficialTurn("Bob Ray", "And nobody noticed that anything had changed at all.", 10.0),
)


def test_heard_words_come_before_printed_times() -> None:
    """Captions that hold the words align them; printed times 30 s off are named as a doubt and not used."""
    turns = assemble(EPISODE, OfficialText(TALK), cues(TALK, delay=30.0), None).turns
    assert [turn.timing for turn in turns] == ["aligned", "aligned"]
    assert turns[0].start == pytest.approx(30.0, abs=1.0)
    assert time_problems(TALK, turns, 100.0) == (
        "printed times and recording differ by 30 s (median): one of them is a different edit",
    )
    assert time_problems(TALK, assemble(EPISODE, OfficialText(TALK), cues(TALK), None).turns, 100.0) == ()


def test_another_recording_leaves_the_printed_times() -> None:
    """Where nothing of the text was heard, what the publisher prints is better than a guess."""
    heard = Heard(tuple(HeardWord("tea", float(s), s + 0.5) for s in range(50)), "en", "engine", "model", 50.0)
    found = assemble(EPISODE, OfficialText(TALK, marked=True), (), heard)
    assert [(turn.start, turn.timing) for turn in found.turns] == [(0.0, "published"), (10.0, "published")]
    assert found.divergence is not None
    assert found.divergence.coverage < 0.3


def test_impossible_times_are_told_at_the_door(tmp_path) -> None:
    """The outcome of an episode names printed times that were not used; the others are."""
    notes = tmp_path / "talk.txt"
    speech = " ".join(["We moved the service step by step and nobody noticed."] * 10)
    lines = [
        f"Ann Lee: [{time}] {speech}\n\nBob Ray: Yes, that is how it was done." for time in ("0:02", "5:00", "1:30")
    ]
    notes.write_text("Talk\n\nTranscript\n\n" + "\n\n".join(lines))
    source = register_source(str(notes), tmp_path / "home")
    outcome = ingest_episode(source.episodes[0], tmp_path / "home", IngestSettings(audio=False))
    assert outcome.status == "ingested"
    assert "times estimated/published" in outcome.message
    assert "printed times that run backwards or leave no time to speak are not used: turn" in outcome.message


def test_our_markdown_comes_back_with_its_times() -> None:
    """Turns and starts to the second survive Markdown; "[about 0:40]" is neither text nor a printed time."""
    turns = (
        Turn("Ann Lee", "Hello and welcome to the show. How are you today?", 3.2, 9.0, "aligned", 0.5),
        Turn("Bob Ray", "[laughs] I am fine, thank you.\nAnd so we moved.", 9.9, 14.0, "published", 1.0),
        Turn("Ann Lee", "[laughs]", 14.0, 14.5, "published", 1.0),
        Turn("Bob Ray", "It took us nineteen months and two rehearsals.", 40.9, 45.0, "estimated", 17.0),
        Turn(None, "Who is there?", 50.9, 52.0, "published", 1.0),
        Turn("Ann Lee", "Nobody. Goodbye then, and see you next week.", 60.0, 63.0, "heard", 0.5),
    )
    back = assemble(EPISODE, parse_notes(render(Transcript(EPISODE, turns), "md")), (), None)
    assert [(turn.speaker, turn.text) for turn in back.turns] == [(turn.speaker, turn.text) for turn in turns]
    assert starts(back.turns)[:3] == [3.0, 9.0, 14.0]
    assert starts(back.turns)[4:] == [50.0, 60.0]
    assert [turn.timing for turn in back.turns] == [*["published"] * 3, "estimated", *["published"] * 2]
    again = assemble(EPISODE, parse_notes(render(back, "md")), (), None)
    assert again == back


times = st.none() | st.integers(0, 600).map(float) | st.floats(0, 600)
parts = st.lists(st.tuples(times, st.integers(0, 40)), max_size=12)


@given(parts, st.none() | st.floats(0.1, 700), st.booleans())
def test_printed_times_stand_and_words_run_forwards(parts, duration: float | None, complete: bool) -> None:
    """No word is lost; what is plausible keeps its time, and words never run backwards in their turn."""
    kept = without_impossible_times(official(*parts), duration).turns
    turns = place_at_printed_times(kept, duration, complete)
    assert [len(turn.words) for turn in turns] == [words for _, words in parts]
    for printed, turn in zip(kept, turns, strict=True):
        if printed.start is not None:
            assert (turn.start, turn.timing) == (printed.start, "published")
        edges = [time for word in turn.words for time in (word.start, word.end) if time is not None]
        assert all(before <= after + 1e-9 for before, after in pairwise(edges))
        assert turn.start is None or not edges or (turn.start <= edges[0] and edges[-1] <= turn.end)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), min_size=1, max_size=20), st.data())
def test_true_times_are_never_dropped_and_one_wrong_one_takes_few_along(talk, data) -> None:
    """Times of people who speak 2 to 3 words a second with pauses stay; a wrong one costs none but itself."""
    now, printed = 0.0, []
    for pause, words in talk:
        now += pause
        printed.append((float(int(now)), words))
        now += words / 2.5
    turns = official(*printed)
    assert starts(without_impossible_times(turns, None).turns) == [start for start, _ in printed]
    if len(turns) > 4:
        wrong = data.draw(st.integers(0, len(turns) - 1))
        misprinted = [replace(t, start=t.start + 5000) if i == wrong else t for i, t in enumerate(turns)]
        kept = starts(without_impossible_times(misprinted, None).turns)
        assert [kept[i] for i in range(len(turns)) if i != wrong] == [
            start for i, (start, _) in enumerate(printed) if i != wrong
        ]


def test_ten_thousand_times_are_weighed_in_proportion() -> None:
    """Near-linear: hostile notes with a time on every line do not stop an ingest."""

    def weighed(size: int) -> None:
        turns = [OfficialTurn("A", "[laughs]", 0.0)] * size + official(*((9.0, 3),) * size)
        assert (
            len(place_at_printed_times(without_impossible_times(turns, 3600.0).turns, 3600.0, complete=True))
            == 2 * size
        )

    assert growth(weighed, 625) < LINEAR


def test_a_place_within_a_turn_is_less_sure_than_its_printed_start() -> None:
    """The first word is known to the second; a word 8 s into 20 s of evenly spread words to 1 + 0.3 · 8 s."""
    turn, _ = place_at_printed_times(official((10.0, 50), (30.0, 5)), None, complete=True)
    assert error_within(turn, 10.0, 10.4) == pytest.approx(1.0 + 0.3 * 0.4)
    assert error_within(turn, 18.0, 18.0) == pytest.approx(1.0 + 0.3 * 8)
    assert error_within(turn, 26.0, 30.0) == pytest.approx(1.0 + 0.3 * 4)
    assert error_within(turn, 10.0, 30.0) == pytest.approx(1.0)


def test_an_end_that_nobody_printed_makes_nothing_sure() -> None:
    """Before a minute of music, or after the last printed time, only the turn's start is known."""
    slow, last = place_at_printed_times(official((0.0, 18), (60.0, 54)), None, complete=True)
    assert slow.end == pytest.approx(10.0)
    assert error_within(slow, 9.0, 10.0) == pytest.approx(1.0 + 0.3 * 10)
    assert last.end == pytest.approx(80.0)
    assert error_within(last, 60.0, 80.0) == pytest.approx(1.0 + 0.3 * 20)


def test_rounding_and_moved_edges_hide_no_spreading() -> None:
    """As read back from the library, and with its first and last words moved to the recording's pauses."""
    turn, _ = place_at_printed_times(official((10.0, 27), (20.0, 5)), None, complete=True)
    rounded = from_json(to_json(Transcript(EPISODE, (turn,)))).turns[0]
    assert error_within(rounded, 15.0, 15.0) == pytest.approx(1.0 + 0.3 * 5)
    moved = replace(rounded.words[0], start=9.5, end=10.1), *rounded.words[1:-1], replace(rounded.words[-1], end=19.7)
    assert error_within(replace(rounded, words=moved), 15.0, 15.0) == pytest.approx(1.0 + 0.3 * 5)


def test_captions_are_as_sure_within_a_turn_as_at_its_start() -> None:
    """Their words last as long as they sound, in a cue with times of its own; without times there is no bound."""
    spoken = turns_of((Cue(0.0, 10.0, "We moved every single harbour record to the new platform in May", "Ann Lee"),))[
        0
    ]
    assert error_within(spoken, 5.0, 6.0) == spoken.timing_error == 0.5
    assert error_within(Turn("Ann Lee", "Hello there."), 5.0, 6.0) is None


@pytest.mark.parametrize("timing", ["aligned", "heard", "estimated"])
def test_only_published_times_are_less_sure_within_a_turn(timing) -> None:
    """The bound of an estimate covers its words already, and what was heard has times of its own."""
    turn, _ = place_at_printed_times(official((10.0, 50), (30.0, 5)), None, complete=True)
    assert error_within(replace(turn, timing=timing, timing_error=17.0), 20.0, 21.0) == 17.0
