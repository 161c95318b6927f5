"""Questions for a definition or about a person are recognised by their grammar, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer.asked_form import form_of


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What is a tide table?", "tide table"),
        ("what's a lock file", "lock file"),
        ("What’s Tideline?", "Tideline"),
        ("so, what is the strangler pattern exactly?", "strangler pattern"),
        ("What are feature flags, in simple terms?", "feature flags"),
        ("What was Harbour Verify?", "Harbour Verify"),
        ("What is infrastructure as code?", "infrastructure as code"),
        ("what does sharding mean", "sharding"),
        ("What does “blast radius” mean?", "blast radius"),
        ("What do people mean by shift left?", "shift left"),
        ("what is meant by toil", "toil"),
        ("define idempotency", "idempotency"),
        ("Could you please explain backpressure?", "backpressure"),
        ("Can you tell me what a runbook is?", "a runbook"),
        ("do you know what serverless means", "serverless"),
        ("tell me about Tideline", "Tideline"),
        ("SLO meaning", "SLO"),
        ("Tideline?", "Tideline"),
        ("What is Go?", "Go"),
        ("what is the test pyramid", "test pyramid"),
        ("What does spring tide mean when you moor a boat?", "spring tide"),
        ("What does slack in the rope mean for a sailor?", "slack in the rope"),
        ("What is a mooring, and when do you need one?", "mooring"),
        ("Tideline at the harbour: what is it and who runs it?", "Tideline"),
        ("Tideline, what does it stand for?", "Tideline"),
    ],
)
def test_questions_for_a_definition(question: str, subject: str) -> None:
    """The subject is what stands in the place of X, without its article."""
    form = form_of(question)
    assert form is not None
    assert (form.kind, form.subject) == ("definition", subject.removeprefix("a "))


@pytest.mark.parametrize(
    ("question", "kind", "subject", "place"),
    [
        ("Who is Ada Moor?", "person", "Ada Moor", None),
        ("who's ada moor", "person", "ada moor", None),
        ("do you know who Ada Moor is", "person", "Ada Moor", None),
        ("What is Ada's role at the Harbour Office?", "person", "Ada", "Harbour Office"),
        ("what does Ada Moor do", "doing", "Ada Moor", None),
        ("What does Ada do at the Harbour Office?", "doing", "Ada", "Harbour Office"),
        ("Who is the co-pilot?", "role", "co-pilot", None),
        ("who's the head of delivery at Tideline", "role", "head of delivery", "Tideline"),
        ("Who is the CEO of Tideline?", "role", "CEO", "Tideline"),
        ("When did Ada Moor join the Harbour Office?", "joined", "Ada Moor", "Harbour Office"),
        ("How long has Ada been working at Tideline?", "joined", "Ada", "Tideline"),
        ("When did Ada start working for Tideline?", "joined", "Ada", "Tideline"),
        ("When did Ada join?", "joined", "Ada", None),
        ("Who founded Tideline?", "made", "Tideline", None),
        ("who wrote the parser", "made", "parser", None),
        ("What did Tideline run on before Postgres?", "before", "Tideline", None),
        ("Where did Ada work before the Harbour Office?", "before", "Ada", None),
    ],
)
def test_questions_about_a_person(question: str, kind: str, subject: str, place: str | None) -> None:
    """Who somebody is, what they do, since when, who made a thing, and what was before."""
    form = form_of(question)
    assert form is not None
    assert (form.kind, form.subject, form.place) == (kind, subject, place)


@pytest.mark.parametrize(
    "question",
    [
        "What is the hardest part of moving a harbour?",
        "What is one thing you would change?",
        "What is the plan?",
        "What are the entry points?",
        "What's the future of Tideline?",
        "What is the real meaning?",
        "What is the name of the team?",
        "What is the first thing to do?",
        "What is Tideline built on?",
        "What is Tideline called in German?",
        "What is wrong with paper maps?",
        "What are the benefits of serverless?",
        "What is the difference between a pod and a node?",
        "What is life like in a harbour?",
        "What is your role?",
        "What is Ada working on?",
        "What is Tideline's price?",
        "What is it?",
        "What is a good way to learn Rust?",
        "What did Ada do on Friday?",
        "When did they migrate to Fargate?",
        "Who is responsible for deploys?",
        "Who is the best sailor you know?",
        "Who is your favourite?",
        "Which database does Tideline use?",
        "How much money did it save?",
        "tell me about the migration",
        "explain how they moved",
        "Really?",
        "Why?",
        "?",
        "paper harbour maps",
    ],
)
def test_other_questions_have_no_form(question: str) -> None:
    """A definite or superlative phrase with a complement, a predicate or a question of another kind defines nothing."""
    assert form_of(question) is None


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from("what is who the a does mean by of X ? ' before did".split())).map(" ".join)
)
def test_any_text_is_a_question(text: str) -> None:
    """A form has a subject, and nothing that is typed fails."""
    form = form_of(text)
    assert form is None or form.subject.strip()
