"""Conversations printed as captions come back: words, speakers or changes of voice, order and times."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.captions.turns import read_captions, turns_of
from tests.printed.captioned import Captioned, captioned
from tests.printed.captions import LAYOUTS
from tests.printed.reading import faults

FEW, MANY = 4, 150  # draws of each layout


def check(drawn: Captioned) -> None:
    """Read a file and compare it with what was said, as far as its layout tells."""
    shape = drawn.layout
    turns = turns_of(read_captions(drawn.text.encode(), drawn.name))
    if found := faults(drawn.said, turns, timed=shape.timed, whole=shape.knows == "names", loose=shape.loose):
        pytest.fail("\n".join([*found, repr(drawn)]), pytrace=False)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=FEW, derandomize=True, database=None)
@given(data=st.data())
def test_a_captioned_conversation_is_read_as_it_was_said(layout: str, data: st.DataObject) -> None:
    """Each layout with a random dose of decorations: no word lost, none said twice, none under a wrong speaker."""
    check(data.draw(captioned(layout)))


@pytest.mark.torture
@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=MANY, derandomize=False, print_blob=True)
@given(data=st.data())
def test_thousands_of_captioned_conversations_are_read_as_they_were_said(layout: str, data: st.DataObject) -> None:
    """The same with new draws each time, 10,000 of them with those of show notes."""
    check(data.draw(captioned(layout)))
