"""Phrases: what stands in quotation marks, and whether a text says it."""

import pytest

from index.phrases import holds, phrases_of


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('who said "winter budget"?', ("winter budget",)),
        ("who said “winter  budget” or „tide table“ or «ebb»", ("winter budget", "tide table", "ebb")),
        ('"tide" and "tide"', ("tide",)),
        ('a rope of 5" length', ()),
        ('"" and "?!" and "', ()),
        ("the pilot's 'winter budget'", ()),
    ],
)
def test_phrases_stand_in_quotation_marks(question: str, phrases: tuple[str, ...]) -> None:
    """Straight and curly ones; each phrase once; apostrophes, marks alone and a mark without its partner are none."""
    assert phrases_of(question) == phrases


@pytest.mark.parametrize(
    ("text", "phrase", "held"),
    [
        ("From its Winter budget.", "winter budget", True),
        ("The winter, budget or not", "Winter budget!", True),
        ("the winter [laughs] budget", "winter budget", True),
        ("the winter\nbudget", "winter budget", False),
        ("the midwinter budget", "winter budget", False),
        ("the winter budgets", "winter budget", False),
        ("budget winter", "winter budget", False),
        ("a (b+c)* price", "(b+c)*", True),
        ("In İstanbul we met.", "İstanbul", True),
    ],
)
def test_a_phrase_is_words_in_a_row(text: str, phrase: str, held: bool) -> None:
    """In any case and punctuation, on one line; other forms of a word are other words."""
    assert holds(text, phrase) is held
