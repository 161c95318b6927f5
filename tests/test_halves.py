"""An encoder that learned from half of the interviews is asked about the other half."""

import json

from api.evaluation.questions import Gold, Question
from benchmarks.halves import READERS, half_of, halves


def question(identifier: str, *guids: str) -> Question:
    gold = tuple(Gold(guid, 0, None, "words") for guid in guids)
    return Question(identifier, "what?", bool(gold), "fact", "engineer", gold, ())


def test_every_interview_that_readers_asked_about_is_in_one_half() -> None:
    """Thirty in each; the two copies of one interview are in the same."""
    lines = READERS.read_text("utf-8").splitlines()
    asked = {gold["episode"] for line in lines for gold in json.loads(line)["gold"]}
    first, second = halves()
    assert first | second == asked
    assert len(first) == len(second) == 30
    assert {"ship-it-10", "the-changelog-452"} <= first


def test_a_question_is_asked_where_its_interview_was_not_read() -> None:
    """By its first gold quote; one that nothing answers by the interview in its id; else always in the same half."""
    parts = halves()
    for number, guids in enumerate(parts):
        for guid in guids:
            assert half_of(question("d-1", guid, "unasked"), parts) == number
            assert half_of(question(f"ta-{guid}-5"), parts) == half_of(question(f"{guid}-q5"), parts) == number
    dealt = [half_of(question(f"d-{number}"), parts) for number in range(40)]
    assert set(dealt) == {0, 1}
    assert dealt == [half_of(question(f"d-{number}", "unasked"), parts) for number in range(40)]
