"""Candidate quotes: whole sentences of one turn, of a quote's length, ordered by how well they answer."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from api.answer.candidates import QuoteCandidate, candidates_of
from api.answer.question import parse_question, query_of
from api.answer.runs import quotable, turns_of
from api.answer.sentence_figures import AskedWords, figures_of, information_of
from api.knowledge_base import KnowledgeBase
from index.keywords import stems
from index.search import search

MakeBase = Callable[..., KnowledgeBase]

TIDE = "The tide turned at noon because the moon was near."
BOATS = "All boats left the harbour before the storm came."


def spans(base: KnowledgeBase, question: str, speaker: str | None = None) -> tuple[QuoteCandidate, ...]:
    query = query_of(base, parse_question(question))
    return candidates_of(base, query, search(base.generation, query, 12), speaker)


def text_of(base: KnowledgeBase, span: QuoteCandidate) -> str:
    """The sentences of a span, which begin at its first word."""
    found, words = [], 0
    for item in base.generation.sentences(span.hit.passage):
        if item.sentence.first_word >= span.first_word and words < span.words:
            found.append(item.text)
            words += item.sentence.words
    assert words == span.words, "a span ends where a sentence does"
    return " ".join(found)


def texts(base: KnowledgeBase, question: str, speaker: str | None = None) -> list[str]:
    """The distinct quotes, best first."""
    return list(dict.fromkeys(text_of(base, span) for span in spans(base, question, speaker)))


def test_candidates_are_runs_of_one_to_six_sentences(base_of: MakeBase) -> None:
    """Every stretch of up to six sentences is weighed, and the quote runs on from it to the end of its turn."""
    said = [f"Sentence number {word} is here." for word in "one two three four five six seven eight".split()]
    found = spans(base := base_of({"a-1-aaaa": [("Ada", " ".join(said)), ("Bo", TIDE)]}), "sentence tide")
    runs = [(first, last) for first in range(8) for last in range(first + 1, min(first + 7, 9))]
    ada = [(span.first_word // 5, (span.first_word + span.core_words) // 5) for span in found if span.speaker == "Ada"]
    assert sorted(ada) == runs
    assert {text_of(base, span) for span in found} == {*(" ".join(said[first:]) for first in range(8)), TIDE}


def test_a_quote_runs_on_as_far_as_it_fits(base_of: MakeBase) -> None:
    """What follows in the turn is quoted too, up to 80 words, and figures are those of what it is chosen by."""
    answer = " ".join(["moon"] * 59) + " near."
    tail = " ".join(["harbour"] * 20) + "."
    base = base_of({"a-1-aaaa": [("Ada", f"{TIDE} {answer} {tail}"), ("Bo", BOATS)]})
    found = [span for span in spans(base, "Why did the tide turn?") if text_of(base, span).startswith(TIDE)]
    assert {text_of(base, span) for span in found} == {f"{TIDE} {answer}"}
    assert sorted(span.core_words for span in found) == [10, 70]
    assert found[0].words == 70


def test_a_quote_ends_before_what_somebody_asks(base_of: MakeBase) -> None:
    """A question that means what is asked is no part of a quote; what stands before it still can be quoted."""
    said = [f"Sentence number {word} is here." for word in ("one", "two", "three", "four")]
    base = base_of({"a-1-aaaa": [("Ada", " ".join(said))]})
    (hit,) = search(base.generation, query_of(base, parse_question("sentence")), 1)
    words = frozenset(stems("sentence"))
    (turn,) = turns_of([hit], lambda text: figures_of(text, AskedWords(words, words, dict.fromkeys(words, 1.0))))
    fourth = hit.sentences[3].sentence.first_word
    found = {" ".join(one.text for one in run.quoted) for run in quotable(turn, {fourth})}
    assert found == {" ".join(said[first:3]) for first in range(3)}


def test_a_beginning_that_does_not_come_to_the_point_gives_way(base_of: MakeBase) -> None:
    """Only a quote that begins a turn and stops before the turn does is an opening, and that costs it one."""
    turn = " ".join([BOATS] * 10)
    base = base_of({"a-1-aaaa": [("Ada", turn), ("Bo", TIDE)]})
    found = spans(base, "boats tide")
    assert {(span.speaker, span.first_word == 0) for span in found if span.is_opening} == {("Ada", True)}
    assert all(span.is_opening for span in found if span.first_word == 0)
    first, later = (
        max(span.score for span in found if span.speaker == "Ada" and (span.first_word == 0) == opens)
        for opens in (True, False)
    )
    assert later - first == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("Yeah. Right. Mm. Okay.", set()),
        ("Yes, yes.", set()),
        (f"Right, right. {TIDE}", {TIDE}),
        (f"{TIDE} Yeah.", {f"{TIDE} Yeah."}),
        ("[laughs] Yes. [music]", set()),
        ("Not at all.", {"Not at all."}),
        ("[laughs] ship-to-shore tide —", set()),
    ],
)
def test_interjections_begin_no_quote(base_of: MakeBase, said: str, quoted: set[str]) -> None:
    """A sentence of fewer than four words begins a quote only where nothing follows it; fewer than three are none."""
    assert set(texts(base_of({"a-1-aaaa": [("Ada", said)]}), "tide")) == quoted


@pytest.mark.parametrize(("words", "quoted"), [(79, True), (80, True), (81, False)])
def test_a_candidate_has_at_most_80_words(base_of: MakeBase, words: int, quoted: bool) -> None:
    """Two sentences are one quote up to 80 words together; more are quoted one by one."""
    first = " ".join(["tide"] * 40) + "."
    second = " ".join(["moon"] * (words - 40)) + "."
    found = texts(base_of({"a-1-aaaa": [("Ada", f"{first} {second}")]}), "tide moon")
    assert set(found) == {f"{first} {second}" if quoted else first, second}


def test_words_are_counted_either_way(base_of: MakeBase) -> None:
    """A quote of 80 pieces may hold far more words ("ship-to-shore"), and is then too long; so are 80 lone dashes."""
    joined = " ".join(["ship-to-shore"] * 15) + "."
    dashed = " ".join(["— tide"] * 25) + "."
    found = texts(
        base_of({"a-1-aaaa": [("Ada", f"{joined} {joined}")], "b-1-aaaa": [("Bo", f"{dashed} {dashed}")]}), "tide"
    )
    assert set(found) == {joined, dashed}


def test_candidates_come_best_first(base_of: MakeBase) -> None:
    """Scores fall, and the sentence with the question's words is first."""
    base = base_of(
        {"a-1-aaaa": [("Ada", f"{BOATS} {TIDE} Nothing else happened that day.")], "b-1-aaaa": [("Bo", BOATS)]}
    )
    found = spans(base, "When did the tide turn?")
    assert all(before.score >= after.score for before, after in pairwise(found))
    assert TIDE in text_of(base, found[0])


def test_a_question_is_seldom_the_answer(base_of: MakeBase) -> None:
    """The host's question shares every word with what is asked, and what was answered comes before it all the same."""
    asked = "Why did the tide turn at noon?"
    base = base_of({"a-1-aaaa": [("Ada", asked), ("Bo", TIDE)]})
    assert texts(base, asked) == [TIDE]  # the very question is no candidate
    other = "Why did the tide turn so late?"
    assert texts(base, other) == [TIDE, asked]
    assert [span.is_empty for span in spans(base, other)] == [False, True]
    quoted = base_of({"a-1-aaaa": [("Ada", "They said “why did the tide turn?”"), ("Bo", TIDE)]})
    assert texts(quoted, asked)[0] == TIDE


def test_who_speaks_counts_as_said(base_of: MakeBase) -> None:
    """What Kat said is covered by Kat's own words, though she does not say her name."""
    base = base_of({"a-1-aaaa": [("Kat Stevens", TIDE), ("Ada", BOATS)]})
    covered = {span.speaker: span.coverage for span in spans(base, "Kat")}
    assert covered == {"Kat Stevens": pytest.approx(1), "Ada": 0}


def test_only_the_speaker_asked_for(base_of: MakeBase) -> None:
    """With a speaker no other person's words are candidates, also where both speak in one passage."""
    base = base_of({"a-1-aaaa": [("Ada", TIDE), ("Bo", BOATS), (None, "Nobody knows who said this about the tide.")]})
    assert set(texts(base, "tide boats", "Bo")) == {BOATS}
    assert texts(base, "tide", "Nobody") == []
    assert len(texts(base, "tide")) == 3


def test_figures_have_their_definition(base_of: MakeBase) -> None:
    """The cosine is that of the mean of the sentences' vectors; coverage is the share of information that is said."""
    base = base_of({"a-1-aaaa": [("Ada", f"{TIDE} {BOATS}")], "b-1-aaaa": [("Bo", "Nothing of the moon was seen.")]})
    query = query_of(base, parse_question("Did the storm come by moon?"))
    share = information_of(base.generation, base.generation.terms("storm moon"))  # the rest is grammar
    for span in candidates_of(base, query, search(base.generation, query, 12)):
        core = range(span.first_word, span.first_word + span.core_words)
        chosen = [item for item in base.generation.sentences(span.hit.passage) if item.sentence.first_word in core]
        said = " ".join(item.text for item in chosen)
        mean = np.mean([item.vector for item in chosen], axis=0)
        assert span.cosine == pytest.approx(float(mean @ query.vector / np.linalg.norm(mean)), abs=1e-5)
        covered = share.keys() & set(base.generation.terms(f"{span.speaker} {said}"))
        assert span.coverage == pytest.approx(sum(share[term] for term in covered))
        assert -1.0001 <= span.cosine <= 1.0001
        assert 0 <= span.coverage <= 1.0001


def test_information_is_shared_out_by_rarity(base_of: MakeBase) -> None:
    """Shares sum to one; a word of one passage weighs more than one of all; a question without words has none."""
    base = base_of({"a-1-aaaa": [("Ada", TIDE)], "b-1-aaaa": [("Bo", BOATS)]})
    share = information_of(base.generation, base.generation.terms("the tide zanzibar"))
    assert sum(share.values()) == pytest.approx(1)
    assert share["the"] < share["tide"] < share["zanzibar"]
    assert information_of(base.generation, []) == {}


def test_nothing_found_gives_no_candidates(base_of: MakeBase) -> None:
    """Without hits there is nothing to weigh."""
    base = base_of({"a-1-aaaa": [("Ada", TIDE)]})
    assert candidates_of(base, query_of(base, parse_question("tide")), ()) == ()


def test_who_is_asked_about_speaks_for_themselves(base_of: MakeBase) -> None:
    """Of two people who say the same, the one whom the question names is quoted first, in any case of letters."""
    said = "I worked on the harbour ferry for years before that."
    base = base_of({"a-1-aaaa": [("Ada Brewer", said), ("Bo Ash", said), ("Cy Low", "Thanks, Bo, Ada and Cy.")]})
    for name, speaker in (("Ada", "Ada Brewer"), ("bo", "Bo Ash")):
        assert spans(base, f"where did {name} work before")[0].speaker == speaker


def test_grammar_is_no_information_in_a_small_library(base_of: MakeBase) -> None:
    """Words of grammar can be the rarest of a small library; information is the subject's words alone."""
    base = base_of({"a-1-aaaa": [("Ada", "What we do is what one does with a boat."), ("Bo", TIDE), ("Cy", TIDE)]})
    covered = {text_of(base, span): span.coverage for span in spans(base, "What does a tide do?")}
    assert covered == {"What we do is what one does with a boat.": 0, TIDE: pytest.approx(1)}


def test_what_only_repeats_the_question_is_no_answer(base_of: MakeBase) -> None:
    """The host says again what was asked, without a question mark; what tells something new comes before it."""
    repeated = "So the tide turned at noon."
    base = base_of({"a-1-aaaa": [("Ada", repeated), ("Bo", "The moon was near, and it pulls the tide.")]})
    found = spans(base, "Why did the tide turn at noon?")
    assert [span.is_empty for span in found] == [False, True]
    assert [span.is_empty for span in spans(base, "What did the moon do to the harbour?")] == [False, False]


def test_a_question_for_a_number_is_answered_with_one(base_of: MakeBase) -> None:
    """Of two quotes that speak of it, one holds a number; for another question they are as before."""
    vague = "The boats of the harbour cost us a lot of money when the boats came."
    exact = "Each of them came to forty pounds, boats and all."
    base = base_of({"a-1-aaaa": [("Ada", vague), ("Bo", exact)]})
    assert texts(base, "Why did the boats of the harbour cost money?")[0] == vague
    assert texts(base, "How much money did the boats of the harbour cost?")[0] == exact
    assert [span.lacks_number for span in spans(base, "How much money did boats cost?")] == [False, True]


def test_who_asks_seldom_answers(base_of: MakeBase) -> None:
    """Of two people who say the same, the host comes after the guest, unless the question names the host."""
    said = "The keeper of the tide table left the harbour in spring."
    turns = [("Ada", "Why did it turn?"), ("Bo", f"{BOATS} {BOATS} {BOATS}"), ("Ada", said), ("Bo", said)]
    base = base_of({"a-1-aaaa": turns})
    same = [span for span in spans(base, "when did the keeper leave") if text_of(base, span) == said]
    assert [span.speaker for span in same] == ["Bo", "Ada"]
    named = [span for span in spans(base, "when did the keeper leave, Ada?") if text_of(base, span) == said]
    assert [span.speaker for span in named] == ["Ada", "Bo"]
