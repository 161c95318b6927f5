"""First words that Whisper cut short begin earlier again; all others keep their times."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.alignment.heard_lengths import lengthened
from ingest.transcript import HeardWord


def at_pace(*words: tuple[str, float], pace: float = 0.07) -> list[HeardWord]:
    """Words with the given ends, each as long as its letters take."""
    return [HeardWord(text, end - pace * len(text), end) for text, end in words]


def test_a_first_word_without_length_gets_its_usual_one() -> None:
    """Where the pause took a word's time, the word begins as much before its end as its letters take."""
    usual = at_pace(("before", 1.0), ("the", 1.3), ("pause", 1.7), ("Jonathan", 4.0), ("would", 4.4))
    cut = [*usual[:3], HeardWord("Jonathan", 4.0, 4.0), usual[4]]
    result = lengthened(cut, {3})
    assert abs(result[3].start - usual[3].start) < 0.02
    assert [*result[:3], result[4]] == [*cut[:3], cut[4]]
    assert lengthened(cut, {0}) == cut


def test_words_of_usual_length_keep_their_times() -> None:
    """What was not cut short does not change."""
    usual = at_pace(("one", 1.0), ("thousand", 2.0), ("and", 2.5))
    assert lengthened(usual, {0, 1, 2}) == usual


@given(st.lists(st.tuples(st.text("ab", max_size=12), st.floats(0, 0.5), st.floats(0, 0.9)), max_size=30))
def test_no_word_begins_before_the_one_before_it_ends(parts: list[tuple[str, float, float]]) -> None:
    """Whatever was heard, starts only move back, never into the word before, and ends stay."""
    words: list[HeardWord] = []
    clock = 0.0
    for text, gap, length in parts:
        words.append(HeardWord(text, clock + gap, clock + gap + length))
        clock = words[-1].end
    for number, (before, after) in enumerate(zip(words, lengthened(words, range(len(words))), strict=True)):
        assert (after.text, after.end) == (before.text, before.end)
        assert (words[number - 1].end if number else 0.0) <= after.start <= before.start
