"""Hosts are known by what they do: they end their turns with questions and leave the talking to others."""

from collections.abc import Callable
from typing import Any

import pytest

from index.building.tables import askers
from ingest.transcript import Transcript

Talk = Callable[..., Transcript]
LONG = "It began with the boats, and then it went on for years without anybody asking us why. " * 3


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([("Host", "Why boats?"), ("Guest", LONG), ("Host", "And then?"), ("Guest", LONG)], {"Host"}),
        ([("Host", "Why boats?"), ("Guest", LONG + "Why not?"), ("Other", "And then?"), ("Guest", LONG)],
         {"Host", "Other"}),
        ([("Alone", LONG + "Why? Why boats?"), ("Alone", LONG + "Who knows?")], set()),
        ([("Host", "Welcome."), ("Guest", LONG)], set()),
        ([(None, "Why boats?"), ("Guest", LONG)], set()),
        ([], set()),
    ],
)  # fmt: skip
def test_who_asks(turns: list[Any], expected: set[str], transcript_of: Talk) -> None:
    """Whoever asks often and says less than half is a host; somebody alone, or a text without questions, has none."""
    assert askers(transcript_of("a-1-aaaa", *turns)) == expected
