"""Finding words in a text as a reader looks for them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.episodes.highlight import MOST_CHARACTERS, pattern_of, stretches


def shown(text: str, wanted: str) -> str:
    """The text with [brackets] around what is found."""
    return "".join(f"[{part.text}]" if part.is_found else part.text for part in stretches(text, pattern_of(wanted)))


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("Tea for two, and two for TEA.", "tea", "[Tea] for two, and two for [TEA]."),
        ("It’s late, it's “late”.", "it's", "[It’s] late, [it's] “late”."),
        ('say "late" or “late”', "“late”", 'say ["late"] or [“late”]'),
        ("one  two\nthree", "one two three", "[one  two\nthree]"),
        ("a+b? (c)", "+b? (c", "a[+b? (c])"),
        ("nothing here", "else", "nothing here"),
        ("nothing asked", "  ", "nothing asked"),
        ("aaaa", "aa", "[aa][aa]"),
    ],
)
def test_words_are_found_in_any_case_with_any_blanks_and_quotation_marks(text: str, wanted: str, expected: str) -> None:
    """Case, blanks and the shape of quotation marks do not matter; everything else is taken as typed."""
    assert shown(text, wanted) == expected


@given(st.text(max_size=200), st.text(max_size=20))
def test_the_pieces_are_the_text(text: str, wanted: str) -> None:
    """Nothing is lost or added, and no two pieces that are not found follow each other."""
    pieces = list(stretches(text, pattern_of(wanted)))
    assert "".join(piece.text for piece in pieces) == text
    assert all(one.is_found or other.is_found for one, other in pairwise(pieces))


def test_more_than_200_characters_are_not_looked_for() -> None:
    """The rest is left out, so that an address of any length stays cheap."""
    assert shown("x" * MOST_CHARACTERS, "x" * 10_000) == f"[{'x' * MOST_CHARACTERS}]"
