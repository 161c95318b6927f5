"""What an episode's own people, title and notes spell."""

import pytest

from ingest.speech.own_terms import core_of, has_own_shape, own_terms


def test_people_and_capitals_are_names_and_terms():
    """Names without their titles, runs of capitals, and words of an own shape, each once, as they are spelt."""
    notes = (
        "Wondered how teams run it? Today Kat Stevens talks about GOV.UK Pay, Fargate and DevOps.\nGOV.UK Pay's move."
    )
    assert own_terms(("Dr Kat Stevens", "Kat Stevens"), "Moving to EC2", notes) == (
        "Kat Stevens",
        "EC2",
        "GOV.UK Pay",
        "Fargate",
        "DevOps",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Wondered how to migrate? We chat. And I agree, I’ve tried.",  # capitals that begin sentences, and "I"
        "Build A Team",  # capitals of a title
        "we met Ann Lee Bo Day Cy Fox there",  # a run too long to be a name
        "write to Us@example.org or @Playback or https://Example.org/Path #DevOps",
        "it is spelt L-I-N-O-D-E there",
        "the Service is a service",  # also in small letters
        "",
    ],
)
def test_what_is_no_term(text):
    """A capital that is no sign of a name, an address, letters that are spelt out."""
    assert own_terms((), text) == ()


def test_a_word_and_its_shape():
    """Punctuation and a possessive are not part of a word; a dot, a digit or a capital within make a shape."""
    assert [core_of(word) for word in ("“GOV.UK,”", "Kat’s", "pay.", "—")] == ["GOV.UK", "Kat", "pay", ""]
    assert [word for word in ("GOV.UK", "EC2", "DevOps", "co-Tech", "Pay", "pay", "24") if has_own_shape(word)] == [
        "GOV.UK",
        "EC2",
        "DevOps",
        "co-Tech",
    ]
