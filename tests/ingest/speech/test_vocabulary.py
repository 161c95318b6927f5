"""The words that Whisper is told to expect: short, and the show's own."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.reference.glossary import glossary
from ingest.speech.vocabulary import PROMPT, prompt, vocabulary_for

NOTES = "We moved GOV.UK Pay to Fargate. Fargate runs the containers of GOV.UK Pay, and Ansible does not."


def test_it_begins_with_the_people():
    """People first, each once, then the terms that the texts use twice, most used first; a term of the title once."""
    assert vocabulary_for(["Kat Stevens", "Kat Stevens"], "How we left Ansible behind", [NOTES]) == (
        "Kat Stevens",
        "Ansible",
        "GOV.UK Pay",
        "Fargate",
    )


def test_it_is_the_shows_own():
    """Nothing is expected that the episode's own sources do not say: no glossary of another organisation."""
    assert vocabulary_for([], None, []) == ()
    terms = {entry.term for entry in glossary()}
    assert not terms & set(vocabulary_for(["Ada Byron"], "An evening", ["We talked. We laughed."]))


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=60), max_size=60))
def test_it_is_short(names):
    """At most 400 characters of whole entries, whatever is given; the prompt says exactly what is recorded."""
    vocabulary = vocabulary_for(names, None, [])
    assert len(prompt(vocabulary)) <= PROMPT
    assert prompt(vocabulary) == ", ".join(vocabulary)
    assert set(vocabulary) <= set(names)
