"""Words matched word by word, and words as they are said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.alignment.anchors import Anchor, common_runs, heaviest_chain
from ingest.alignment.matching import EXACT, NEAR, SLOT, encode, gap_costs_between, match
from ingest.alignment.spoken_form import spoken_form


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        ("£5", "five pounds"),
        ("£5.50", "five point five zero pounds"),
        ("24/7", "twenty four seven"),
        ("2019", "twenty nineteen"),
        ("2008,", "two thousand eight"),
        ("1905", "nineteen oh five"),
        ("1990s", "nineteen nineties"),
        ("1,200", "one thousand two hundred"),
        ("$3m", "three million dollars"),
        ("21st", "twenty first"),
        ("20th", "twentieth"),
        ("50%", "fifty percent"),
        ("007", "zero zero seven"),
        ("G.D.S.", "gds"),
        ("GOV.UK’s", "gov uks"),
        ("well-known", "well known"),
        ("don’t", "dont"),
        ("R&D", "r and d"),
        ("–", ""),
        ("1234567890123", "one two three four five six seven eight nine zero one two three"),
    ],
)
def test_a_piece_becomes_the_words_that_are_said(piece: str, words: str) -> None:
    """Known readings of numbers, money, years, initials and signs."""
    assert " ".join(spoken_form(piece)) == words


@given(st.text(max_size=40))
def test_any_text_can_be_said(text: str) -> None:
    """No text fails; the words are in lower case and hold no blanks."""
    for piece in text.split():
        assert all(word and word == word.casefold() and not word.isspace() for word in spoken_form(piece))


def best_score(official: list[str], heard: list[str]) -> float:
    """The best score of a matching, by plain recursion over all of them (independent of the tables)."""
    mine, theirs = encode(official, heard)

    def similarity(row: int, column: int) -> float:
        if mine.ids[row] == theirs.ids[column]:
            return float(mine.weights[row])
        alike = mine.sounds[row] == theirs.sounds[column] or mine.stems[row] == theirs.stems[column]
        return 0.6 * float(mine.weights[row]) if alike else -0.25

    def best(row: int, column: int, gap: str) -> float:
        if row == len(official) and column == len(heard):
            return 0.0
        choices = []
        if row < len(official) and column < len(heard):
            choices.append(similarity(row, column) + best(row + 1, column + 1, ""))
        if row < len(official):
            choices.append(-(0.0 if gap == "up" else 0.5) - 0.08 + best(row + 1, column, "up"))
        if column < len(heard) and gap != "left":
            opening = 0.15 if row in (0, len(official)) else 0.5
            choices += [
                -opening - 0.03 * count + best(row, column + count, "left")
                for count in range(1, len(heard) - column + 1)
            ]
        return max(choices, default=float("-inf"))

    return best(0, 0, "")


def score(official: list[str], heard: list[str]) -> float:
    """What the found matching is worth by the same rules."""
    mine, theirs = encode(official, heard)
    continuity = np.ones(len(official))
    continuity[-1] = 0.0
    pairs = match(mine, theirs, continuity, np.zeros(len(heard)))
    total, row, column = 0.0, 0, 0
    worth = {EXACT: 1.0, NEAR: 0.6}
    for pair in [*pairs, None]:
        next_row, next_column = (pair.official, pair.heard) if pair else (len(official), len(heard))
        # Where words of both are left out, the heard ones may stand before, between or after the official ones.
        rows, columns = next_row - row, next_column - column
        edge = row == 0 or next_row == len(official)
        total -= (0.5 + 0.08 * rows if rows else 0.0) + ((0.15 if edge else 0.5) + 0.03 * columns if columns else 0.0)
        if pair:
            total += -0.25 if pair.kind == SLOT else worth[pair.kind] * float(mine.weights[pair.official])
            row, column = next_row + 1, next_column + 1
    return total


WORDS = st.lists(st.sampled_from(["the", "a", "moved", "move", "platform", "platforms", "yes"]), min_size=1, max_size=5)


@given(official=WORDS, heard=WORDS)
def test_no_matching_is_better_than_the_one_found(official: list[str], heard: list[str]) -> None:
    """The matching scores what trying all of them scores."""
    assert score(official, heard) == pytest.approx(best_score(official, heard))


def test_words_that_sound_or_begin_alike_are_near() -> None:
    """A misheard form of a word counts as near, another word as standing in its place."""
    mine, theirs = encode("platforms Kubernetes cat".split(), "platform Coobernettis dog".split())
    pairs = match(mine, theirs, np.zeros(3), np.zeros(3))
    assert pairs[0].kind == NEAR
    assert pairs[-1].kind == SLOT


def test_a_turn_does_not_leap_over_a_pause_for_a_common_word() -> None:
    """Of two equal words the one next to the rest of the turn is taken, not the one seconds before."""
    mine, theirs = encode(["so", "we", "moved"], ["so", "so", "we", "moved"])
    starts = np.array([0.0, 9.0, 9.2, 9.4])
    continuity = np.array([1.0, 1.0, 0.0])
    pairs = match(mine, theirs, continuity, gap_costs_between(starts, starts + 0.2), loose_ends=True)
    assert [pair.heard for pair in pairs] == [1, 2, 3]


def test_the_heaviest_chain_prefers_words_to_anchors() -> None:
    """One anchor of nine words outweighs two of three that contradict it."""
    long = Anchor(10, 50, 9)
    assert heaviest_chain([Anchor(0, 60, 3), long, Anchor(30, 20, 3)]) == [long]
    assert heaviest_chain([Anchor(0, 0, 3), long, Anchor(30, 70, 3)]) == [Anchor(0, 0, 3), long, Anchor(30, 70, 3)]


def test_common_runs_are_found_once_and_joined() -> None:
    """A shared stretch that occurs once in each text comes back whole; what repeats does not."""
    official, heard = encode("x x x x a b c d e y".split(), "q a b c d e z x x x x".split())
    assert list(common_runs(official.ids, heard.ids, 3)) == [Anchor(4, 1, 5)]
