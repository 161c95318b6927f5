"""Differences are marked between what is said and what is asked, and what is only written otherwise is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.quotes.compared import marked


@pytest.mark.parametrize(
    ("said", "asked", "parts"),
    [
        ("We grow tea.", "we grow tea", [("same", "We grow tea.")]),
        (
            "We grow the “best” tea, here.",
            "We grow good tea here",
            [("same", "We grow "), ("asked", "good "), ("said", "the “best” "), ("same", "tea, here.")],
        ),
        (
            "It cost £5 million.",
            "It cost £6 million then",
            [("same", "It cost "), ("asked", "£6 million then"), ("said", "£5 million.")],
        ),
        ("Ten per cent of it", "10% of it", [("same", "Ten per cent of it")]),
        ("", "tea", [("asked", "tea")]),
    ],
)
def test_differences_are_marked(said: str, asked: str, parts: list[tuple[str, str]]) -> None:
    """Each part is in both texts, only in the transcript, or only in the other one."""
    assert [(part.kind, part.text) for part in marked(said, asked)] == parts


@given(st.text(alphabet="ab5£% .,-“”\n", max_size=40), st.text(alphabet="ab5£% .,-“”\n", max_size=40))
def test_nothing_is_lost(said: str, asked: str) -> None:
    """The parts joined are what was said, blanks aside."""
    parts = marked(said, asked)
    assert "".join(part.text for part in parts if part.kind != "asked").split() == said.split() or not said.strip()
