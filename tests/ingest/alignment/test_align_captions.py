"""Official words on captions, whose words are spread evenly over each cue."""

import pytest

from ingest.alignment.align import align
from ingest.alignment.cue_word_times import respread_cue_words
from ingest.transcript import HeardWord, OfficialTurn


def cue(text: str, start: float, end: float) -> list[HeardWord]:
    """The words of a caption in proportion to their letters, as `ingest.captions.turns` gives them."""
    words = text.split()
    letters = sum(map(len, words))
    spread, passed = [], 0
    for word in words:
        begin = start + (end - start) * passed / letters
        passed += len(word)
        spread.append(HeardWord(word, round(begin, 3), round(start + (end - start) * passed / letters, 3)))
    return spread


def test_a_cue_keeps_its_edges_and_its_order() -> None:
    """Words set anew stay inside their cue, in order, one after the other."""
    words = respread_cue_words(cue("It cost 1.4 cents. Wow. And so there is a lot.", 10.0, 14.0), ())
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert (times[0], times[-1]) == pytest.approx((10.0, 14.0))


def test_numbers_take_the_time_of_their_words() -> None:
    """ "1.4" is said as three words, so what follows it begins later than its letters let expect."""
    before = cue("It cost 1.4 cents and then", 0.0, 3.0)
    assert respread_cue_words(before, ())[3].start > before[3].start


def test_people_pause_before_another_speaks() -> None:
    """A word with which somebody else begins is later than the same word within a sentence."""
    words = cue("so that is it yeah exactly what I think", 0.0, 4.0)
    assert respread_cue_words(words, {4})[4].start > respread_cue_words(words, ())[4].start


def test_a_window_of_whisper_with_a_few_words_holds_them_at_its_start() -> None:
    """Seven words over thirty seconds are the first seven; the rest was lost."""
    words = respread_cue_words(cue("Yeah, definitely. It's a complicated problem, right?", 100.0, 130.0), ())
    assert words[0].start == 100.0
    assert words[-1].end < 105.0


def test_a_short_cue_that_is_too_long_begins_with_silence() -> None:
    """One word in four seconds is nearer to their end than to their beginning if somebody else says it."""
    assert respread_cue_words([HeardWord("Nice.", 20.0, 24.0)], {0})[0].start > 20.5


def test_words_timed_one_by_one_stay() -> None:
    """A recogniser's own word times are not touched."""
    words = [HeardWord("we", 0.1, 0.2), HeardWord("moved", 0.2, 0.9), HeardWord("it", 1.4, 1.45)]
    assert respread_cue_words(words, ()) == words


def test_turns_in_captions_get_the_times_of_their_cues() -> None:
    """Turns that begin with a cue begin where it does, give or take a quarter of a second."""
    texts = [("Who runs it?", 0.0, 1.0), ("The platform team, with three people.", 1.0, 3.5), ("Only three?", 3.5, 4.3)]
    heard = [word for text, start, end in texts for word in cue(text, start, end)]
    turns, _ = align([OfficialTurn("AB"[i % 2], text) for i, (text, _, _) in enumerate(texts)], heard, 5.0, 0.5)
    assert [turn.start for turn in turns] == pytest.approx([0.0, 1.0, 3.5], abs=0.25)
    assert [turn.timing_error for turn in turns] == [0.7] * 3
