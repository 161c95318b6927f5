"""Conversations printed as publishers print them come back: words, speakers, order and times."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.shownotes.parse import parse_notes
from tests.printed.notes import LAYOUTS
from tests.printed.published import Published, published
from tests.printed.reading import faults

FEW, MANY = 8, 250  # draws of each layout


def check(drawn: Published) -> None:
    """Read a text and compare it with what was said; words under an odd label may have no speaker."""
    found = faults(drawn.said, parse_notes(drawn.text).turns, timed=drawn.timed)
    if found:
        pytest.fail("\n".join([*found, repr(drawn)]), pytrace=False)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=FEW, derandomize=True, database=None)
@given(data=st.data())
def test_a_printed_conversation_is_read_as_it_was_said(layout: str, data: st.DataObject) -> None:
    """Each layout with a random dose of decorations: no word lost, none invented, none under a wrong speaker."""
    check(data.draw(published(layout)))


@pytest.mark.torture
@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=MANY, derandomize=False, print_blob=True)
@given(data=st.data())
def test_thousands_of_printed_conversations_are_read_as_they_were_said(layout: str, data: st.DataObject) -> None:
    """The same with new draws each time, 10,000 of them with those of captions."""
    check(data.draw(published(layout)))
