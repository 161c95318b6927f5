"""Where text and recording differ, beside the turns it concerns."""

from api.episodes.differences import DivergentWords, differences_of
from ingest.transcript import Divergence, Episode, Show, Transcript, Turn, Unheard, Unwritten, Word

EPISODE = Episode("tea-1-aaaa", "t1", Show("tea", "Tea"))


def turn(text: str, start: float | None) -> Turn:
    return Turn("Ann", text, start, None if start is None else start + 5, words=tuple(map(Word, text.split())))


TURNS = (turn("One two three four five.", 10.0), turn("[laughs] Six seven eight.", 20.0), turn("Nine ten.", 30.0))


def test_words_never_heard_stand_in_their_turn() -> None:
    """A part of a turn, and a whole one whose mark nobody could hear."""
    divergence = Divergence(0.5, (Unheard(0, "two three four", 11.0, 13.0), Unheard(1, "Six seven eight.", 20.0, 24.0)))
    found = differences_of(Transcript(EPISODE, TURNS, divergence=divergence))
    assert list(found) == [0, 1]
    (part,), (whole,) = found.values()
    assert part == DivergentWords("two three four", is_heard=False, is_whole=False, start=11.0, end=13.0)
    assert whole.is_whole


def test_words_never_written_come_after_the_turn_in_which_they_are_heard() -> None:
    """Before the first turn, inside the second, after the last."""
    extras = (
        Unwritten("an advert plays", 2.0, 9.0),
        Unwritten("and so on", 22.0, 24.0),
        Unwritten("good bye all", 99.0, 101.0),
    )
    found = differences_of(Transcript(EPISODE, TURNS, divergence=Divergence(1.0, (), extras)))
    assert {number: [item.text for item in items] for number, items in found.items()} == {
        -1: ["an advert plays"],
        1: ["and so on"],
        2: ["good bye all"],
    }
    assert all(item.is_heard for items in found.values() for item in items)


def test_a_turn_that_was_moved_or_has_no_time_stands_where_the_text_has_it() -> None:
    """Three turns begin at 10, 1 or nowhere, and 30 s: words heard at 5 come before all, those at 12 after two."""
    divergence = Divergence(1.0, (), (Unwritten("and so on", 5.0, 9.0), Unwritten("and on", 12.0, 14.0)))
    for start in (1.0, None):
        turns = (TURNS[0], turn("Moved.", start), TURNS[2])
        assert list(differences_of(Transcript(EPISODE, turns, divergence=divergence))) == [-1, 1]


def test_a_long_difference_is_cut() -> None:
    """Forty words stand there, then dots."""
    divergence = Divergence(1.0, (), (Unwritten("word " * 60, 50.0, 80.0),))
    (item,) = differences_of(Transcript(EPISODE, TURNS, divergence=divergence))[2]
    assert item.text == " ".join(["word"] * 40) + " …"


def test_without_a_comparison_there_is_no_difference() -> None:
    """Notes alone or captions alone."""
    assert differences_of(Transcript(EPISODE, TURNS)) == {}
