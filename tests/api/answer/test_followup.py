"""Follow-up questions: what leans on the question before is made whole, what stands alone stays as it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answer.conversation import Asking, HistoryEntry, ask
from api.answer.followup import EarlierQuestion, needs_earlier_question, resolve_followup
from api.answer.question import MOST_QUESTION_CHARACTERS, parse_question
from index.keywords import stems

BEFORE = "Why did the harbour office leave the Tidewater platform?"
HISTORY = [EarlierQuestion(BEFORE, ("Tobias Renn", "Mina Calder"), ("Moving the records",))]


@pytest.mark.parametrize(
    "question",
    [
        "And why?",
        "why",
        "And how long did that take?",
        "How long did it take them?",
        "What about the cost?",
        "Who works there now?",
        "What did they do about it afterwards?",
        "How many people were involved?",
        "Which one?",
        "Was this expensive?",
        "How did the rehearsal go?",
        "The cost?",
    ],
)
def test_a_question_that_leans_gets_the_subject_of_the_one_before(question: str) -> None:
    """The subject words of the earlier question are added, and what was asked stays in front."""
    whole = resolve_followup(question, HISTORY)
    assert whole.startswith(question.rstrip("?"))
    assert {"harbour", "offic", "tidewat", "platform"} <= set(stems(whole))


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
    assert resolve_followup(question, HISTORY) == question


def test_he_and_she_are_the_speaker_who_was_quoted() -> None:
    """A person is named by the best quote, or by the one whose speaker the earlier question named."""
    assert resolve_followup("What did she say about safety?", HISTORY).startswith(
        "What did Tobias Renn say about safety"
    )
    asked = [EarlierQuestion("What did Mina ask about storms?", ("Tobias Renn", "Mina Calder"))]
    assert resolve_followup("And what did she answer?", asked).startswith("And what did Mina Calder answer")


def test_what_about_a_name_puts_it_in_the_place_of_the_name_before() -> None:
    """ "What about X?" is the earlier question about X."""
    assert (
        resolve_followup("What about Saltmarsh?", HISTORY) == "Why did the harbour office leave the Saltmarsh platform?"
    )
    assert (
        resolve_followup("And Saltmarsh Lite?", HISTORY)
        == "Why did the harbour office leave the Saltmarsh Lite platform?"
    )


def test_the_subject_is_carried_through_a_chain() -> None:
    """A follow-up of a follow-up still knows what the first question was about; a new subject replaces it."""
    chain = [*HISTORY, EarlierQuestion("How long did it take?")]
    assert "Tidewater" in resolve_followup("And who led it?", chain)
    fresh = [*chain, EarlierQuestion("Who founded the lighthouse museum in Sark?")]
    assert "Tidewater" not in resolve_followup("And when was that?", fresh)
    assert "museum" in resolve_followup("And when was that?", fresh)


def test_that_episode_is_named() -> None:
    """An episode that is pointed at is named by its title."""
    assert "Moving the records" in resolve_followup("Who else speaks in that episode?", HISTORY)


def test_without_history_nothing_changes() -> None:
    """The first question is never rewritten, nor one after blank questions."""
    assert resolve_followup("And why?", []) == "And why?"
    assert resolve_followup("And why?", [EarlierQuestion("  ")]) == "And why?"


@given(st.text(max_size=200), st.lists(st.builds(EarlierQuestion, st.text(max_size=2000)), max_size=10))
def test_any_text_is_resolved(question: str, history: list[EarlierQuestion]) -> None:
    """Whatever is typed, the result has at most 2,000 characters, and what does not lean is untouched."""
    whole = resolve_followup(question, history)
    assert len(whole) <= MOST_QUESTION_CHARACTERS
    if not needs_earlier_question(" ".join(question.split())):
        assert whole == " ".join(question.split())


def test_a_long_history_adds_only_what_fits() -> None:
    """Words are left out before the question grows past the limit."""
    history = [EarlierQuestion(" ".join(f"{'w' * 150}{number}" for number in range(13)))]
    whole = resolve_followup("And why did that happen?", history)
    assert whole.startswith("And why did that happen (w")
    assert len(whole) <= MOST_QUESTION_CHARACTERS


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
    assert "lighthouse database" in answer["rewritten_question"]
    assert (answer["citations"] or answer["related"])[0]["id"] == quotes[0]["id"]


def test_the_cited_speaker_is_meant_by_he(client: TestClient) -> None:
    """ "He" becomes the speaker of the cited quote."""
    quotes = client.post("/api/answers", json={"question": FIRST}).json()
    identifier = (quotes["citations"] or quotes["related"])[0]["id"]
    history = [{"question": FIRST, "citations": ["no-such-quote", identifier]}]
    answer = client.post("/api/answers", json={"question": "What did he say of rehearsals?", "history": history}).json()
    assert answer["rewritten_question"].startswith("What did Tobias Renn say of rehearsals")


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
    assert "Searched for: And from which budget was that (council paid lighthouse database)?" in follow
    assert "winter budget" in follow
    assert 'name="after"' not in client.get("/").text


def test_the_core_needs_no_door(client: TestClient) -> None:
    """The same rule holds below HTTP."""
    base = client.app.state.live.base()  # type: ignore[attr-defined]
    answer = ask(base, Asking(parse_question("And from which budget was that?"), (HistoryEntry(FIRST),)))
    assert answer.rewritten_question is not None
    assert isinstance(base.home, Path)
