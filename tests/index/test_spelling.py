"""The nearest words: found among all words, by few changes of letters and then by how often people say them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.spelling import distance, nearest, vocabulary_of

LETTERS = "abcdeéz"


def mistyped(chance: random.Random, word: str) -> str:
    """Drop, add, replace or swap one letter."""
    at = chance.randrange(len(word) - 1)
    letter = chance.choice(LETTERS)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


@pytest.mark.parametrize(
    ("one", "other", "changes"),
    [
        ("ferry", "ferry", 0),
        ("fery", "ferry", 1),
        ("ferrry", "ferry", 1),
        ("ferty", "ferry", 1),
        ("frery", "ferry", 1),
        ("erfry", "ferry", 2),
        ("pilot", "ferry", 5),
        ("", "ferry", 5),
    ],
)
def test_changes_are_counted(one: str, other: str, changes: int) -> None:
    """A letter that is dropped, added or replaced, and two neighbours that are swapped, are one change each."""
    assert distance(one, other) == distance(other, one) == changes


@given(st.randoms(use_true_random=False), st.text(LETTERS, min_size=5, max_size=12))
def test_one_change_is_one_change(chance: random.Random, word: str) -> None:
    """A change never counts as more than one, nor changes at both ends of a word as more than two."""
    once = mistyped(chance, word)
    assert distance(once, word) <= 1
    # Of two changes at one place, such as a swap and a letter between the two, the count may be three.
    assert distance(f"{once}{word}", f"{word}{mistyped(chance, word)}") <= 2


@given(st.randoms(use_true_random=False), st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, unique=True))
def test_no_near_word_is_missed(chance: random.Random, words: list[str]) -> None:
    """Comparing every word with the asked one gives the same words in the same order."""
    counts = {word: chance.randrange(1, 4) for word in words}
    asked = mistyped(chance, max(words, key=len) + "zz")
    most = 0 if len(asked) < 4 else 1 if len(asked) < 8 else 2
    near = [word for word in words if 1 <= distance(asked, word) <= most]
    expected = sorted(near, key=lambda word: (distance(asked, word), -counts[word], word))
    assert list(nearest(vocabulary_of(counts.items()), asked)) == expected


def test_the_most_frequent_of_equals_comes_first() -> None:
    """Words of one letter more or less are near; with two changes, only a long word still means another."""
    words = vocabulary_of([("ferry", 2), ("merry", 9), ("fern", 50), ("lighthouse", 1)])
    assert list(nearest(words, "derry")) == ["merry", "ferry"]
    assert list(nearest(words, "lihgthuose")) == ["lighthouse"]
    assert list(nearest(words, "frrey")) == []
    assert list(nearest(words, "fer")) == []
    assert list(nearest(words, "ferry" * 500)) == []


def test_marks_and_digits_divide_words() -> None:
    """Counts of "Kat's" and "Kat" are one; what has no letters is no word."""
    words = vocabulary_of([("kat's", 2), ("kat", 3), ("co-tech", 1), ("35", 7), ("x" * 31, 1)])
    assert words.words == ("kat", "s", "co", "tech")
    assert list(nearest(vocabulary_of([]), "ferry")) == []
