"""What an episode talks about: terms said often enough, as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.episodes.topics import LEAST_TIMES, LEAST_TIMES_OF_A_COMMON_WORD, topics_of


def test_a_term_said_three_times_is_a_topic_and_one_said_twice_is_not() -> None:
    """The most often said comes first, over all turns together."""
    turns = ["We run Kubernetes. I like Kubernetes, and so does Kubernetes.", "The DNS and the DNS."]
    assert LEAST_TIMES == 3
    assert topics_of(turns) == ("Kubernetes",)
    assert topics_of([*turns, "It is always the DNS, or DNS, the DNS."]) == ("DNS", "Kubernetes")
    assert topics_of([]) == ()


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("an SLO and two SLOs with service level objectives", "SLO"),
        ("tech debt, Technical debt and technical debts", "technical debt"),
        ("our Platform as a Service: a platform as a service, the PaaS", "PaaS"),
        ("about G-Cloud, G-Cloud; (G-Cloud)", "G-Cloud"),
        ("the GOV.UK Notify team, by Notify, with Notify.", "GOV.UK Notify"),
    ],
)
def test_every_form_of_a_term_counts_as_the_same_topic(text: str, topic: str) -> None:
    """Short and long forms, aliases and plurals are one topic under the name of the glossary."""
    assert topics_of([text]) == (topic,)


@pytest.mark.parametrize(
    "text",
    [
        "we pay and they pay and you pay",
        "Pay attention. Pay attention! Pay attention?",
        "kubernetesque kubernetesque kubernetesque",
        "DNSSEC DNSSEC DNSSEC",
        "dos and dos and dos",
        "at scale, at scale, at scale",
    ],
)
def test_ordinary_words_are_no_topics(text: str) -> None:
    """A product's name in small letters or at the beginning of a sentence, part of a word, a word said in passing."""
    assert topics_of([text]) == ()


def test_the_longest_form_counts_alone() -> None:
    """Where "GOV.UK Pay" is said, "GOV.UK" is not."""
    assert topics_of(["On GOV.UK Pay, with GOV.UK Pay and for GOV.UK Pay."]) == ("GOV.UK Pay",)
    assert topics_of(["On GOV.UK Pay and with GOV.UK Pay."]) == (), "the alias Pay inside it is not said again"


def test_a_common_word_of_the_catalogue_counts_when_it_is_said_often() -> None:
    """The tag "accessibility" is a topic where the talk is about it."""
    assert topics_of(["accessibility " * (LEAST_TIMES_OF_A_COMMON_WORD - 1)]) == ()
    assert topics_of(["accessibility " * LEAST_TIMES_OF_A_COMMON_WORD]) == ("accessibility",)


@given(st.lists(st.text() | st.sampled_from(["GOV.UK Pay ", "DNS ", "İI SLOs", "agile"]), max_size=20))
def test_any_text_has_topics_of_its_own_words_once_each(turns: list[str]) -> None:
    """Whatever is said, topics are distinct, and saying it all again never takes one away."""
    found = topics_of(turns)
    assert len(found) == len(set(found))
    assert set(found) <= set(topics_of(turns + turns))
