"""What people decide is kept as lines: nothing is lost, nothing else is let in, and a purge leaves no words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.maintenance.backup import backup, restore
from ingest.doctor.library import examine_library
from ingest.errors import DecisionError, DecisionsFull
from ingest.library import decisions
from ingest.library.decisions import (
    Decision,
    Proposed,
    append_decision,
    decision_of,
    decisions_folder,
    read_decisions,
)
from ingest.library.records import Record, save_record
from ingest.library.removal import remove_episode
from ingest.transcript import Episode, Show

SHOW = Show("harbour", "The Harbour Podcast", None)
FIRST, SECOND = "harbour-1-aaaa.9.5.0123456789", "harbour-2-bbbb.1v.a.vutsrqponm"
WORDS = "Moving away took nineteen months."


def library_of(home: Path) -> None:
    for number, name in enumerate(("harbour-1-aaaa", "harbour-2-bbbb"), 1):
        save_record(home, Record(Episode(name, name, SHOW, number, "Talk"), ()))


def decided(action: str, quote: str = FIRST, value: str | None = None, words: str | None = WORDS) -> Decision:
    proposed = Proposed("cause", "Moving away took", 0.5, ("platform",))
    return replace(decision_of(action, quote, "Ann Ash", value), words=words, proposed=proposed)


def store(home: Path, *lines: Decision) -> Path:
    for line in lines:
        append_decision(home, "harbour", line)
    return decisions_folder(home) / "harbour.jsonl"


def test_lines_come_back_as_they_were_decided(tmp_path: Path) -> None:
    """Every field of every action is read as it was written, in the order of writing."""
    lines = [
        decided("accept"),
        decided("retitle", value="Moving “took” long \U0001f40c"),
        decided("tag", value="moving platforms"),
        decided("untag", value="moving platforms"),
        decided("merge", value=SECOND),
        decided("note", value="Ask them.\nAgain."),
        decided("propose"),
        decided("reject", SECOND),
    ]
    path = store(tmp_path, *lines)
    assert read_decisions(tmp_path) == lines
    assert [json.loads(line)["schema"] for line in path.read_text("utf-8").splitlines()] == [1] * len(lines)
    assert path.stat().st_mode & 0o077 == 0


def test_blanks_are_no_part_of_names_and_titles() -> None:
    """A name and a title are one line; a note keeps its lines."""
    found = decision_of("retitle", FIRST, "  Ann \n Ash ", " one\t title ")
    assert (found.by, found.value) == ("Ann Ash", "one title")
    assert decision_of("note", FIRST, "Ann", "one\r\ntwo ").value == "one\ntwo"


@pytest.mark.parametrize(
    ("action", "quote", "by", "value", "message"),
    [
        ("delete", FIRST, "Ann", None, "choose accept, reject"),
        ("accept", "../../etc/passwd", "Ann", None, "not the id of a lesson"),
        ("accept", FIRST + "\n", "Ann", None, "not the id of a lesson"),
        ("accept", FIRST, " ", None, "a name is missing"),
        ("accept", FIRST, "A" * 101, None, "at most 100 characters"),
        ("accept", FIRST, "Ann\x1b[2J", None, "control characters"),
        ("accept", FIRST, "Ann\u202e", None, "control characters"),
        ("accept", FIRST, "Ann", "more", "takes no value"),
        ("retitle", FIRST, "Ann", None, "needs a value"),
        ("retitle", FIRST, "Ann", " \n ", "needs a value"),
        ("retitle", FIRST, "Ann", "x" * 201, "at most 200 characters"),
        ("tag", FIRST, "Ann", "x" * 61, "at most 60 characters"),
        ("note", FIRST, "Ann", "x" * 1_001, "at most 1,000 characters"),
        ("note", FIRST, "Ann", "bell \x07", "control characters"),
        ("note", FIRST, "Ann", "half \ud800", "control characters"),
        ("retitle", FIRST, "Ann", "bad \uffff", "control characters"),
        ("accept", FIRST, "Ann\ufffe", None, "control characters"),
        ("merge", FIRST, "Ann", "something", "not the id of a lesson"),
    ],
)
def test_what_is_not_allowed_is_refused(action: str, quote: str, by: str, value: str | None, message: str) -> None:
    """Each field has a form and a bound, and the message says which."""
    with pytest.raises(DecisionError, match=message):
        decision_of(action, quote, by, value)


@pytest.mark.parametrize("show", ["", "../x", "a/b", "A", "x" * 81])
def test_a_show_cannot_name_another_file(tmp_path: Path, show: str) -> None:
    """Only the id of a show becomes part of a path."""
    with pytest.raises(DecisionError, match="not the id of a show"):
        append_decision(tmp_path, show, decided("accept"))
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_that_was_cut_off_takes_no_other_with_it(
    tmp_path: Path, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The half line is skipped with a warning, the next decision begins a line, and doctor names the half one."""
    library_of(tmp_path)
    first, second, third = decided("accept"), decided("reject", SECOND), decided("note", value="later")
    path = store(tmp_path, first, second)
    path.write_bytes(path.read_bytes()[:-cut])
    if cut == 1:  # only the line's end is missing: the line itself is whole
        assert read_decisions(tmp_path) == [first, second]
        return
    assert read_decisions(tmp_path) == [first]
    assert "line 2 cannot be read" in caplog.text
    store(tmp_path, third)
    assert read_decisions(tmp_path) == [first, third]
    (found,) = [one for one in examine_library(tmp_path) if "decisions" in one.path]
    assert (found.path, found.outcome) == ("library/decisions/harbour.jsonl", "person")
    assert found.problem.startswith("line 2 cannot be read")


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"quote": "../x"},
        {"quote": None},
        {"at": 7},
        {"action": "delete"},
        {"words": 5},
        {"value": ["x"]},
        {"value": "x" * 30_000},
        {"proposed": 3},
        {"proposed": {"kind": 1, "title": "x", "score": 0.5, "terms": []}},
        {"proposed": {"kind": "cause", "title": "x", "score": "high", "terms": []}},
        {"proposed": {"kind": "cause", "title": "x", "score": 10**400, "terms": []}},
        {"proposed": {"kind": "cause", "title": "x", "score": float("nan"), "terms": []}},
        {"proposed": {"kind": "cause", "title": "half \ud800", "score": 0.5, "terms": []}},
        {"words": "half \ud800"},
        {"at": "yesterday"},
        {"at": "2026-13-01T00:00:00.000+00:00"},
        {"at": "2026-01-01"},
        {"action": "merge", "value": "\x00"},
        {"action": "merge", "value": None},
        {"more": 1},
    ],
)
def test_a_line_of_another_form_does_not_count(tmp_path: Path, change: dict[str, object]) -> None:
    """A file may have been edited by hand, or by a newer version: what is not understood is left where it is."""
    path = store(tmp_path, decided("accept"))
    line = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**line, **change}) + "\n[1]\nnull\n" + "[" * 5_000 + "\n", "utf-8")
    assert read_decisions(tmp_path) == []
    assert decisions.broken_lines(path) == [1, 2, 3, 4]


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    """Lines of one show count in the order in which they were written."""
    early = replace(decided("reject"), at="2020-01-01T00:00:00.000+00:00")
    late = replace(decided("accept"), at="2026-01-01T00:00:00.000+00:00")
    store(tmp_path, late, early)
    append_decision(tmp_path, "other", replace(decided("note", value="x"), at="2021-01-01T00:00:00.000+00:00"))
    assert [one.action for one in read_decisions(tmp_path)] == ["note", "accept", "reject"]


def test_a_full_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the token cannot fill the disk, and what was decided stays."""
    path = store(tmp_path, decided("accept"))
    before = path.read_bytes()
    monkeypatch.setattr(decisions, "MOST_STORED_BYTES", len(before) + 10)
    with pytest.raises(DecisionsFull, match="is full"):
        store(tmp_path, decided("reject"))
    assert path.read_bytes() == before


def test_a_purge_leaves_no_words(tmp_path: Path) -> None:
    """Words, titles, tags, notes and what was proposed of the episode go; who decided what and when stays."""
    library_of(tmp_path)
    secrets = ("nineteen", "Moving away", "sluggish", "tortoise", "platform", "hedgehog")
    mine = [
        decided("accept"),
        decided("retitle", value="A sluggish move"),
        decided("tag", value="tortoise"),
        decided("note", value="hedgehog"),
        decided("merge", value=SECOND),
    ]
    other = replace(decided("note", SECOND, "kept", "Other words."), proposed=Proposed("cause", "Other", 0.5))
    path = store(tmp_path, *mine, other)
    remove_episode(tmp_path, "harbour-1-aaaa", "asked to", purge=False)
    assert read_decisions(tmp_path) == [*mine, other]
    remove_episode(tmp_path, "harbour-1-aaaa", "asked to", purge=True)
    assert not [word for word in secrets if word in path.read_text("utf-8")]
    *left, untouched = read_decisions(tmp_path)
    assert untouched == other
    assert [(one.at, one.by, one.action, one.quote) for one in left] == [
        (one.at, one.by, one.action, one.quote) for one in mine
    ]
    assert left[-1].value == SECOND
    assert not [one for one in examine_library(tmp_path) if "decisions" in one.path]


def test_doctor_finds_words_that_a_purge_should_have_taken(tmp_path: Path) -> None:
    """A purge that was killed before it reached the decisions is named with the command that ends it."""
    library_of(tmp_path)
    remove_episode(tmp_path, "harbour-1-aaaa", "asked to", purge=True)
    store(tmp_path, decided("accept"))
    (found,) = [one for one in examine_library(tmp_path) if "decisions" in one.path]
    assert found.problem == "holds words of harbour-1-aaaa; run: playback remove harbour-1-aaaa --purge"
    remove_episode(tmp_path, "harbour-1-aaaa", "asked to", purge=True)
    assert not [one for one in examine_library(tmp_path) if "decisions" in one.path]


def test_a_backup_holds_what_was_decided(tmp_path: Path) -> None:
    """Restored, the decisions are those of before, without a line that was being written."""
    home, other = tmp_path / "home", tmp_path / "other"
    library_of(home)
    path = store(home, decided("accept"), decided("note", value="kept"))
    whole = read_decisions(home)
    path.write_bytes(path.read_bytes() + b'{"schema": 1, "at": "20')
    backup(home, tmp_path / "file.tar.gz")
    restore(tmp_path / "file.tar.gz", other)
    assert read_decisions(other) == whole
    assert (other / path.relative_to(home)).read_bytes().endswith(b"}\n")
