"""Questions for lessons are answered by the register: what is about the subject, and nothing that was rejected."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.answer.compose import Answer
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.knowledge_base import KnowledgeBase
from api.lessons.register import register_of
from index.passage import Filters
from ingest.library.decisions import Decision, append_decision
from ingest.library.records import load_transcript
from tests.api.conftest import HARBOUR
from tests.api.lessons.scripted import publish, save

RATS = "We learned that rats eat the ropes of every ferry at night."
TAR = "So we painted the ropes of the ferry with tar in the autumn."
BREAD = "The baker on the pier sold cold bread to forty children."
ASKED = "What did you learn about the ropes of the ferry?"


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    save(tmp_path, "harbour-1-aaaa", [("Host", ASKED), ("Ada Moss", f"{RATS} {TAR}")], 2020)
    save(tmp_path, "harbour-2-bbbb", [("Host", "And what about the pier?"), ("Bo Ash", BREAD)], 2022)
    opened = publish(tmp_path)
    yield opened
    opened.generation.close()


def told(base: KnowledgeBase, question: str, k: int = 4, filters: Filters | None = None) -> Answer:
    return ask(base, Asking(parse_question(question), k=k, filters=filters or Filters()))


def quotes(answer: Answer) -> set[str]:
    return {citation.quote for citation in answer.citations}


def test_lessons_about_a_subject_are_told(base: KnowledgeBase) -> None:
    """Verbatim, by who said them; what is about something else is not among them."""
    answer = told(base, "Lessons about the ropes of the ferry")
    assert (answer.kind, answer.status == "unanswerable") == ("lessons", False)
    assert quotes(answer) == {RATS, TAR}
    for citation in answer.citations:
        transcript = load_transcript(base.home, citation.episode.id)
        assert transcript is not None
        assert citation.quote in transcript.turns[citation.turn].text
        assert citation.speaker == "Ada Moss"
    assert len(told(base, "Lessons about the ropes of the ferry", k=1).citations) == 1


def test_nothing_about_the_subject_is_a_refusal(base: KnowledgeBase) -> None:
    """With the words that nobody says, and the nearest lessons apart."""
    answer = told(base, "lessons about zanzibar")
    assert (answer.kind, answer.status, answer.citations, answer.confidence) == ("lessons", "unanswerable", (), 0)
    assert answer.never_said == ("zanzibar",)


def test_what_is_said_in_other_words_is_quoted(base: KnowledgeBase) -> None:
    """Where the register has no lesson about a subject that somebody speaks of; not what a person rejected as one."""
    answer = told(base, "mistakes with cold bread for children")  # in the register this is no mistake
    assert (answer.kind, answer.status == "unanswerable") == ("quotes", False)
    assert answer.citations[0].quote == BREAD
    assert told(base, "Ada's mistakes with cold bread for children").status == "unanswerable"
    (entry,) = [one for one in register_of(base.home, base.generation).entries if one.speaker == "Bo Ash"]
    append_decision(base.home, HARBOUR.id, Decision("2026-01-01T00:00:00Z", "Mina", "reject", entry.id, BREAD, None))
    refused = told(base, "mistakes with cold bread for children")
    assert (refused.kind, refused.status) == ("lessons", "unanswerable")


def test_without_any_lesson_of_a_kind_the_words_are_searched(tmp_path: Path) -> None:
    """Where the register has no mistakes, "What went wrong?" is a question like any other."""
    said = [("Host", "And what about the pier?"), ("Bo Ash", f"{BREAD} All went wrong.")]
    save(tmp_path, "harbour-2-bbbb", said, 2022)
    base = publish(tmp_path)
    assert "went wrong" in told(base, "What went wrong?").citations[0].quote
    base.generation.close()


def test_without_a_subject_the_best_are_told(base: KnowledgeBase) -> None:
    """All kinds or those that are asked for, within filters."""
    assert quotes(told(base, "What lessons were learned?", k=8)) == {RATS, TAR, BREAD}
    assert quotes(told(base, "What lessons were learned?", filters=Filters(speaker="Bo Ash"))) == {BREAD}
    assert quotes(told(base, "lessons", filters=Filters(until="2021-01-01"))) == {RATS, TAR}
    register = register_of(base.home, base.generation)
    wrong = [entry for entry in register.entries if entry.kind in ("problem", "cause")]
    expected = {citation.quote for entry in wrong for citation in register.citations(entry)}
    assert quotes(told(base, "What mistakes did they make?", k=8)) == expected


def test_rejected_lessons_are_not_told(base: KnowledgeBase) -> None:
    """And come back when that is taken back."""
    (entry,) = [one for one in register_of(base.home, base.generation).entries if one.speaker == "Bo Ash"]
    for action, expected in (("reject", {RATS, TAR}), ("propose", {RATS, TAR, BREAD})):
        line = Decision("2026-01-01T00:00:00Z", "Mina", action, entry.id, BREAD, None)  # type: ignore[arg-type]
        append_decision(base.home, HARBOUR.id, line)
        assert quotes(told(base, "lessons", k=8)) == expected


def test_another_question_is_answered_by_quotes(base: KnowledgeBase) -> None:
    """Also one that holds the word."""
    assert told(base, "Why did Ada learn about rats?").kind == "quotes"


def test_the_lessons_of_a_person_are_theirs(base: KnowledgeBase) -> None:
    """Not those that are about somebody; about a subject those that they tell about it; nobody else's otherwise."""
    assert quotes(told(base, "Lessons from Ada Moss", k=8)) == {RATS, TAR}
    assert quotes(told(base, "What did Bo learn?", k=8)) == {BREAD}
    assert quotes(told(base, "Ada's lessons about the ropes of the ferry", k=8)) == {RATS, TAR}
    assert quotes(told(base, "Bo's lessons about the ropes of the ferry", k=8)) == set()
    refused = told(base, "Lessons from Bo", filters=Filters(speaker="Ada Moss"))
    assert (refused.kind, refused.status) == ("lessons", "unanswerable")
    assert told(base, "What did Zoe learn?").kind == "quotes"
