"""Official words on the recording: synthetic conversations whose times are known, damaged in known ways."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.alignment.align import align
from ingest.transcript import HeardWord, OfficialTurn, Turn
from tests.growth import LINEAR, growth

SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()


def word(chance: random.Random) -> str:
    """Rare and common words in about the shares of real speech."""
    if chance.random() < 0.4:
        return chance.choice("the a and to of it is that you we so yeah know like".split())
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 4)))


def conversation(turns: int, seed: int = 0, first: float = 0.0) -> tuple[list[OfficialTurn], list[list[HeardWord]]]:
    """Two people who take turns, half a second apart, and the true times of their words."""
    chance = random.Random(seed)
    official, spoken, clock = [], [], first
    for number in range(turns):
        words = []
        for _ in range(chance.choice((2, 8, 20, 40))):
            text = word(chance)
            length = 0.06 * (len(text) + 1)
            words.append(HeardWord(text, clock, clock + length))
            clock += length
        clock += 0.5
        spoken.append(words)
        official.append(OfficialTurn("AB"[number % 2], " ".join(item.text for item in words)))
    return official, spoken


def flat(spoken: Sequence[Sequence[HeardWord]]) -> list[HeardWord]:
    return [item for words in spoken for item in words]


def shifted(words: Sequence[HeardWord], seconds: float) -> list[HeardWord]:
    return [HeardWord(item.text, item.start + seconds, item.end + seconds) for item in words]


def worst(turns: Sequence[Turn], spoken: Sequence[Sequence[HeardWord]], shift: float = 0.0) -> float:
    """The largest error of a word's start in seconds; a word without a time is infinitely wrong."""
    return max(
        abs((float("inf") if placed.start is None else placed.start) - true.start - shift)
        for turn, words in zip(turns, spoken, strict=True)
        for placed, true in zip(turn.words, words, strict=True)
    )


def test_what_was_heard_as_written_keeps_the_heard_times() -> None:
    """Identical words take exactly the heard times, with full coverage and nothing to report."""
    official, spoken = conversation(20)
    turns, divergence = align(official, flat(spoken))
    assert worst(turns, spoken) == pytest.approx(0.0)
    assert divergence.coverage == 1.0
    assert divergence.unheard == divergence.unwritten == ()
    assert {turn.timing for turn in turns} == {"aligned"}
    assert {turn.confidence for turn in turns} == {1.0}


@pytest.mark.parametrize("share", [0.2, 0.35, 0.5])
def test_wrong_words_move_their_neighbours_little(share: float) -> None:
    """With 20 to 50 % of the words wrong, missing or added, nine of ten words stay within a second."""
    official, spoken = conversation(40, seed=3)
    chance = random.Random(7)
    heard = []
    for item in flat(spoken):
        fate = chance.random()
        if fate > share * 2 / 3:
            heard.append(item)
        elif fate > share / 3:
            heard.append(HeardWord(word(chance), item.start, item.end))
        if chance.random() < share / 3:
            heard.append(HeardWord(word(chance), item.end, item.end))
    turns, _ = align(official, heard)
    errors = sorted(
        float("inf") if placed.start is None else abs(placed.start - true.start)
        for turn, words in zip(turns, spoken, strict=True)
        for placed, true in zip(turn.words, words, strict=True)
    )
    assert errors[int(0.9 * len(errors))] < 1.0
    assert sum(errors[: int(0.9 * len(errors))]) / len(errors) < 0.2


def test_foreign_speech_shifts_what_follows_and_is_reported() -> None:
    """An advert in the middle moves the second half by its length, no word into itself, and is listed as unwritten."""
    official, spoken = conversation(20, seed=1)
    _, advert = conversation(6, seed=99, first=spoken[10][0].start)
    length = advert[-1][-1].end - advert[0][0].start
    heard = [*flat(spoken[:10]), *flat(advert), *shifted(flat(spoken[10:]), length)]
    turns, divergence = align(official, heard)
    assert worst(turns[:10], spoken[:10]) < 1.0
    assert worst(turns[10:], spoken[10:], length) < 1.0
    reported = " ".join(item.text for item in divergence.unwritten).split()
    assert len(reported) > 0.8 * len(flat(advert))


def test_words_that_were_not_heard_are_placed_in_the_silence_with_an_honest_error() -> None:
    """What the recogniser lost lies between its neighbours, within the stated error, and is listed as unheard."""
    official, spoken = conversation(20, seed=2)
    turns, divergence = align(official, [*flat(spoken[:8]), *flat(spoken[11:])])
    for turn, words in zip(turns, spoken, strict=True):
        assert turn.start is not None
        assert turn.timing_error is not None
        assert abs(turn.start - words[0].start) <= turn.timing_error
    assert {item.turn for item in divergence.unheard} >= {8, 9, 10}
    assert turns[9].confidence == 0.0
    assert (turns[9].timing_error or 0) > 3 * (turns[3].timing_error or 0)


@pytest.mark.parametrize("place", [0, -1])
def test_a_first_or_last_word_heard_as_another_costs_little_trust(place: int) -> None:
    """Something was heard where the word is said, so the turn's error grows by less than half a second."""
    official, spoken = conversation(12, seed=6)
    wrong = [list(words) for words in spoken]
    wrong[5][place] = replace(wrong[5][place], text="zzyzx")
    (right, _), (turns, _) = align(official, flat(spoken)), align(official, flat(wrong))
    assert abs(turns[5].start - spoken[5][0].start) < 0.1
    assert right[5].timing_error < turns[5].timing_error < right[5].timing_error + 0.5


def test_a_turn_of_one_misheard_word_is_where_something_was_heard() -> None:
    """Between two neighbours that were heard completely, the only other word is the turn, whatever it sounded like."""
    official, spoken = conversation(12, seed=6)
    clock = spoken[5][-1].end
    official[6:6] = [OfficialTurn("C", "Q2.")]
    spoken[6:6] = [[HeardWord("Cuted.", clock + 0.1, clock + 0.4)]]
    turns, _ = align(official, flat(spoken))
    assert turns[6].start == pytest.approx(clock + 0.1, abs=0.1)
    assert turns[6].timing_error < 1.0


def test_lost_words_are_no_further_off_than_their_room() -> None:
    """A turn whose second half was not understood ends before its neighbour begins, and its error says no more."""
    official, spoken = conversation(20, seed=2)
    long = max(range(5, 15), key=lambda number: len(spoken[number]))
    half = len(spoken[long]) // 2
    first, last = spoken[long][half].start, spoken[long][-1].end
    noise = [
        HeardWord("zzyzx", first + share * (last - first), first + share * (last - first) + 0.2) for share in (0.3, 0.6)
    ]
    turns, _ = align(official, [*flat(spoken[:long]), *spoken[long][:half], *noise, *flat(spoken[long + 1 :])])
    error = turns[long].timing_error
    assert abs(turns[long].end - last) <= error < last - first + 1.0


def test_a_recording_that_stops_early_times_only_what_it_holds() -> None:
    """Turns after the end of a cut recording have no time; those before it keep theirs."""
    official, spoken = conversation(30, seed=4)
    heard = flat(spoken[:18])
    turns, _ = align(official, heard, duration=heard[-1].end)
    assert worst(turns[:18], spoken[:18]) < 1.0
    assert [turn.start for turn in turns[19:]] == [None] * 11
    assert {turn.timing for turn in turns[19:]} == {None}


def test_an_answer_cut_out_has_no_time() -> None:
    """A long answer for which the recording leaves no room is not squeezed in anywhere."""
    official, spoken = conversation(20, seed=5)
    answer = max(range(5, 15), key=lambda index: len(spoken[index]))
    gap = spoken[answer + 1][0].start - spoken[answer][0].start
    heard = [*flat(spoken[:answer]), *shifted(flat(spoken[answer + 1 :]), -gap)]
    turns, divergence = align(official, heard, duration=heard[-1].end)
    assert turns[answer].start is None
    assert all(item.start is None for item in turns[answer].words)
    assert worst(turns[:answer], spoken[:answer]) < 0.5
    assert worst(turns[answer + 1 :], spoken[answer + 1 :], -gap) < 0.5
    assert [item.turn for item in divergence.unheard] == [answer]


def test_swapped_answers_are_found_where_they_are() -> None:
    """Two turns that the text prints in each other's place get their own times, all others keep theirs."""
    official, spoken = conversation(30, seed=6)
    long = [index for index, words in enumerate(spoken) if len(words) >= 20]
    first, second = long[1], long[-2]
    order = list(range(30))
    order[first], order[second] = second, first
    turns, _ = align([official[index] for index in order], flat(spoken))
    assert worst(turns, [spoken[index] for index in order]) < 0.5


def test_a_word_put_in_while_another_speaks_is_found_there() -> None:
    """Turns may overlap: an interjection lies inside the long turn that it interrupts."""
    official, spoken = conversation(6, seed=8)
    long = max(range(1, 5), key=lambda index: len(spoken[index]))
    middle = spoken[long][len(spoken[long]) // 2].start
    remark = [HeardWord("splendid", middle, middle + 0.3), HeardWord("indeed", middle + 0.3, middle + 0.5)]
    official.insert(long + 1, OfficialTurn("C", "Splendid, indeed!"))
    heard = sorted([*flat(spoken), *remark], key=lambda item: item.start)
    turns, _ = align(official, heard)
    assert turns[long + 1].start == pytest.approx(middle)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It cost £5 in 2019.", "it cost five pounds in twenty nineteen"),
        ("We are there 24/7.", "we are there twenty four seven"),
        ("The 3rd well-known G.D.S. team", "the third well known gds team"),
        ("We don’t have 1,200 users", "we dont have one thousand two hundred users"),
    ],
)
def test_numbers_and_signs_match_what_people_say(written: str, said: str) -> None:
    """Money, years, numbers, hyphens, initials and apostrophes count as heard however they are written."""
    heard = [HeardWord(text, float(index), index + 0.9) for index, text in enumerate(said.split())]
    turns, divergence = align([OfficialTurn("A", written)], heard)
    assert divergence.coverage == 1.0
    assert turns[0].start == 0.0
    assert turns[0].end == pytest.approx(len(heard) - 0.1)


def test_marks_carry_no_time_and_count_for_nothing() -> None:
    """[laughs] stays in the text without a time and lowers neither confidence nor coverage."""
    heard = [HeardWord("hello", 1.0, 1.5), HeardWord("there", 2.0, 2.5)]
    (turn,), divergence = align([OfficialTurn("A", "Hello [laughs] there [Audio starts]")], heard)
    assert [item.start for item in turn.words] == [1.0, None, 2.0, None, None]
    assert (turn.confidence, divergence.coverage) == (1.0, 1.0)


def test_repeated_phrases_keep_their_order() -> None:
    """Words said over and over are matched one by one, not all to the first."""
    spoken = [HeardWord("yes", float(index), index + 0.5) for index in range(12)]
    turns, _ = align([OfficialTurn("AB"[index % 2], "Yes.") for index in range(12)], spoken)
    assert [turn.start for turn in turns] == [float(index) for index in range(12)]


def test_another_recording_is_refused() -> None:
    """Heard words of another conversation give no turn a time, and the coverage says why."""
    official, _ = conversation(40, seed=10)
    _, other = conversation(40, seed=11)
    turns, divergence = align(official, flat(other))
    assert all(turn.start is None and turn.timing is None for turn in turns)
    assert all(item.start is None for turn in turns for item in turn.words)
    assert divergence.coverage < 0.3
    assert [turn.text for turn in turns] == [turn.text for turn in official]


@pytest.mark.parametrize(("turns", "heard"), [(0, 0), (0, 1), (1, 0)])
def test_nothing_to_align_is_no_error(turns: int, heard: int) -> None:
    """Without text or without heard words there are simply no times."""
    official, spoken = conversation(1)
    placed, divergence = align(official[:turns], flat(spoken) if heard else [])
    assert [turn.start for turn in placed] == [None] * turns
    assert divergence.coverage == 0.0


def test_the_same_words_without_end_stay_cheap() -> None:
    """Thousands of equal words, in which nothing is unique, are aligned in proportion to their number."""

    def aligned(size: int) -> None:
        official = [OfficialTurn("A", "no " * 100)] * (size // 100)
        heard = [HeardWord("no", index * 0.3, index * 0.3 + 0.2) for index in range(size)]
        assert len(align(official, heard)[0]) == size // 100

    assert growth(aligned, 600) < LINEAR


VOCABULARY = ["yes", "no", "the", "moved", "platform", "£5", "24/7", "[laughs]", "–", "well-known", "it’s"]
TEXTS = st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12), max_size=8)


@given(texts=TEXTS, said=st.lists(st.sampled_from(VOCABULARY), max_size=60), seed=st.integers(0, 99))
@settings(max_examples=2 * settings.default.max_examples)
def test_whatever_was_heard_no_word_is_lost_and_times_run_forwards(
    texts: list[list[str]], said: list[str], seed: int
) -> None:
    """Texts and words stay as published; times never decrease within a turn and lie inside the recording."""
    chance = random.Random(seed)
    heard, clock = [], 0.0
    for text in said:
        clock += chance.choice((0.0, 0.2, 0.4, 5.0))
        heard.append(HeardWord(text, max(0.0, clock + chance.gauss(0, 0.2)), clock + 0.5))
    official = [OfficialTurn("A", " ".join(text)) for text in texts]
    duration = clock * 0.9 + 1
    turns, divergence = align(official, heard, duration, precision=chance.choice((0.1, 0.5)))
    assert [(turn.speaker, turn.text) for turn in turns] == [(turn.speaker, turn.text) for turn in official]
    for turn in turns:
        assert [item.text for item in turn.words] == turn.text.split()
        times = [time for item in turn.words for time in (item.start, item.end) if time is not None]
        assert times == sorted(times)
        assert all(0.0 <= time <= duration for time in times)
        assert (turn.start, turn.end) == ((times[0], times[-1]) if times else (None, None))
        assert (turn.timing is None) == (turn.start is None) == (turn.timing_error is None)
    assert 0.0 <= divergence.coverage <= 1.0
