"""Questions for a list of lessons are recognised by their grammar, and no others."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer.asked_lessons import asked_lessons

MISTAKES = {"problem", "cause"}


@pytest.mark.parametrize(
    ("question", "about", "kinds"),
    [
        ("Lessons about moving platforms", "moving platforms", None),
        ("lessons learned from on-call?", "on-call", None),
        ("What lessons were learned about backups?", "backups", None),
        ("What are the main lessons from the tide gauge rewrite?", "the tide gauge rewrite", None),
        ("which lessons did they learn", "", None),
        ("Key takeaways on hiring", "hiring", None),
        ("What did teams learn about release trains?", "release trains", None),
        ("What mistakes did people make when moving house?", "moving house", MISTAKES),
        ("mistakes with feature flags", "feature flags", MISTAKES),
        ("Common pitfalls", "", MISTAKES),
        ("what went wrong during the harbour move?", "the harbour move", MISTAKES),
        ("What would they do differently?", "", {"advice", "remedy", "decision"}),
        ("What would you do differently next time with alerts?", "alerts", {"advice", "remedy", "decision"}),
        ("So, what advice do they give for new teams?", "new teams", {"advice", "remedy"}),
        ("tips on writing runbooks", "writing runbooks", {"advice", "remedy"}),
        ("Any advice about incidents", "incidents", {"advice", "remedy"}),
        ("lessons learned moving to the new harbour", "moving to the new harbour", None),
        ("Lessons of migrating to lanterns", "migrating to lanterns", None),
        ("Mistakes made writing logs", "writing logs", MISTAKES),
        ("lessons from the outage", "the outage", None),
    ],
)
def test_questions_for_lessons(question: str, about: str, kinds: set[str] | None) -> None:
    """What they are about stands after a preposition; the noun or verb says which kinds are asked for."""
    found = asked_lessons(question)
    assert found is not None
    assert (found.about, found.kinds) == (about, kinds)


SPEAKERS = ("Ada Moss", "Bo Ash", "Bo Reed")


def speakers_named(name: str) -> list[str]:
    return [speaker for speaker in SPEAKERS if f" {name.lower()} " in f" {speaker.lower()} "]


@pytest.mark.parametrize(
    ("question", "by", "about", "kinds"),
    [
        ("Lessons from Ada Moss", ("Ada Moss",), "", None),
        ("lessons learned by ada", ("Ada Moss",), "", None),
        ("Lessons from Ada Moss about moving house", ("Ada Moss",), "moving house", None),
        ("All lessons of Bo", ("Bo Ash", "Bo Reed"), "", None),
        ("Ada's lessons on ropes", ("Ada Moss",), "ropes", None),
        ("What are Ada’s main takeaways?", ("Ada Moss",), "", None),
        ("What did Ada learn?", ("Ada Moss",), "", None),
        ("So what has Ada Moss learned", ("Ada Moss",), "", None),
        ("What lessons did Ada learn about ropes?", ("Ada Moss",), "ropes", None),
        ("Which mistakes did Bo Ash make?", ("Bo Ash",), "", MISTAKES),
        ("What advice does Ada give on hiring", ("Ada Moss",), "hiring", {"advice", "remedy"}),
        ("advice from Ada", ("Ada Moss",), "", {"advice", "remedy"}),
        ("What would Ada do differently?", ("Ada Moss",), "", {"advice", "remedy", "decision"}),
    ],
)
def test_questions_for_lessons_of_a_person(
    question: str, by: tuple[str, ...], about: str, kinds: set[str] | None
) -> None:
    """Of everybody who speaks under the name; without such a speaker the name is what lessons are about."""
    found = asked_lessons(question, speakers_named)
    assert found is not None
    assert (found.by, found.about, found.kinds) == (by, about, kinds)
    unknown = asked_lessons(question.replace("Ada", "Zoe").replace("ada", "zoe").replace("Bo", "Zoe"), speakers_named)
    assert unknown is None or unknown.by == ()


@pytest.mark.parametrize(
    "question",
    [
        "What lesson did Ada learn from the outage?",
        "Why did they learn Dutch?",
        "How did the team avoid mistakes?",
        "What is a tip jar?",
        "Who gave the advice to leave?",
        "What did Bo learn at school?",
        "",
        "???",
        "lessons about " + "x " * 40,
    ],
)
def test_other_questions_ask_for_no_list(question: str) -> None:
    """One lesson of one person, or another thing that is called by such a word."""
    assert asked_lessons(question, speakers_named) is None


@given(st.text(max_size=300))
def test_any_text_is_read(question: str) -> None:
    """Hostile text neither fails nor takes long."""
    asked_lessons(question, speakers_named)


@pytest.mark.parametrize("begin", ["what is ", "which ", "Ada's "])
def test_repeated_words_take_no_time(begin: str) -> None:
    """No words can be read in several ways: two to the 22nd of them would hold the server for minutes."""
    began = process_time()
    assert asked_lessons(f"{begin}{'all the ' * 22}rest", lambda name: ["Ada"]) is None
    assert process_time() - began < 1
