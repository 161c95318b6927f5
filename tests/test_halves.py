"""An encoder that learned from half of the interviews is asked about the other half."""

import json
from pathlib import Path

import pytest

from api.evaluation.questions import Gold, Question
from benchmarks import halves as module
from benchmarks.halves import copies, half_of, halves
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript, Turn, Word

GUIDS = ("show-1", "show-10", "show-2", "show-3", "other-7", "unasked")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six interviews, of which readers asked about five; one was republished with another greeting."""
    asked = tmp_path / "asked.jsonl"
    asked.write_text("".join(json.dumps({"gold": [{"episode": guid}]}) + "\n" for guid in GUIDS[:-1]))
    monkeypatch.setattr(module, "READERS", asked)
    for guid in GUIDS:
        long = "the same long talk about rain" if guid in ("show-1", "other-7") else f"a long talk about {guid}"
        turns = tuple(
            Turn("Ada", text, None, None, None, None, None, tuple(Word(one, None, None) for one in text.split()))
            for text in (f"Hello from {guid}.", long)
        )
        episode = Episode(f"x-{guid}", guid, Show("x", "X"), None, guid, None)
        save_record(tmp_path, Record(episode, ()))
        save_transcript(tmp_path, Transcript(episode, turns), "made by a test")
    return tmp_path


def question(identifier: str, *guids: str) -> Question:
    gold = tuple(Gold(guid, 0, None, "words") for guid in guids)
    return Question(identifier, "what?", bool(gold), "fact", "engineer", gold, ())


def test_copies_are_in_the_same_half(home: Path) -> None:
    """Every interview that readers asked about is in one half, and nothing else is."""
    assert sorted(sorted(same) for same in copies(home)) == [["other-7", "show-1"], ["show-10"], ["show-2"], ["show-3"]]
    first, second = halves(home)
    assert first | second == set(GUIDS[:-1])
    assert not first & second
    assert {"other-7", "show-1"} <= first or {"other-7", "show-1"} <= second


def test_a_question_is_asked_where_its_interview_was_not_read(home: Path) -> None:
    """By its first gold quote; one that nothing answers by the interview in its id; else always in the same half."""
    parts = halves(home)
    for number, guids in enumerate(parts):
        for guid in guids:
            assert half_of(question("d-1", guid, "unasked"), parts) == number
            assert half_of(question(f"ta-{guid}-5"), parts) == half_of(question(f"{guid}-q5"), parts) == number
    dealt = [half_of(question(f"d-{number}"), parts) for number in range(40)]
    assert set(dealt) == {0, 1}
    assert dealt == [half_of(question(f"d-{number}", "unasked"), parts) for number in range(40)]
