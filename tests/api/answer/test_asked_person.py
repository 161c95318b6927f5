"""Questions for what one person says about a subject: their form, and that the answer is in that person's words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from api.answer import compose
from api.answer.asked_person import AskedPerson, asked_person
from api.answer.compose import Answer
from api.answer.confidence import CONFIDENT
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.knowledge_base import KnowledgeBase
from index.passage import Filters

MakeBase = Callable[..., KnowledgeBase]

SPEAKERS = ("Ada Moss", "Bo Ash", "Bo Elm")
SAID = {
    "a-1-aaaa": [
        ("Ada Moss", "We painted the ropes of the ferry with tar in the autumn because rats eat ropes."),
        ("Bo Ash", "And the baker on the pier sold cold bread to forty children from a small window."),
    ],
    "b-1-bbbb": [("Bo Ash", "Next week the harbour gets a lighthouse with a lamp that turns all night long.")],
}


def speakers_named(name: str) -> list[str]:
    wanted = name.casefold()
    return [one for one in SPEAKERS if f" {wanted} " in f" {one.casefold()} "]


def answer(base: KnowledgeBase, question: str, filters: Filters | None = None) -> Answer:
    return ask(base, Asking(parse_question(question), filters=filters or Filters()))


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("What does Ada say about tar?", "tar"),
        ("so what did ada moss think of the ropes", "the ropes"),
        ("What has Ada learned from the rats?", "the rats"),
        ("How does Ada feel about ferries?", "ferries"),
        ("How does Ada explain tar?", "tar"),
        ("Did Ada ever mention tar?", "tar"),
        ("Does Ada Moss talk about rats?", "rats"),
        ("Where did Ada describe the ferry?", "the ferry"),
        ("How does Ada use tar?", "tar"),
        ("What is Ada’s opinion of rats?", "rats"),
        ("Ada Moss's thoughts on tar", "tar"),
        ("ada on tar", "tar"),
    ],
)
def test_who_is_asked_about_what(question: str, about: str) -> None:
    """By verbs and nouns of saying; a name in any case, whole or in part."""
    assert asked_person(question, speakers_named) == AskedPerson("Ada Moss", about)


@pytest.mark.parametrize(
    "question",
    [
        "What does Zoe say about tar?",  # nobody of that name speaks
        "What does Bo say about tar?",  # two people
        "What does Ada say about it?",
        "Why did Ada paint the ropes?",
        "Who is Ada?",
        "What did Ada do before the ferry?",
        "What do they say about tar?",
        "",
        f"What does Ada say about {'tar ' * 60}?",
    ],
)
def test_other_questions_have_no_such_form(question: str) -> None:
    """They are searched as they stand."""
    assert asked_person(question, speakers_named) is None


@pytest.mark.parametrize(
    "question",
    [
        "What does Ada say about penguins?",
        "Did Ada mention penguins?",
        "Ada on penguins",
        "What tips did Ada give on penguins?",
    ],
)
def test_a_name_is_no_subject(base_of: MakeBase, question: str) -> None:
    """However much Ada says, nobody speaks of penguins."""
    found = answer(base_of(SAID), question)
    assert (found.status, found.citations, found.confidence, found.reason) == ("unanswerable", (), 0, "not_mentioned")
    assert found.never_said == ("penguins",)


def test_what_somebody_else_says_is_not_theirs(base_of: MakeBase) -> None:
    """It is refused, but shown as what touches on the question."""
    found = answer(base_of(SAID), "What does Ada say about cold bread?")
    assert (found.status, found.reason) == ("unanswerable", "mentioned")
    assert "cold bread" in found.related[0].quote


@pytest.mark.parametrize(
    "question", ["What does Bo Ash say about the lighthouse?", "bo ash on lamps", "Did Bo Ash mention bread?"]
)
def test_what_a_person_says_is_quoted(base_of: MakeBase, question: str) -> None:
    """In their words alone."""
    found = answer(base_of(SAID), question)
    assert found.status != "unanswerable"
    assert {citation.speaker for citation in found.citations} == {"Bo Ash"}


def test_what_a_person_speaks_of_is_no_less_answered_for_its_few_words(
    base_of: MakeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the subject alone is too little evidence but spoken of, the whole question counts, in the same words."""
    base = base_of({"a-1-aaaa": [("Ada Moss", "I am Ada Moss and I say that rats eat ropes on the ferry.")]})
    question = "What does Ada Moss say about rats, penguins, walruses, ferries and sledges?"
    hers = Filters(speaker="Ada Moss")
    subject, whole = (
        CONFIDENT * compose.ask(base, parse_question(text), filters=hers).estimates.answered
        for text in ("rats, penguins, walruses, ferries and sledges", question)
    )
    assert subject < whole
    base = replace(base, fitted=replace(base.fitted, touches=(subject + whole) / 2))
    assert answer(base, question).status == "unanswerable"

    monkeypatch.setattr("api.answer.conversation.MENTIONED", 0.001)  # the tests' encoder is sure of little

    assert answer(base, question).status == "partial"


def test_a_refusal_of_a_clause_has_its_reason(base_of: MakeBase) -> None:
    """Though only one person's words were searched, it is known what nobody says."""
    found = answer(base_of(SAID), "What does Ada say about penguins, walruses, glaciers, sledges and icebergs?")
    assert (found.status, found.reason) == ("unanswerable", "not_mentioned")
    assert found.never_said[:2] == ("penguins", "walruses")


def test_filters_of_the_reader_come_first(base_of: MakeBase) -> None:
    """Who asks Bo Ash what Ada says gets Bo's words; an episode without a person's words holds no answer of theirs."""
    base = base_of(SAID)
    other = answer(base, "What does Ada say about bread?", Filters(speaker="Bo Ash"))
    assert {citation.speaker for citation in (*other.citations, *other.related)} == {"Bo Ash"}
    assert answer(base, "What does Ada say about tar?", Filters(episode="b-1-bbbb")).status == "unanswerable"


def test_of_a_clause_nothing_is_known(base_of: MakeBase) -> None:
    """Its words may all be said otherwise, so it is not refused for them."""
    base = base_of(SAID)
    base = replace(base, fitted=replace(base.fitted, touches=0.2))  # the tests' encoder knows no other words
    found = answer(base, "What does Ada say about rats that gnaw on old ropes when nobody paints them with tar?")
    assert found.status != "unanswerable"
    assert {citation.speaker for citation in found.citations} == {"Ada Moss"}
