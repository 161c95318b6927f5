"""Confidence: from 0 to 1, the same however a question is typed, and for a refusal however large the library is."""

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer.candidates import QuoteCandidate, candidates_of
from api.answer.compose import ask
from api.answer.confidence import CONFIDENT, confidence, overall, quote_confidence
from api.answer.evidence import Evidence, evidence_of, figures_of, names_stand, quote_evidence
from api.answer.gather import gather
from api.answer.question import parse_question, query_of
from api.knowledge_base import KnowledgeBase
from index.fitted import usual
from index.passage import Filters
from index.search import Query, search

MakeBase = Callable[..., KnowledgeBase]
FITTED = usual()

SAID = {
    "a-1-aaaa": [
        ("Kat Stevens", "We told Mina Calder that GOV.UK Pay moved to serverless in 2019 because servers cost money."),
        ("Mina Calder", "And then Kat Stevens bought a boat, as people with a boat know."),
    ],
    "b-1-aaaa": [("Bo Ash", "The ferry sails on every Tuesday when Mina Calder is the pilot of the day.")],
}


def weighed(base: KnowledgeBase, question: str) -> tuple[Query, tuple[QuoteCandidate, ...], Evidence]:
    query = query_of(base, parse_question(question))
    hits = search(base.generation, query, 12)
    spans = candidates_of(base, query, hits)
    return query, spans, evidence_of(base, query, hits, spans)


def evidence(base: KnowledgeBase, question: str) -> Evidence:
    return weighed(base, question)[2]


def logistic(constant: float, weights: Sequence[float], figures: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-constant - float(np.dot(weights, figures))))


def test_the_confidence_is_a_logistic_of_its_evidence(base_of: MakeBase) -> None:
    """The formula of the module's text, and a bound between what is refused, touched on and answered."""
    query, spans, found = weighed(base_of(SAID), "Why did GOV.UK Pay move to serverless?")
    expected = logistic(FITTED.confidence_constant, FITTED.confidence_weights, figures_of(found, FITTED))
    assert confidence(query, found) == pytest.approx(expected)
    figures = astuple(quote_evidence(query, spans, found))
    expected = logistic(FITTED.quote_constant, FITTED.quote_weights, figures)
    assert quote_confidence(query, spans, found) == pytest.approx(expected)
    assert 0 < FITTED.touches < CONFIDENT < 1


def test_no_quote_is_sure_where_a_name_stands_nowhere_near(base_of: MakeBase) -> None:
    """However well all other words match: who asks of another company gets no sure answer about this one."""
    base = base_of(SAID)
    assert names_stand(evidence(base, "Did Kat Stevens buy a boat?"), FITTED)
    assert names_stand(evidence(base, "Did servers cost money?"), FITTED)  # no name
    assert not names_stand(evidence(base, "Did servers cost money in 1987?"), FITTED)
    assert overall(0.9, 1.0, FITTED) > CONFIDENT > overall(0.9, 1.0, FITTED, may_be_sure=False)
    assert ask(base, parse_question("Did servers cost money in 1987?")).status != "answered"


def test_all_evidence_speaks_for_an_answer_and_a_missing_number_against_it() -> None:
    """No weight has the wrong sign, by which gibberish could be answered."""
    *for_it, lacks = FITTED.confidence_weights
    *for_quote, quote_lacks = FITTED.quote_weights
    assert min(*for_it, *for_quote) > 0 > max(lacks, quote_lacks)


def test_a_question_for_a_number_is_less_surely_answered_without_one(base_of: MakeBase) -> None:
    """The same words are evidence for "why" and less for "how much", unless a quote holds a number."""
    base = base_of(SAID)
    assert evidence(base, "How much money did servers cost?").lacks_number == 0  # 2019
    assert evidence(base, "How many people sail on the ferry?").lacks_number == 1
    assert evidence(base, "Why do people sail on the ferry?").lacks_number == 0


def test_the_weakest_word_is_that_of_the_hit_where_it_matches_best(base_of: MakeBase) -> None:
    """One hit has to hold all words: each somewhere is not enough."""
    base = base_of(SAID)
    assert evidence(base, "Who is the pilot of the ferry?").weakest_word == pytest.approx(1)
    assert evidence(base, "Is the ferry of servers?").weakest_word < 0.99
    assert evidence(base, "Is the ferry?").nearest_hit == pytest.approx(
        max(
            float(mean @ query.vector) / float(np.linalg.norm(mean))
            for query in [query_of(base, parse_question("Is the ferry?"))]
            for hit in search(base.generation, query, 12)
            for mean in [sum(one.vector * one.sentence.words for one in hit.sentences)]
        )
    )


def test_the_lead_is_over_the_next_three_quotes_of_other_words(base_of: MakeBase) -> None:
    """Candidates that share words with the first are the same quote, cut otherwise."""
    query, spans, found = weighed(base_of(SAID), "Why did GOV.UK Pay move to serverless?")
    first = spans[0]
    same = [first._replace(score=first.score - 0.01, core_words=first.core_words - 1)]
    apart = [
        first._replace(first_word=first.first_word + number * first.words, score=first.score - number)
        for number in range(1, 6)
    ]
    lead = quote_evidence(query, [first, *same, *apart], found).lead
    assert lead == pytest.approx(math.log(1 + 2))  # the mean of 1, 2 and 3 below it
    assert quote_evidence(query, [first, *same], found).lead == 0


def test_quotation_marks_make_no_quote_less_sure(base_of: MakeBase) -> None:
    """The only quote that holds a phrase leads over those that do not."""
    base = base_of({"a-1-aaaa": SAID["a-1-aaaa"]})
    plain, marked = (
        ask(base, parse_question(text)) for text in ("Why serverless in 2019?", 'Why "serverless in 2019"?')
    )
    assert marked.citations[0].id == plain.citations[0].id
    assert marked.estimates.first_quote == plain.estimates.first_quote


def test_a_name_among_words_of_grammar_is_all_that_counts(base_of: MakeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "Who is X?" is not answered by passages that say who somebody else is."""
    base = base_of({"a-1-aaaa": [("Ada", "Who is Mina Calder, you ask. She is who she is, and so is the ferry.")]})
    monkeypatch.setattr(base.encoder, "pieces", lambda text: 3 if text == "Zanzibar" else 1)
    assert evidence(base, "Who is Zanzibar?").weakest_name == 0
    assert evidence(base, "Who is Zanzibar?").words == 0
    assert evidence(base, "Who is Zanzibar on the ferry?").words == pytest.approx(1)


@pytest.mark.parametrize("question", ["?!", "Why is it that the?", "a b c", "I"])
def test_a_question_about_nothing_is_not_answered(base_of: MakeBase, question: str) -> None:
    """Words of grammar alone ask for nothing, though every passage holds them; nor is anything known without hits."""
    base = base_of(SAID)
    query, _, found = weighed(base, question)
    assert confidence(query, found) == 0
    assert ask(base, parse_question(question), filters=Filters(speaker="Nobody")).confidence == 0


def test_words_and_names_are_told_apart_by_the_library(base_of: MakeBase) -> None:
    """What the library writes with a capital, and what has a digit, is a name; one that is not met is the weakest."""
    base = base_of(SAID)
    met = evidence(base, "Did Kat Stevens and servers cost money?")
    assert met.weakest_name == pytest.approx(1)
    assert met.words == pytest.approx(1)
    missed = evidence(base, "Did Kat Stevens cost 4711?")
    assert missed.weakest_name == 0
    assert missed.words == pytest.approx(1)


@pytest.mark.parametrize("digits", ["2019", "4711", "5G", "covid-19"])
def test_a_word_with_a_digit_is_a_name(base_of: MakeBase, digits: str) -> None:
    """A number is no word that may be said otherwise."""
    base = base_of(SAID)
    expected = 1 if digits == "2019" else 0
    assert evidence(base, f"what of {digits}").weakest_name == pytest.approx(expected)


@pytest.mark.parametrize("word", ["I", "i", "I'm", "I’ve", "boat", "BOAT"])
def test_pronouns_and_small_words_are_no_names(base_of: MakeBase, word: str) -> None:
    """ "I" has a capital everywhere, and a word that the library writes small is none whatever the question does."""
    assert evidence(base_of(SAID), f"{word} cost").weakest_name is None


def test_an_unknown_word_of_several_pieces_is_a_name(base_of: MakeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a word that the library never holds, the encoder tells: rare words are several pieces to it."""
    base = base_of(SAID)
    assert evidence(base, "what of zanzibar").weakest_name is None
    monkeypatch.setattr(base.encoder, "pieces", lambda text: 3 if text == "zanzibar" else 1)
    assert evidence(base, "what of zanzibar").weakest_name == 0


def test_a_question_of_one_kind_of_words_is_judged_too(base_of: MakeBase) -> None:
    """Names alone are read as its words; without names the usual figure stands for them; without either is nothing."""
    base = base_of(SAID)
    assert evidence(base, "Kat Stevens 4711").words == pytest.approx(2 / 3)
    assert evidence(base, "servers money").words == pytest.approx(1)
    assert evidence(base, "servers money").weakest_name is None
    nothing = evidence(base, "?!")
    assert (nothing.words, nothing.weakest_name, nothing.weakest_word) == (0, None, 0)


@pytest.mark.parametrize(
    "question", ["Why did Kat Stevens buy a boat?", "Did GOV.UK Pay move in 2019?", "ferry tuesday"]
)
def test_capitals_in_the_question_change_nothing(base_of: MakeBase, question: str) -> None:
    """People type names in small letters; where the library knows a name it is one all the same."""
    base = base_of(SAID)
    typed = {
        ask(base, parse_question(text)).confidence
        for text in (question, question.lower(), question.upper(), f"  {question}\n")
    }
    assert len(typed) == 1


@pytest.mark.parametrize("question", ["Why did Kat Stevens buy a boat?", "Did servers cost money?", "quantum physics"])
def test_the_size_of_the_library_changes_nothing(
    base_of: MakeBase, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same evidence gives the same confidence when twenty episodes about other things are added."""
    monkeypatch.setattr("api.answer.evidence._READ_HITS", 1)  # the second hit may be another one among more
    small = ask(base_of(SAID), parse_question(question)).confidence
    others = {
        f"c-{number}-aaaa": [
            (f"Guest {number}", f"Penguin{number} inspects iceberg{number} with seal{number} once more.")
        ]
        for number in range(20)
    }
    assert ask(base_of(SAID | others), parse_question(question)).confidence == pytest.approx(small, abs=1e-4)


WORDS = "Kat Stevens kat boat servers 2019 4711 zanzibar GOV.UK I — ? … [laughs] 🚢 don't the \u200b \u0301 ﷽".split()


@given(
    question=st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join) | st.text(min_size=1, max_size=60)
)
def test_every_question_has_a_confidence(question: str, served_base: KnowledgeBase) -> None:
    """Whatever is asked, it is a number from 0 to 1, and the status says where it lies."""
    if not question.split():
        return
    answer = ask(served_base, parse_question(question))
    assert 0 <= answer.confidence <= 1
    if answer.status == "unanswerable":
        assert answer.confidence < FITTED.touches
    else:
        assert (answer.status == "answered") == (answer.confidence >= CONFIDENT)
        assert answer.confidence >= FITTED.touches


def test_the_numbers_of_the_encoder_decide(base_of: MakeBase) -> None:
    """Weights, bounds and thresholds are those of the base, for search, relevance and the answer alike."""
    base = base_of(SAID)
    question = parse_question("Did servers cost money?")
    strict = replace(base, fitted=replace(FITTED, touches=1.0, sure=1.0, about=9.0))
    assert ask(base, question).status != "unanswerable"
    assert ask(strict, question).status == "unanswerable"
    assert gather(base, question).hits[0].relevance.is_about
    assert not gather(strict, question).hits[0].relevance.is_about
    none = dict.fromkeys(FITTED.signals, 0.0)
    still = replace(base, fitted=replace(FITTED, signals=none, match_weight=0.0, same_weight=0.0))
    assert {hit.score for hit in search(still.generation, query_of(still, question), 12)} == {0.0}
