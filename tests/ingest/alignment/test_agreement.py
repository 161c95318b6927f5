"""How much of one text is also said in another."""

import pytest

from ingest.alignment.agreement import share_said
from tests.growth import LINEAR, growth

TEXT = "We moved the records of the harbour into one room by the sea"


@pytest.mark.parametrize(
    ("text", "said", "share"),
    [
        (TEXT, TEXT, 1.0),
        (TEXT.upper(), f"Well, {TEXT.lower()}, you know.", 1.0),
        (TEXT, "", 0.0),
        ("", TEXT, 0.0),
        ("[laughs]", TEXT, 0.0),
        ("Yes.", "Oh yes indeed.", 1.0),
        ("Yes.", "Oh no.", 0.0),
        ("the harbour [laughs] into one", TEXT, 1.0),
        ("one two three four", "one two three and four", 0.75),
        ("the sea by room one into", TEXT, 0.0),
        ("港の記録を一つの部屋に移した", "ええ、港の記録を一つの部屋に移したんです", 1.0),
        ("港の記録を一つの部屋に移した", "今日はお茶の話です", 0.0),
    ],
)
def test_the_share_is_that_of_words_in_runs_of_three(text: str, said: str, share: float) -> None:
    """Case, signs, marks and words around do not count; the order of words does; signs of Japanese are words."""
    assert share_said(text, said) == share


def test_the_time_is_linear() -> None:
    """Long texts, also of one word, are compared in proportion to their length."""
    assert growth(lambda size: share_said("tea " * size, "tea " * size), 4_000) < LINEAR
