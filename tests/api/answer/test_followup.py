"""Follow-up questions: what leans on the question before is made whole, what stands alone stays as it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answer.conversation import Asking, HistoryEntry, ask
from api.answer.followup import EarlierQuestion, WholeQuestion, needs_earlier_question, resolve_followup
from api.answer.question import MOST_QUESTION_CHARACTERS, parse_question

BEFORE = "Why did the harbour office leave the Tidewater platform?"
HISTORY = [EarlierQuestion(BEFORE, ("Tobias Renn", "Mina Calder"), ("Moving the records",))]


def whole(question: str, history: list[EarlierQuestion]) -> str:
    """The question as a person reads it."""
    return resolve_followup(question, history).text


@pytest.mark.parametrize(
    "question",
    [
        "And how long did that take?",
        "How long did it take them?",
        "What about the cost?",
        "Who works there now?",
        "What did they do about it afterwards?",
        "How many people were involved?",
        "Which one?",
        "Why not?",
        "Was this expensive?",
        "How did the rehearsal go?",
        "What was the reason?",
        "What is not covered?",
        "The cost?",
    ],
)
def test_a_question_that_leans_follows_the_one_before(question: str) -> None:
    """It reads as a person would ask both; searched are its words and the subject of the earlier question."""
    found = resolve_followup(question, HISTORY)
    assert found.text == f"{BEFORE} {question}"
    assert found.searched == f"{question.rstrip('?')} (harbour office leave Tidewater platform)?"


@pytest.mark.parametrize(
    ("question", "earlier", "expected"),
    [
        ("And why?", "How did the office move its records?", "Why did the office move its records?"),
        ("when", "why did the office move its records", "When did the office move its records?"),
        ("But how?", "Has the office moved its records?", "How has the office moved its records?"),
        ("Why?", "And how was it paid?", "Why was it paid?"),
        ("Why?", "What did the office move?", "What did the office move? Why?"),
        ("How?", "Which council paid for the database?", "Which council paid for the database? How?"),
        ("Why?", "How long did the move of the records take?", "How long did the move of the records take? Why?"),
        ("Why?", "Can you explain the move of the records?", "Can you explain the move of the records? Why?"),
        ("why so", "lighthouse database", "Lighthouse database? Why so?"),
    ],
)
def test_an_adverb_alone_asks_the_question_before_where_grammar_allows(
    question: str, earlier: str, expected: str
) -> None:
    """ "Why?" takes the place of another adverb or comes before an auxiliary, and never that of a subject or object."""
    assert whole(question, [EarlierQuestion(earlier)]) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who is Oluchi Varga?",
        "What is serverless?",
        "What did Oluchi Varga say about user research in hospitals?",
        "How did Lanternworks grow their platform team?",
        "Is it true that Lanternworks sells weather maps?",
        "Is there a lighthouse museum on the island of Sark?",
        "Which lessons that the designers learned would help a small charity?",
        "And why did Oluchi Varga found a museum of lighthouses in Sark?",
        "lighthouse museum opening hours",
        "quelle est la capitale de la France",
    ],
)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    """Nothing of the earlier question gets into a new subject."""
    assert resolve_followup(question, HISTORY) == WholeQuestion(question, question, question)


def test_he_and_she_are_the_speaker_who_was_quoted() -> None:
    """A person is named by the best quote, or by the one whose speaker the earlier question named."""
    for question, expected in (
        ("What did she say about safety?", "What did Tobias Renn say about safety?"),
        ("What was his role?", "What was Tobias Renn's role?"),
        ("What was her role, and was she paid?", "What was Tobias Renn's role, and was she paid?"),
        ("What did they ask her about?", "What did they ask Tobias Renn about?"),
    ):
        assert whole(question, HISTORY) == f"{BEFORE} {expected}"
    asked = [EarlierQuestion("What did Mina ask about storms?", ("Tobias Renn", "Mina Calder"))]
    assert whole("And what did she answer?", asked).endswith("? And what did Mina Calder answer?")


def test_what_about_a_name_puts_it_in_the_place_of_the_name_before() -> None:
    """ "What about X?" is the earlier question about X."""
    assert whole("What about Saltmarsh?", HISTORY) == "Why did the harbour office leave the Saltmarsh platform?"
    assert whole("And Saltmarsh Lite?", HISTORY) == "Why did the harbour office leave the Saltmarsh Lite platform?"


def test_the_subject_is_carried_through_a_chain() -> None:
    """A follow-up of a follow-up follows the question that named the subject and the one directly before."""
    chain = [*HISTORY, EarlierQuestion("How long did it take?"), EarlierQuestion("And who led it?")]
    assert resolve_followup("Was she paid?", chain) == WholeQuestion(
        f"{BEFORE} And who led it? Was Tobias Renn paid?",
        "Was Tobias Renn paid (led harbour office leave Tidewater platform)?",
        "Was Tobias Renn paid?",
    )
    fresh = [*chain, EarlierQuestion("Who founded the lighthouse museum in Sark?")]
    assert whole("And when was that?", fresh) == "Who founded the lighthouse museum in Sark? And when was that?"


def test_that_episode_is_named() -> None:
    """An episode that is pointed at is named by its title."""
    assert whole("Who else speaks in that episode?", HISTORY).endswith(
        "? Who else speaks in the episode Moving the records?"
    )


def test_without_history_nothing_changes() -> None:
    """The first question is never rewritten, nor one after blank questions."""
    assert whole("And why?", []) == "And why?"
    assert whole("And why?", [EarlierQuestion("  ")]) == "And why?"


def test_a_phrase_in_quotation_marks_is_not_asked_for_again() -> None:
    """What answers a follow-up need not hold the phrase of the question before it."""
    earlier = [EarlierQuestion('Who said “a quiet "Tuesday" morning”')]
    assert whole("And how long did it take?", earlier) == "Who said a quiet Tuesday morning? And how long did it take?"


@given(st.text(max_size=200), st.lists(st.builds(EarlierQuestion, st.text(max_size=2000)), max_size=10))
def test_any_text_is_resolved(question: str, history: list[EarlierQuestion]) -> None:
    """Whatever is typed, the result has at most 2,000 characters, and what does not lean is untouched."""
    found = resolve_followup(question, history)
    assert max(len(found.text), len(found.searched)) <= MOST_QUESTION_CHARACTERS
    if not needs_earlier_question(" ".join(question.split())):
        assert found.text == found.searched == " ".join(question.split())


def test_a_long_history_adds_only_what_fits() -> None:
    """Of an earlier question 40 words are shown and 12 searched, fewer before the limit is passed."""
    history = [EarlierQuestion(" ".join(f"{'w' * 150}{number}" for number in range(13)))]
    found = resolve_followup("And why did that happen?", history)
    assert found.text.endswith("11 … And why did that happen?")
    assert found.searched.startswith("And why did that happen (w")
    assert max(len(found.text), len(found.searched)) <= MOST_QUESTION_CHARACTERS
    long = resolve_followup("And why did that happen?", [EarlierQuestion("sea " * 50)]).text
    assert long == f"{'sea ' * 40}… And why did that happen?"


# --- at the doors

FIRST = "Which council paid for the lighthouse database?"


def test_history_makes_a_follow_up_searchable(client: TestClient) -> None:
    """A follow-up finds what it means, shows what was searched, and keeps what was asked."""
    first = client.post("/api/answers", json={"question": FIRST}).json()
    quotes = first["citations"] or first["related"]
    history = [{"question": FIRST, "citations": [quote["id"] for quote in quotes]}]
    answer = client.post(
        "/api/answers", json={"question": "And from which budget was that?", "history": history}
    ).json()
    assert answer["question"] == "And from which budget was that?"
    assert answer["rewritten_question"] == f"{FIRST} And from which budget was that?"
    assert quotes[0]["id"] in [quote["id"] for quote in answer["citations"] or answer["related"]]


def test_the_cited_speaker_is_meant_by_he(client: TestClient) -> None:
    """ "He" becomes the speaker of the cited quote."""
    quotes = client.post("/api/answers", json={"question": FIRST}).json()
    identifier = (quotes["citations"] or quotes["related"])[0]["id"]
    history = [{"question": FIRST, "citations": ["no-such-quote", identifier]}]
    answer = client.post("/api/answers", json={"question": "What did he say of rehearsals?", "history": history}).json()
    assert answer["rewritten_question"] == f"{FIRST} What did Tobias Renn say of rehearsals?"


def test_history_leaves_other_questions_alone(client: TestClient) -> None:
    """A question on a new subject is answered as if it were the first."""
    question = "When was the traffic switched on a quiet Tuesday?"
    alone = client.post("/api/answers", json={"question": question}).json()
    after = client.post("/api/answers", json={"question": question, "history": [{"question": FIRST, "citations": []}]})
    assert after.json() | {"timings_ms": 0} == alone | {"timings_ms": 0}


@pytest.mark.parametrize(
    ("history", "status"),
    [
        (None, 200),
        ([], 200),
        ([{"question": "", "citations": []}], 200),
        ([{"question": FIRST, "citations": ["gds-1-aaaa.0.5.0123456789", "\u0000"]}], 200),
        ([{"question": FIRST, "citations": []}] * 10, 200),
        ([{"question": FIRST, "citations": []}] * 11, 422),
        ([{"question": "x" * 2001, "citations": []}], 422),
        ([{"citations": []}], 422),
        ("what", 422),
    ],
)
def test_history_is_bounded(client: TestClient, history: object, status: int) -> None:
    """At most ten earlier questions are read; ids that resolve to nothing do no harm."""
    response = client.post("/api/answers", json={"question": "And why was that?", "history": history})
    assert response.status_code == status, response.text


def test_the_page_asks_on(client: TestClient) -> None:
    """A follow-up box stands under an answer, carries the question and best quote, and says what was searched."""
    page = client.get("/", params={"q": FIRST, "show": "harbour"}).text
    assert f'name="after" value="{FIRST}"' in page
    assert '<input type="hidden" name="show" value="harbour">' in page
    follow = client.get("/", params={"q": "And from which budget was that?", "after": FIRST}).text
    assert f"Searched for: {FIRST} And from which budget was that?" in follow
    assert "winter budget" in follow
    assert 'name="after"' not in client.get("/").text


def test_the_core_needs_no_door(client: TestClient) -> None:
    """The same rule holds below HTTP."""
    base = client.app.state.live.base()  # type: ignore[attr-defined]
    answer = ask(base, Asking(parse_question("And from which budget was that?"), (HistoryEntry(FIRST),)))
    assert answer.rewritten_question is not None
    assert isinstance(base.home, Path)
