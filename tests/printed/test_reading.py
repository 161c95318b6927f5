"""The comparison of what was read with what was said finds every kind of fault."""

from dataclasses import replace

import pytest

from ingest.transcript import OfficialTurn
from tests.printed.conversation import Said
from tests.printed.reading import faults

SAID = (
    Said(
        "Ann Lee", "Ann Lee", frozenset({"Ann Lee"}), ("Good [laughs] morning.", "Do come in. [00:04]"), 1, 5, "00:01"
    ),
    Said("Jo Brown", "Jo Brown, MD", frozenset({"Jo Brown", "Jo Brown, MD", None}), ("Thank you.",), 5, 7, "00:05"),
)


def _read(*turns: tuple[str | None, str, float | None]) -> list[str]:
    return [fault.split(":")[0] for fault in faults(SAID, [OfficialTurn(*turn) for turn in turns], timed=True)]


@pytest.mark.parametrize("speaker", ["Jo Brown", "jo brown, md", None])
def test_what_was_said_has_no_fault(speaker: str | None) -> None:
    """Marks and printed times are no words, and an odd label may be read as the name, as printed or not at all."""
    assert not _read(("Ann Lee", "Good morning.\nDo come in.", 1.0), (speaker, "Thank you.", 5.5))


@pytest.mark.parametrize(
    ("fault", "turns"),
    [
        (["lost"], [("Ann Lee", "Good morning. Do come in.", 1.0)]),
        (["lost"], []),
        (["invented"], [("Ann Lee", "Good morning. Do come in. 00:04", 1.0), (None, "Thank you.", 5.0)]),
        (["lost", "invented"], [("Ann Lee", "Good evening. Do come in.", 1.0), (None, "Thank you.", 5.0)]),
        (["speaker"], [("Ann Lee", "Good morning. Do come in. Thank you.", 1.0)]),
        (["speaker"], [(None, "Good morning. Do come in.", 1.0), ("Jo Brown", "Thank you.", 5.0)]),
        (["cut"], [("Ann Lee", "Good morning.", 1.0), ("Ann Lee", "Do come in.", None), (None, "Thank you.", 5.0)]),
        (["time"], [("Ann Lee", "Good morning. Do come in.", 1.0), (None, "Thank you.", 6.5)]),
        (["time"], [("Ann Lee", "Good morning. Do come in.", None), (None, "Thank you.", 5.0)]),
    ],
)
def test_each_kind_of_fault_is_found(fault: list[str], turns: list[tuple[str | None, str, float | None]]) -> None:
    """Words lost, invented or under a wrong speaker, turns that are cut, and times that are wrong or missing."""
    assert _read(*turns) == fault


def test_a_time_that_is_printed_nowhere_is_found() -> None:
    """Where no times are printed, none may come back."""
    read = [OfficialTurn("Ann Lee", "Good morning. Do come in.", 1.0), OfficialTurn(None, "Thank you.", None)]
    assert [fault.split(":")[0] for fault in faults(SAID, read, timed=False)] == ["time"]


def test_two_people_in_one_turn_are_found_although_neither_label_was_read() -> None:
    """No speaker for two odd labels is right, one turn for both is not."""
    said = [replace(turn, speakers=turn.speakers | {None}) for turn in SAID]
    read = [OfficialTurn(None, "Good morning. Do come in. Thank you.", 1.0)]
    assert [fault.split(":")[0] for fault in faults(said, read, timed=True)] == ["joined"]
