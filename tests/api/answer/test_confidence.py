"""Confidence: absolute, from 0 to 1, the same however a question is typed and however large the library is."""

import math
from collections.abc import Callable
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer.compose import ask
from api.answer.confidence import CONFIDENT, MatchScores, confidence, evidence_of
from api.answer.gather import gather
from api.answer.question import parse_question, query_of
from api.knowledge_base import KnowledgeBase
from index.fitted import usual
from index.search import search

MakeBase = Callable[..., KnowledgeBase]
FITTED = usual()

SAID = {
    "a-1-aaaa": [
        ("Kat Stevens", "We told Mina Calder that GOV.UK Pay moved to serverless in 2019 because servers cost money."),
        ("Mina Calder", "And then Kat Stevens bought a boat, as people with a boat know."),
    ],
    "b-1-aaaa": [("Bo Ash", "The ferry sails on every Tuesday when Mina Calder is the pilot of the day.")],
}


def evidence(base: KnowledgeBase, question: str) -> MatchScores:
    query = query_of(base, parse_question(question))
    return evidence_of(base, query, search(base.generation, query, 12))


def test_the_confidence_is_a_logistic_of_its_figures(base_of: MakeBase) -> None:
    """The formula of the module's text, and a bound between what is refused, touched on and answered."""
    base = base_of(SAID)
    query = query_of(base, parse_question("Why did GOV.UK Pay move to serverless?"))
    hits = search(base.generation, query, 12)
    figures = astuple(evidence_of(base, query, hits))
    total = FITTED.confidence_constant + float(np.dot(FITTED.confidence_weights, figures))
    assert confidence(base, query, hits) == pytest.approx(1 / (1 + math.exp(-total)))
    assert 0 < FITTED.touches < CONFIDENT < 1


def test_a_name_among_words_of_grammar_is_all_that_counts(base_of: MakeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "Who is X?" is not answered by passages that say who somebody else is."""
    base = base_of({"a-1-aaaa": [("Ada", "Who is Mina Calder, you ask. She is who she is, and so is the ferry.")]})
    monkeypatch.setattr(base.encoder, "pieces", lambda text: 3 if text == "Zanzibar" else 1)
    assert evidence(base, "Who is Zanzibar?") == MatchScores(0, 0)
    assert evidence(base, "Who is Zanzibar on the ferry?").words == pytest.approx(1)


@pytest.mark.parametrize("question", ["?!", "Why is it that the?", "a b c", "I"])
def test_a_question_about_nothing_is_not_answered(base_of: MakeBase, question: str) -> None:
    """Words of grammar alone ask for nothing, though every passage holds them; nor is anything known without hits."""
    base = base_of(SAID)
    query = query_of(base, parse_question(question))
    assert confidence(base, query, search(base.generation, query, 12)) == 0
    assert confidence(base, query_of(base, parse_question("Did servers cost money?")), ()) == 0


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
    assert evidence(base_of(SAID), f"{word} cost").weakest_name == FITTED.usual_weakest_name


def test_an_unknown_word_of_several_pieces_is_a_name(base_of: MakeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a word that the library never holds, the encoder tells: rare words are several pieces to it."""
    base = base_of(SAID)
    assert evidence(base, "what of zanzibar").weakest_name == FITTED.usual_weakest_name
    monkeypatch.setattr(base.encoder, "pieces", lambda text: 3 if text == "zanzibar" else 1)
    assert evidence(base, "what of zanzibar").weakest_name == 0


def test_a_question_of_one_kind_of_words_is_judged_too(base_of: MakeBase) -> None:
    """Names alone are read as its words; without names the usual figure stands for them; without either is nothing."""
    base = base_of(SAID)
    assert evidence(base, "Kat Stevens 4711").words == pytest.approx(2 / 3)
    assert evidence(base, "servers money") == MatchScores(pytest.approx(1), FITTED.usual_weakest_name)
    assert evidence(base, "?!") == MatchScores(0, FITTED.usual_weakest_name)


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
    monkeypatch.setattr("api.answer.confidence._READ_HITS", 1)  # the second hit may be another one among more
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
