"""No word has a time after its recording ends, and the outcome says when a text runs further."""

from ingest.captions.cues import Cue
from ingest.timing.recorded import runs_past_the_end, within_recording
from ingest.transcript import OfficialTurn, Turn, Word


def _turn(start: float | None, end: float | None) -> Turn:
    if start is None or end is None:
        return Turn("Ida Moss", "We sail", words=(Word("We"), Word("sail")))
    middle = (start + end) / 2
    words = (Word("We", start, middle), Word("sail", middle, end))
    return Turn("Ida Moss", "We sail", start, end, "published", 0.5, words=words)


def test_turns_after_the_end_keep_their_words_and_lose_their_times() -> None:
    """Speech that a text puts after the end is still there, without a time that nobody can jump to."""
    first, over, after, untimed = within_recording(
        [_turn(50.0, 55.0), _turn(58.0, 64.0), _turn(70.0, 75.0), _turn(None, None)], 60.0
    )
    assert first == _turn(50.0, 55.0) and untimed == _turn(None, None)
    assert (over.start, over.end, over.timing) == (58.0, 60.0, "published")
    assert [(word.start, word.end) for word in over.words] == [(58.0, 60.0), (None, None)]
    assert after == _turn(None, None)


def test_without_a_measured_end_all_times_stay() -> None:
    """A stated duration alone, which may be wrong, removes no time."""
    assert within_recording([_turn(70.0, 75.0)], None) == (_turn(70.0, 75.0),)


def test_a_text_that_runs_past_the_end_is_told() -> None:
    """The line names both times; a few seconds more are no contradiction, and printed times need a measured end."""
    cues = [Cue(0.0, 5.0, "We sail"), Cue(80.0, 85.0, "Good night")]
    told = "its captions run to 1:25, but its recording ends at 1:00: nothing after that has a time"
    assert runs_past_the_end(cues, (), 60.0, 120.0) == told
    assert runs_past_the_end(cues, (), None, 60.0) == "its captions run to 1:25, but it is said to last 1:00"
    assert runs_past_the_end(cues, (), 83.0, None) is None
    assert runs_past_the_end(cues, (), None, None) is None
    printed = [OfficialTurn("Ida Moss", "We sail", 540.0)]
    told = "its printed times run to 9:00, but its recording ends at 1:00: nothing after that has a time"
    assert runs_past_the_end((), printed, 60.0, None) == told
    assert runs_past_the_end((), printed, None, 60.0) is None
