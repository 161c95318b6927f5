"""A conversation: a follow-up looks for what is new, and a page carries the thread in its address."""

from collections.abc import Callable, Sequence

import pytest

from api.answer import candidates
from api.answer.compose import Answer
from api.answer.conversation import MOST_HISTORY, Asking, HistoryEntry, ask, asked_on, first_quotes
from api.answer.question import parse_question
from api.knowledge_base import KnowledgeBase

# Two people say about the same, in other words.
FERRY: dict[str, list[tuple[str | None, str]]] = {
    "a": [
        ("Mina", "How was it on the boats that winter?"),
        ("Tobias", "The ferry engine stopped in the harbour because its old pump froze every winter night."),
    ],
    "b": [
        ("Mina", "How was it on the boats that winter?"),
        ("Oluchi", "Our ferry engine stopped near the harbour whenever the cold pump lost its grease."),
    ],
}
FIRST = "Why did the ferry engine stop in the harbour?"


@pytest.fixture
def ferry(base_of: Callable[..., KnowledgeBase]) -> KnowledgeBase:
    return base_of(FERRY)


def asked(base: KnowledgeBase, question: str, history: Sequence[HistoryEntry] = ()) -> Answer:
    return ask(base, Asking(parse_question(question), tuple(history)))


def quotes(answer: Answer) -> list[str]:
    return [citation.id for citation in answer.citations or answer.related]


def test_a_quote_that_was_shown_gives_way_to_a_new_one(ferry: KnowledgeBase) -> None:
    """The first quote of the first answer no longer leads the second, but is not lost; a new one does."""
    first = quotes(asked(ferry, FIRST))
    again = quotes(asked(ferry, "And why did it stop?", [HistoryEntry(FIRST)]))
    assert again[0] == first[0], "nothing was shown yet"
    new = quotes(asked(ferry, "And why did it stop?", [HistoryEntry(FIRST, (first[0],))]))
    assert new[0].startswith("b.")
    assert first[0] in new


def test_words_that_were_shown_count_less_in_a_longer_quote_too(ferry: KnowledgeBase) -> None:
    """One shown word is enough, wherever in the thread; ids of other episodes and other texts do not count."""
    first = quotes(asked(ferry, FIRST))[0]
    episode, begin, *_ = first.split(".")
    part = f"{episode}.{begin}.3.aaaaaaaaaa"
    elsewhere = f"c.{begin}.3.aaaaaaaaaa"
    follow = "And why did it stop?"
    old, later = HistoryEntry(FIRST, ("\0", elsewhere, part)), HistoryEntry("Where was that?")
    assert quotes(asked(ferry, follow, [old, later]))[0].startswith("b.")
    assert quotes(asked(ferry, follow, [HistoryEntry(FIRST, ("\0", elsewhere))]))[0] == first


def test_a_shown_quote_stays_where_nothing_else_answers(base_of: Callable[..., KnowledgeBase]) -> None:
    """What was shown is quoted again if it is all there is."""
    base = base_of({"a": [("Tobias", "The ferry engine stopped in the harbour because its old pump froze.")]})
    first = quotes(asked(base, FIRST))
    assert quotes(asked(base, "And why did it stop?", [HistoryEntry(FIRST, tuple(first))])) == first


def test_the_cost_decides(ferry: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the cost the answer would be as without a thread."""
    monkeypatch.setattr(candidates, "_SHOWN_COST", 0.0)
    first = quotes(asked(ferry, FIRST))[0]
    assert quotes(asked(ferry, "And why did it stop?", [HistoryEntry(FIRST, (first,))]))[0] == first


def test_a_pronoun_is_the_person_who_was_asked_about(base_of: Callable[..., KnowledgeBase]) -> None:
    """Rather than who was quoted; and a follow-up for what somebody says is answered in their words."""
    base = base_of(
        {
            "a": [("Ada Moss", "Bo Ash is a baker who sold warm bread on the pier for thirty years of his life.")],
            "b": [("Bo Ash", "The lighthouse has a lamp that turns all night long so that every ferry can see it.")],
            "c": [
                ("Ada Moss", "I think that the lamp of the lighthouse is much too bright for the people of the pier.")
            ],
        }
    )
    quoted = tuple(citation.id for citation in asked(base, "Who sold warm bread on the pier?").citations)
    assert quoted[0].startswith("a.")
    for question in ("Who is Bo Ash?", "What does Bo say about bread?"):
        later = asked(base, "And what does he say about the lamp?", [HistoryEntry(question, quoted)])
        assert (later.rewritten_question or "").endswith("And what does Bo Ash say about the lamp?")
    later = asked(base, "What does he say about the lamp?", [HistoryEntry("Who is Bo Ash?", quoted)])
    assert {citation.speaker for citation in later.citations} == {"Bo Ash"}
    later = asked(base, "What does he say about penguins?", [HistoryEntry("Who is Bo Ash?", quoted)])
    assert (later.status, later.never_said) == ("unanswerable", ("penguins",))


def test_the_first_quotes_of_a_thread_are_found_or_gone(ferry: KnowledgeBase) -> None:
    """Each earlier answer's first quote, None without one or where its words are no more."""
    first = quotes(asked(ferry, FIRST))
    found = first_quotes(
        ferry.home,
        [
            HistoryEntry(FIRST, tuple(first)),
            HistoryEntry("x"),
            *(
                HistoryEntry("x", (name,))
                for name in ("a.0.5.aaaaaaaaaa", "a.0.vvv.aaaaaaaaaa", "z.0.5.aaaaaaaaaa", "\0")
            ),
        ],
    )
    assert [quote.id if quote else None for quote in found] == [first[0], None, None, None, None, None]


def test_a_short_thread_is_carried_whole() -> None:
    """Up to ten usual questions are carried as they are."""
    history = [HistoryEntry("Why did the ferry stop?", ("gds-1-aaaa.0.5.0123456789",) * 4)] * MOST_HISTORY
    assert asked_on(history) == tuple(history)


def test_a_long_thread_keeps_its_subject() -> None:
    """The oldest questions are left out; the first that stays is completed by them."""
    history = [HistoryEntry(FIRST), *[HistoryEntry(f"And number {one}?", ("id",)) for one in range(MOST_HISTORY)]]
    kept = asked_on(history)
    assert len(kept) == MOST_HISTORY
    assert kept[0] == HistoryEntry(f"{FIRST} And number 0?", ("id",))
    assert kept[1:] == tuple(history[2:])


def test_long_questions_are_carried_while_they_fit() -> None:
    """An address has room for 4,000 characters of a thread, and for the last question whatever its length."""
    history = [HistoryEntry(f"{number} {'x' * 1_500}") for number in range(4)]
    assert asked_on(history) == tuple(history[2:])
    longest = HistoryEntry("x" * 2_000, tuple("y" * 60 for _ in range(40)))
    assert asked_on([*history, longest]) == (longest,)
