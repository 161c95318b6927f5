"""Questions as people type them: misspelt, in quotation marks, in lower case, or a single word."""

import json
from collections.abc import Callable
from csv import DictReader
from io import StringIO
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answer import conversation
from api.answer.compose import Answer, ask, find
from api.answer.conversation import Asking, HistoryEntry
from api.answer.gather import gather, quoted
from api.answer.question import parse_question, query_of
from api.answer.spelling import corrected
from api.knowledge_base import KnowledgeBase
from api.quotes.resolve import resolve
from api.terminal.text import answer_text, page_text
from index.fitted import usual
from index.passage import Filters
from index.phrases import holds
from tests.api.markup import seen

MakeBase = Callable[..., KnowledgeBase]

PAID = "The harbour council paid for the lighthouse database from its winter budget."
TYPO = "Which council paid for the lihgthouse database?"
# Words that this encoder does not know, as none knows misspelt words.
SPLIT = frozenset(
    "aid becuase budgett chromodynamics counsil cuoncil ferrry lihgthouse paidd platfrom supplierr tobais walruss "
    "wniter xpaid ypier zaid".split()
)


@pytest.fixture(autouse=True)
def _pieces(encoder: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(encoder), "pieces", lambda _, word: 2 if word.lower() in SPLIT else 1)


def answer(base: KnowledgeBase, question: str, filters: Filters | None = None) -> Answer:
    return ask(base, parse_question(question), filters=filters)


def downloads(client: TestClient, question: str) -> tuple[list[dict[str, str]], str, Any]:
    """Everything about a question: the rows of the table, the document, the JSON object."""
    table, document, data = (
        client.get(f"/api/search.{form}", params={"q": question}).text for form in ("csv", "md", "json")
    )
    return list(DictReader(StringIO(table.removeprefix("\ufeff")))), document, json.loads(data)


def quotes(found: Answer) -> list[str]:
    return [one.quote for one in found.citations or found.related]


# --- misspelt words


def test_a_misspelt_word_is_answered_as_the_right_one(served_base: KnowledgeBase) -> None:
    """The answer is the same, says what else was searched for, and shows no other question."""
    right, wrong = answer(served_base, TYPO.replace("lihgt", "light")), answer(served_base, TYPO)
    assert (wrong.citations[0].quote, wrong.status) == (PAID, right.status)
    assert (wrong.also_searched_for, wrong.rewritten_question) == (("lighthouse",), None)
    assert right.also_searched_for == ()


def test_the_typed_word_is_searched_too(base_of: MakeBase) -> None:
    """The nearest word stands beside it, not instead of it."""
    base = base_of({"a-1-aaaa": [("Ada", "The ferry sails at noon from the northern pier.")]})
    query = query_of(base, parse_question("When does the ferrry sail?"))
    assert {"ferrri", "ferri"} <= set(query.terms)
    assert (query.text, query.typed) == ("When does the ferry sail?", "When does the ferrry sail?")


@pytest.mark.parametrize(
    ("typed", "also"),
    [
        ("Which counsil paid?", ("council",)),
        ("The CUONCIL's wniter budgett", ("council", "winter", "budget")),
        ("who is tobais renn", ("tobias",)),  # nobody says his first name
        ("a counsil, a counsil", ("council",)),
        ("does rust last?", ()),  # the encoder knows the word
        ("becuase of the council", ()),  # "because" says nothing
        ("xpaid and ypier", ("paid",)),
        ("aid for it", ()),
        ("zaid it", ()),  # four letters, another first one
        ("paidd", ("paid",)),
        ("council2 paid9x", ()),
        ("CouncilDB", ()),  # a name that somebody typed with care
        ('"counsil"', ()),
        ("quantum chromodynamics", ()),
        ("counsil " * 250, ("council",)),
        ("ﬁ́" * 1000, ()),
    ],
)
def test_only_misspelt_words_are_replaced(served_base: KnowledgeBase, typed: str, also: tuple[str, ...]) -> None:
    """Held words, words that the encoder knows, numbers, function words and quoted words stay as they are."""
    text, found = corrected(served_base, typed)
    assert found == also
    assert also or text == typed


def test_at_most_eight_words_are_replaced(served_base: KnowledgeBase) -> None:
    """A text in another language has many words that nobody says."""
    typed = "counsil wniter lihgthouse paidd budgett tobais walruss platfrom supplierr"
    assert corrected(served_base, typed)[0] == "council winter lighthouse paid budget tobias walrus platform supplierr"


def test_a_typo_and_what_was_searched_are_said_everywhere(served_base: KnowledgeBase, client: TestClient) -> None:
    """In both JSON objects, on both pages and in the terminal; on none of them without a typo."""
    said = "Also searched for: lighthouse"
    for path in ("/", "/search"):
        assert said in seen(client.get(path, params={"q": TYPO})).all("main")[0].text
        assert "Also searched for" not in client.get(path, params={"q": "lighthouse"}).text
    assert client.get("/api/search", params={"q": TYPO}).json()["also_searched_for"] == ["lighthouse"]
    assert client.post("/api/answers", json={"question": TYPO}).json()["also_searched_for"] == ["lighthouse"]
    events = client.post("/api/answers", json={"question": TYPO}, headers={"Accept": "text/event-stream"}).text
    assert '"also_searched_for": ["lighthouse"]' in events
    assert answer_text(answer(served_base, TYPO)).startswith(said)
    assert page_text(served_base, gather(served_base, parse_question(TYPO)), 1, 2).startswith(said)
    table, document, data = downloads(client, TYPO)
    assert [row["note"] for row in table] == [said]
    assert said in document.split("\n\n")
    assert data["also_searched_for"] == ["lighthouse"]


# --- quotation marks


def test_hits_and_quotes_hold_what_is_in_quotation_marks(base_of: MakeBase) -> None:
    """All hits and all quotes; as many hits as hold it, though others are nearer."""
    pilot = "Some pilot{0} said twice, a pilot who{0} said twice, and twice that{0} pilot said."
    drowned = "The ebb tide of harbour{0} drowned record{0} at noon{0}."
    nearer = "Which mooring{0} said twice tide, tide and pilot{0} of ebb, ebb?"
    tides = {f"a-{n}-aaaa": [("Ada", pilot.format(n)), ("Cy", drowned.format(n))] for n in range(9)}
    base = base_of(tides | {f"b-{n}-aaaa": [("Bo", nearer.format(n))] for n in range(9)})
    question = 'Which pilot said twice "ebb tide"?'
    found = gather(base, parse_question(question))
    assert len(found.hits) == 9
    assert found.not_held == ()
    assert all(holds(one.hit.passage.text, "ebb tide") for one in found.hits)
    best = [resolve(base.home, quote_id or "").quote.text for _, quote_id in quoted(base, found, found.about)]
    assert len(best) == 9
    assert all(holds(quote, "ebb tide") for quote in best)
    assert find(base, parse_question(question), 9) == quoted(base, found, [one.hit for one in found.hits])
    cited = quotes(answer(base, question))
    assert cited
    assert all(holds(quote, "ebb tide") for quote in cited)


def test_two_phrases_stand_in_one_hit(base_of: MakeBase) -> None:
    """A hit holds both; if none does, neither is asked for."""
    base = base_of(
        {
            "a-1-aaaa": [("Ada", "The ebb tide took it. A winter budget paid for it.")],
            "b-1-aaaa": [("Bo", "The ebb tide came back again.")],
            "c-1-aaaa": [("Cy", "Nobody knows the pilot any more.")],
            "d-1-aaaa": [("Di", "An ebb tide in winter, and a budget for it.")],
        }
    )
    found = gather(base, parse_question('"ebb tide" "winter budget"'))
    assert [one.hit.episode.id for one in found.hits] == ["a-1-aaaa"]
    apart = gather(base, parse_question('"ebb tide" "the pilot"'))
    assert (apart.not_held, len(apart.hits)) == (("ebb tide", "the pilot"), 4)


def test_a_phrase_that_nobody_says_is_given_up(served_base: KnowledgeBase, client: TestClient) -> None:
    """The answer is the one without quotation marks, and says so everywhere."""
    question = 'Which council paid for the "database lighthouse"?'
    with_marks, without = answer(served_base, question), answer(served_base, question.replace('"', ""))
    assert quotes(with_marks) == quotes(without)
    assert with_marks.not_held == ("database lighthouse",)
    said = "No passage that was searched holds these words: “database lighthouse”"
    for path in ("/", "/search"):
        assert said in seen(client.get(path, params={"q": question})).all("main")[0].text
    assert client.get("/api/search", params={"q": question}).json()["not_held"] == ["database lighthouse"]
    assert said in answer_text(with_marks)
    assert page_text(served_base, gather(served_base, parse_question(question)), 1, 2).startswith(said)
    table, document, data = downloads(client, question)
    assert [row["note"] for row in table] == [said]
    assert said in document.split("\n\n")
    assert data["not_held"] == ["database lighthouse"]


def test_a_phrase_that_is_said_is_never_said_to_be_missing(base_of: MakeBase) -> None:
    """Not if its sentence is too short to begin a quote, nor if a mark stands within it."""
    base = base_of(
        {"a-1-aaaa": [("Ada", "So was it. The ebb tide [laughs] took the pilot. Nobody saw them again there.")]}
    )
    assert answer(base, '"so was it"').not_held == ()
    laughed = answer(base, 'Who said "tide [laughs] took the pilot"?')
    assert (laughed.not_held, "took the pilot" in quotes(laughed)[0]) == ((), True)


@pytest.mark.parametrize("question", ["x" * 300, "é" * 1000, "谢" * 40], ids=["x", "é", "谢"])
def test_a_word_too_long_to_be_searched_is_not_answered(served_base: KnowledgeBase, question: str) -> None:
    """It has no stem, so no quote says it."""
    assert answer(served_base, question).status == "unanswerable"


def test_a_phrase_and_filters_hold_together(served_base: KnowledgeBase) -> None:
    """Where the filters allow nothing that holds it, it is given up; a speaker who does not say it is not quoted."""
    question = 'What is the "winter budget"?'
    tobias = answer(served_base, question, Filters(speaker="Tobias Renn"))
    assert (quotes(tobias), tobias.not_held) == ([PAID], ())
    mina = answer(served_base, question, Filters(speaker="Mina Calder"))
    assert mina.not_held == ("winter budget",)
    letters = answer(served_base, question, Filters(episode="harbour-3-cccc"))
    assert letters.not_held == ("winter budget",)
    assert quotes(letters)


# --- names in lower case


@pytest.mark.parametrize("question", ["Who is Tobias Renn?", "Did Oluchi switch the traffic?", "GOV.UK or Tobias"])
def test_a_question_in_lower_case_has_the_same_answer(served_base: KnowledgeBase, question: str) -> None:
    """Quotes, confidence and verdict are those of the question with its capitals."""
    one, other = answer(served_base, question), answer(served_base, question.lower())
    assert (one.status, one.confidence, quotes(one)) == (other.status, other.confidence, quotes(other))


def test_a_follow_up_knows_names_in_lower_case(served_base: KnowledgeBase) -> None:
    """ "What about X?" asks the earlier question about X, however both are typed."""
    asked = [
        conversation.ask(served_base, Asking(parse_question(follow), (HistoryEntry(first),))).rewritten_question
        for first, follow in (
            ("Why did Tobias Renn leave?", "What about Oluchi Varga?"),
            ("why did tobias renn leave?", "what about oluchi varga?"),
        )
    ]
    assert asked[0] == "Why did Oluchi Varga leave?"
    assert asked[1] == "why did Oluchi Varga leave?"


# --- one word


@pytest.mark.parametrize("question", ["walrus", "Walrus?", "walruss", "yellow", "rehearsals"])
def test_one_word_gives_what_is_said_about_it(
    served_base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """Whoever types a word that is held gets quotes with it, however low the confidence is; two words are judged."""
    monkeypatch.setattr("api.answer.confidence.confidence", lambda *_: 0.01)
    found = answer(served_base, question)
    assert (found.status, found.confidence) == ("partial", usual().touches)
    assert question.lower().rstrip("?")[:6] in found.citations[0].quote.lower()
    assert answer(served_base, f"{question} penguin").status == "unanswerable"


@pytest.mark.parametrize("question", ["why", "penguin", "?", "x"])
def test_a_word_that_nobody_says_is_refused(served_base: KnowledgeBase, question: str) -> None:
    """So is a function word, which every passage holds."""
    assert answer(served_base, question).status == "unanswerable"
