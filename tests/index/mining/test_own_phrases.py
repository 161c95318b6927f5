"""Own phrases: runs of words with a meaning of their own, verbatim."""

import pytest

from index.mining.own_phrases import phrases_in, subjects


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We really think the mooring record is good.", ["mooring", "mooring record", "record"]),
        # Punctuation and function words end a phrase; an adverb does not end one.
        ("Harbours, ferries slowly.", ["Harbours", "ferries"]),
        (
            "The harbour's lighthouse don't shine [laughs] oil.",
            ["harbour's", "harbour's lighthouse", "lighthouse", "shine", "oil"],
        ),
        ("It was 2021 and so on.", []),
        ("The hardest tests, plans and buoys.", ["hardest", "buoys"]),
        ("", []),
    ],
)
def test_phrases(sentence: str, expected: list[str]) -> None:
    """In order of their first word."""
    assert [one.text for one in phrases_in(sentence)] == expected


def test_plurals_and_capitals_share_a_key() -> None:
    """So that they are counted together; names are known by their capitals inside a sentence."""
    one, other = next(iter(phrases_in("ferry beacons"))), next(iter(phrases_in("The Ferry beacon")))
    assert one.key == other.key == ("ferry",)
    assert (one.names, other.names) == (0, 1)


def test_subjects_leave_out_what_is_in_any_conversation() -> None:
    """Function words, fillers, units."""
    assert subjects("What do you think is the best tests for oysters?") == ["oysters"]


def test_no_phrase_is_long() -> None:
    """Four words at most, however long a run is."""
    found = [one.text for one in phrases_in(" ".join(f"oyster{letter}" for letter in "abcdefgh" * 50))]
    assert max(len(text.split()) for text in found) == 4
