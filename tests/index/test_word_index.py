"""Every word in one row: what is said is found wherever it stands, compared with a look through plain lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.word_index import WordIndex, exact_matches, index_words, likeliest_turns, longest_matches

# Few letters, so that words repeat and stretches meet by chance.
turns_of_words = st.lists(st.lists(st.sampled_from("abc"), max_size=8), min_size=1, max_size=5)
asked_words = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6)


def spoken(turns: list[list[str]]) -> WordIndex:
    """One episode; each turn is two sentences."""
    sentences = []
    first = 0
    for number, words in enumerate(turns):
        for part in (words[: len(words) // 2], words[len(words) // 2 :]):
            sentences.append(("e-1", number, first, "Ada", " ".join(part)))
            first += len(part)
    return index_words(sentences)


def standing(turns: list[list[str]], asked: list[str]) -> list[int]:
    """Where the words stand in one turn, by looking everywhere."""
    found, begin = [], 0
    for words in turns:
        found += [begin + at for at in range(len(words) - len(asked) + 1) if words[at : at + len(asked)] == asked]
        begin += len(words)
    return found


@given(turns_of_words, asked_words)
def test_exact_places_are_all_places(turns: list[list[str]], asked: list[str]) -> None:
    """Every place of the words inside one turn is found, and none across the border of turns."""
    row = spoken(turns)
    assert exact_matches(row, row.numbers(asked)).tolist() == standing(turns, asked)


@given(turns_of_words, asked_words, st.integers(1, 3))
def test_the_longest_beginning_is_the_longest(turns: list[list[str]], asked: list[str], least: int) -> None:
    """The longest verbatim beginning of the words in one turn, its first place, and none below the least length."""
    row = spoken(turns)
    size = max((size for size in range(least, len(asked) + 1) if standing(turns, asked[:size])), default=0)
    expected = (standing(turns, asked[:size])[0], size) if size else (0, 0)
    assert longest_matches(row, row.numbers(asked), least) == expected


def test_turns_know_their_words() -> None:
    """A position leads back to the turn, its episode and speaker, and the place of its first word there."""
    row = index_words(
        [
            ("e-2", 0, 0, "Ada", "Good morning."),
            ("e-2", 0, 2, "Ada", "[laughs] We begin."),
            ("e-2", 3, 4, None, "Thanks!"),
            ("e-1", 0, 0, "Ben", "Good night."),
        ]
    )
    assert [row.turns[row.turn_at(position)].episode_id for position in range(7)] == ["e-2"] * 5 + ["e-1"] * 2
    assert (row.turns[1].number, row.turns[1].first_word, row.turns[1].speaker) == (3, 4, None)
    assert row.begins.tolist() == [0, 4, 5, 7]
    assert row.numbers(["good", "never"]).tolist() == [row.words[0], -1]


@given(turns_of_words, asked_words, st.integers(1, 4))
def test_likely_stretches_do_not_overlap(turns: list[list[str]], asked: list[str], count: int) -> None:
    """At most so many stretches, apart from each other; none without a word of those asked for."""
    row = spoken(turns)
    found = likeliest_turns(row, row.numbers(asked), count)
    assert len(found) <= count
    size = min(len(asked), len(row.words))
    assert all(abs(one - other) >= size for one in found for other in found if one != other)
    assert all(set(row.words[at : at + size]) & set(row.numbers(asked)) for at in found)


def test_rare_words_in_order_come_first() -> None:
    """Of two stretches that share as many words the one with the rarer words leads, and order counts."""
    row = spoken(
        [["the", "old", "the", "new"], ["new", "walrus", "sings"], ["hums", "walrus", "the"], ["sings", "new"]]
    )
    asked = row.numbers(["new", "walrus", "sings"])
    assert likeliest_turns(row, asked, 1) == [4]


def test_nothing_said_is_nothing_found() -> None:
    """An empty library holds nothing, whatever is asked."""
    row = index_words([])
    asked = row.numbers(["any", "word"])
    assert (exact_matches(row, asked).tolist(), longest_matches(row, asked, 1), likeliest_turns(row, asked, 3)) == (
        [],
        (0, 0),
        [],
    )
    assert np.array_equal(row.begins, [0])
