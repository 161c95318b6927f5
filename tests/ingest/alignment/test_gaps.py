"""What the recording has and the official text lacks, with the times at which it is heard."""

from dataclasses import replace

import pytest

from ingest.alignment.align import align
from ingest.alignment.divergence import in_brief
from ingest.alignment.gaps import Gap, gaps_of, outside, placed
from ingest.transcript import Divergence, HeardWord, OfficialTurn, Turn, Unheard, Unwritten, untimed

FIRST = "hello and welcome to the tea show where we talk about kettles and cups every week"
SECOND = "we looked at seven kettles in the big shop by the river before lunch on monday"
LAST = "thank you for coming in today it was lovely to hear about your copper kettle"
ADVERT = "these purple teapots last longer than any other pots in town so order yours before sunday night"


def spoken(*parts: str | float) -> list[HeardWord]:
    """Words of half a second each, one after the other; a number is that many seconds without words."""
    words, now = [], 0.0
    for part in parts:
        if isinstance(part, float):
            now += part
            continue
        for text in part.split():
            words.append(HeardWord(text, now, now + 0.5))
            now += 0.5
    return words


def aligned(*parts: str | float) -> tuple[tuple[Turn, ...], Divergence]:
    return align(
        [OfficialTurn(name, text) for name, text in zip("ABA", (FIRST, SECOND, LAST), strict=True)], spoken(*parts)
    )


def seconds(text: str) -> float:
    return len(text.split()) / 2


def test_music_and_an_advert_are_gaps_with_their_times() -> None:
    """Twenty seconds of music in front, an advert between two turns with music around it, and an end without words."""
    turns, divergence = aligned(20.0, FIRST, 2.0, ADVERT, 2.0, SECOND, LAST)
    advert = 20 + seconds(FIRST)
    end = advert + 4 + seconds(f"{ADVERT} {SECOND} {LAST}")
    found = gaps_of(turns, divergence, end + 9)
    assert [gap.text for gap in found] == ["", ADVERT, ""]
    expected = [(0, 20), (advert, advert + 4 + seconds(ADVERT)), (end, end + 9)]
    for gap, (start, stop) in zip(found, expected, strict=True):
        assert gap.start == pytest.approx(start, abs=0.3)
        assert gap.end == pytest.approx(stop, abs=0.3)
    assert outside(divergence.unwritten, found) == []


def test_ordinary_pauses_are_no_gaps() -> None:
    """Four seconds of silence, in front, between turns and at the end."""
    turns, divergence = aligned(4.0, FIRST, 4.0, SECOND, 4.0, LAST)
    assert gaps_of(turns, divergence, 12 + seconds(f"{FIRST} {SECOND} {LAST}") + 4) == ()


def test_a_few_other_words_are_not_a_gap() -> None:
    """They stay what they were: heard words with times of their own."""
    turns, divergence = aligned(FIRST, "purple teapots sing loudly", SECOND, LAST)
    assert gaps_of(turns, divergence, None) == ()
    assert [words.text for words in outside(divergence.unwritten, ())] == ["purple teapots sing loudly"]


def test_words_that_were_only_guessed_do_not_hide_a_gap() -> None:
    """A turn that was not said gets times in between; an advert in its place is still a gap from end to end."""
    turns, divergence = aligned(FIRST, ADVERT, LAST)
    (gap,) = gaps_of(turns, divergence, None)
    assert gap.text == ADVERT
    assert (gap.start, gap.end) == pytest.approx((seconds(FIRST), seconds(f"{FIRST} {ADVERT}")), abs=0.3)


def test_a_turn_that_was_not_said_is_placed_between_its_neighbours() -> None:
    """It would have begun after the one before and ended before the one after."""
    turns, divergence = aligned(FIRST, 1.0, LAST)
    (missing,) = [placed(item, turns) for item in divergence.unheard]
    assert missing.text == SECOND
    assert (missing.start, missing.end) == pytest.approx((seconds(FIRST), seconds(FIRST) + 1), abs=0.3)


@pytest.mark.parametrize(
    ("number", "expected"), [(0, (0.0, 10.0)), (2, (12.0, 20.0)), (4, (25.0, None))], ids=["first", "middle", "last"]
)
def test_what_has_no_time_gets_that_of_the_turns_around_it(number: int, expected: tuple[float, float | None]) -> None:
    """Before the first turn from the start, after the last without an end; what has times keeps them."""
    times = (None, (10.0, 12.0), None, (20.0, 25.0), None)
    turns = [
        untimed(OfficialTurn("A", "some words")) if time is None else replace(
            untimed(OfficialTurn("A", "some words")), start=time[0], end=time[1], timing="aligned"
        )
        for time in times
    ]  # fmt: skip
    found = placed(Unheard(number, "some words"), turns)
    assert (found.start, found.end) == expected
    timed = Unheard(1, "some", 10.5, 11.0)
    assert placed(timed, turns) == timed


def test_a_text_without_aligned_times_has_no_gaps() -> None:
    """Where text and recording do not belong together, nothing is known to lie between two words."""
    turns, divergence = align([OfficialTurn("A", FIRST)], spoken(ADVERT, 30.0, ADVERT))
    assert gaps_of(turns, divergence, 100.0) == ()
    assert in_brief(turns, divergence, 100.0) is not None


def test_one_line_names_the_longest_differences_first() -> None:
    """The two longest of each kind with time and first words, and how many more there are."""
    turns, divergence = aligned(8.0, FIRST, ADVERT, SECOND, 7.0, LAST)
    unsaid = (Unheard(1, "word " * 20, 62.0, 62.5), Unheard(2, "other words " * 15), Unheard(2, "not so many words"))
    found = in_brief(turns, replace(divergence, unheard=unsaid), None)
    assert found == (
        "not in the text: 8 s at 0:16 (“these purple teapots last longer than any other …”), 8 s at 0:00 (no words) "
        "and 1 more; not heard: 30 words at 0:32 (“other words other words other words other words …”), "
        "20 words at 1:02 (“word word word word word word word word …”)"
    )


def test_nothing_to_say_is_said_of_a_text_that_was_heard() -> None:
    """Misheard words and short pauses are not worth a line."""
    turns, divergence = aligned(FIRST, "oh", SECOND, 2.0, LAST)
    assert in_brief(turns, replace(divergence, unwritten=(Unwritten("you know what", 3.0, 4.0),)), None) is None
    assert Gap("", 0.0, 5.0) not in gaps_of(turns, divergence, None)


def test_what_a_terminal_would_obey_is_left_out() -> None:
    """A text with escape sequences stays one line of visible characters."""
    turns, divergence = aligned(FIRST, ADVERT, SECOND, LAST)
    hostile = Unwritten("\x1b[2J buy \u202e now\x07", 12.0, 13.0)
    found = in_brief(turns, replace(divergence, unwritten=(hostile,)), None)
    assert found is not None
    assert found.isprintable()
    assert "[2J buy  now" in found
