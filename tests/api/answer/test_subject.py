"""The subject of a question: whether the podcast speaks of it, and what is said where nothing answers."""

from collections.abc import Callable

import pytest

from api.answer.compose import Answer, ask
from api.answer.question import parse_question
from api.formatting import reason_notes
from api.knowledge_base import KnowledgeBase
from api.terminal.text import answer_text
from index.passage import Filters

MakeBase = Callable[..., KnowledgeBase]

SAID = {
    "a-1-aaaa": [
        ("Kat Stevens", "We told Mina Calder that GOV.UK Pay moved to serverless in 2019 because servers cost money."),
        ("Mina Calder", "And then Kat Stevens bought a boat, as people with a boat know."),
    ],
    "b-1-aaaa": [("Bo Ash", "The ferry sails on every Tuesday when Mina Calder is the pilot of the day.")],
}


def answer(base: KnowledgeBase, question: str) -> Answer:
    return ask(base, parse_question(question))


@pytest.mark.parametrize(
    ("question", "never_said"),
    [
        ("Who is Zanzibar?", ("Zanzibar",)),
        ("zanzibar", ("zanzibar",)),
        ("what did zanzibar or timbuktu do", ("zanzibar", "timbuktu")),
    ],
)
def test_what_nobody_says_is_not_answered(base_of: MakeBase, question: str, never_said: tuple[str, ...]) -> None:
    """However well the words of grammar match; and the words that nobody says are named."""
    found = answer(base_of(SAID), question)
    assert (found.status, found.confidence, found.reason) == ("unanswerable", 0, "not_mentioned")
    assert found.never_said == never_said
    assert f"The podcast does not answer this. Nobody says “{found.never_said[0]}”" in answer_text(found)


def test_names_and_numbers_that_nobody_says_are_told(base_of: MakeBase) -> None:
    """Nobody says "Ash", but somebody is called so; and an ordinary word may be said otherwise ("borrow")."""
    assert answer(base_of(SAID), "What did Ash borrow?").never_said == ()
    assert answer(base_of(SAID), "What did Ash and Zanzibar borrow in 1999?").never_said == ("Zanzibar", "1999")


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Which database does GOV.UK Pay use?", "database"),
        ("how much database did GOV.UK Pay have", "database"),
        ("Which broker does GOV.UK Pay use?", "broker"),
        ("How many routers did GOV.UK Pay have?", "routers"),
    ],
)
def test_what_is_asked_for_by_name_must_be_said(base_of: MakeBase, question: str, word: str) -> None:
    """Nobody says "database", so nothing can tell which one, however much is said of GOV.UK Pay."""
    found = answer(base_of(SAID), question)
    assert (found.status, found.reason, found.never_said) == ("unanswerable", "not_mentioned", (word,))
    assert answer(base_of(SAID), "Which ferry sails on Tuesday?").status != "unanswerable"
    assert answer(base_of(SAID), "In which year did GOV.UK Pay move to serverless?").never_said == ()


@pytest.mark.parametrize(
    "question",
    [
        "How does GOV.UK Pay use penguins?",
        "What does GOV.UK Pay say about penguins?",
        "Does GOV.UK Pay mention penguins?",
    ],
)
def test_what_is_used_or_spoken_of_must_be_said(base_of: MakeBase, question: str) -> None:
    """However much is said of who is named beside it; one of several words is enough."""
    found = answer(base_of(SAID), question)
    assert (found.status, found.reason, found.never_said) == ("unanswerable", "not_mentioned", ("penguins",))
    for other in ("Does GOV.UK Pay use servers or penguins?", "What is GOV.UK Pay used for?"):
        assert answer(base_of(SAID), other).estimates.subject > 0


def test_a_question_without_a_subject_is_unclear(base_of: MakeBase) -> None:
    """It is said to be so, and not that nobody speaks of it."""
    found = answer(base_of(SAID), "Why is it that the?")
    assert (found.status, found.reason, found.estimates.subject) == ("unanswerable", "unclear", 0)
    assert "The question does not say what it is about." in answer_text(found)


def test_a_subject_that_is_spoken_of_is_likelier_than_one_that_is_not(base_of: MakeBase) -> None:
    """All its words are said near each other, or only one of them somewhere."""
    base = base_of(SAID)
    near, far = (
        answer(base, text).estimates.subject for text in ("Why did a ferry sail on Tuesday?", "Why do ferries sink?")
    )
    assert 0 <= far < near <= 1


def test_the_reason_is_told_with_the_words_that_nobody_says() -> None:
    """One sentence each, at most three words; an answer needs none."""
    assert reason_notes(None, ()) == []
    assert reason_notes(None, ("Zanzibar",)) == ["Nobody says “Zanzibar”."]
    assert reason_notes("not_mentioned", ()) == ["Nobody speaks of this subject."]
    assert reason_notes("not_mentioned", ("a", "b", "c", "d")) == ["Nobody says “a” or “b” or “c”."]
    assert len(reason_notes("mentioned", ("Zanzibar",))) == 2
    assert reason_notes("unclear", ()) == ["The question does not say what it is about."]


@pytest.mark.parametrize(
    "question",
    [
        "How much cheaper was serverless than servers?",
        "What is the boat which replaced the ferry?",
        "How many years did GOV.UK Pay run on servers?",
    ],
)
def test_only_a_thing_that_is_asked_for_by_name_must_be_said(base_of: MakeBase, question: str) -> None:
    """Comparisons, clauses with "which" and units ask for nothing by name."""
    assert answer(base_of(SAID), question).estimates.subject > 0


def test_of_a_part_nothing_is_said_about_the_whole(base_of: MakeBase) -> None:
    """With filters a refusal gives no reason: what one speaker does not say another may."""
    found = ask(base_of(SAID), parse_question("Who paid for zanzibar?"), filters=Filters(speaker="Bo Ash"))
    assert (found.status, found.reason) == ("unanswerable", None)
