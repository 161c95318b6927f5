"""An abbreviation is spelled out only by words beside it whose initials are its letters."""

import pytest

from index.mining.expansions import expansion_in, letters_of
from tests.growth import LINEAR, growth


@pytest.mark.parametrize(
    ("sentence", "short", "long"),
    [
        ("We do harbour safety engineering, or HSE, all day.", "HSE", "harbour safety engineering"),
        ("So HSE, or Harbour Safety Engineering, is about calm.", "HSE", "Harbour Safety Engineering"),
        ("We wrote an automatic tide clock (ATC).", "ATC", "automatic tide clock"),
        ("We wrote an ATC (automatic tide clock).", "ATC", "automatic tide clock"),
        ("The ATC, which stands for automatic tide clock, is old.", "ATC", "automatic tide clock"),
        ("ATC is short for automatic tide clock.", "ATC", "automatic tide clock"),
        ("An ATC is an automatic tide clock.", "ATC", "automatic tide clock"),
        ("It came from the DFB, Department for Boats.", "DFB", None),
        ("It came from the DB, Department for Boats.", "DB", "Department for Boats"),
        ("That is harbour as a service, or HaaS.", "HaaS", "harbour as a service"),
        ("We bought two automatic tide clocks (ATCs).", "ATC", "automatic tide clock"),
        ("We do the tide clocks, TC/CD, and the rest.", "TC", None),
        ("It is called ATC, A-T-C.", "ATC", None),
        ("An ATC is a thing to love.", "ATC", None),
        ("The tide is high, or HSE says so.", "HSE", None),
    ],
)
def test_what_it_stands_for(sentence: str, short: str, long: str | None) -> None:
    """Before or after it, in brackets or in words; a list, spelled letters and other words are no expansion."""
    start = sentence.index(short)
    found = expansion_in(sentence, start, start + len(short))
    assert found == (long if short != "DFB" else "Department for Boats")


@pytest.mark.parametrize(("name", "letters"), [("HSE", "hse"), ("H.S.E.", "hse"), ("HaaS", "haas"), ("TideHub", "")])
def test_only_abbreviations_are_spelled_out(name: str, letters: str) -> None:
    """At least half of the letters are capitals."""
    assert letters_of(name) == letters


def test_hostile_sentences_cost_what_their_length_does() -> None:
    """Many words, brackets and commas before and after the abbreviation are read once."""
    work = lambda size: expansion_in("a, (or " * size + "AAA" + ", or a (" * size, 7 * size, 7 * size + 3)  # noqa: E731
    assert growth(work, 400) < LINEAR
