"""Terms of the glossary in an answer: the right ones, once, and never a change of the words."""

from hypothesis import given
from hypothesis import strategies as st

from api.pages.glossary_terms import glossed
from ingest.reference.glossary import glossary

FORMS = [form for term in glossary() for form in (term.term, *term.aliases)]


def terms(*texts: str) -> list[list[str]]:
    return [[term.term for term in found.terms] for found in glossed(texts)]


def test_a_term_is_explained_once_where_it_is_first_read() -> None:
    """The first text that says it explains it; later ones do not."""
    assert terms("We had an SLO.", "The SLO and the MVP.", "An MVP.") == [["SLO"], ["MVP"], []]


def test_the_longest_form_wins() -> None:
    """A name inside a longer one is not taken for itself, and another form of a term is the term."""
    assert terms("We built it with GOV.UK Pay and Amazon S3.") == [["GOV.UK Pay", "S3"]]
    assert terms("There was tech debt in the private beta.") == [["technical debt", "beta"]]


def test_plurals_and_capitals_of_common_words_count() -> None:
    """ "Feature flags" at the start of a sentence is the term; the marked words are those of the text."""
    found = glossed(["Feature flags helped the APIs."])[0]
    assert [piece.text for piece in found.pieces if piece.term] == ["Feature flags", "APIs"]


def test_a_plain_word_that_is_also_a_name_is_left_alone() -> None:
    """ "Pay" and "Verify" are products inside a sentence; small, or opening one, they are words."""
    assert terms("Pay people well. “Verify it.” We pay them, then we verify.") == [[]]
    assert terms("Then the Pay team asked us.") == [["GOV.UK Pay"]]
    assert terms("The dos and don'ts of a cd.") == [[]]


def test_what_the_text_spells_out_needs_no_explanation() -> None:
    """A speaker who says what a short form stands for is not interrupted, then or later."""
    assert terms("Site reliability engineering, or SRE, was new.", "Then SRE grew.") == [[], []]


def test_parts_of_words_are_no_terms() -> None:
    """Only whole words count."""
    assert terms("The alphabet, GDSX, a betatron and HMRCs_x.") == [[]]


@given(
    st.lists(st.text() | st.lists(st.sampled_from(FORMS) | st.text(max_size=5), max_size=8).map(" ".join), max_size=4)
)
def test_words_are_never_changed(texts: list[str]) -> None:
    """The pieces of a text joined are the text, and no term is explained twice."""
    found = glossed(texts)
    assert ["".join(piece.text for piece in text.pieces) for text in found] == texts
    explained = [term.term for text in found for term in text.terms]
    assert len(explained) == len(set(explained))


def test_every_form_of_the_glossary_is_found() -> None:
    """Inside a sentence each form is recognised as its own term or as one that shares the form."""
    for term in glossary():
        for form in (term.term, *term.aliases):
            found = glossed([f"so the {form} was"])[0].terms
            assert len(found) == 1, form
            assert form in (found[0].term, *found[0].aliases)


def test_every_term_has_an_anchor_of_its_own() -> None:
    """Anchors are made of the term; two terms never share one."""
    anchors = [term.term.lower().replace(" ", "-") for term in glossary()]
    assert len(anchors) == len(set(anchors))


def test_what_the_podcast_says_of_a_term_comes_first() -> None:
    """The glossary stands below the text that itself says what the term is, and never above it; both are shown."""
    used, own = "We had an SLO for every boat.", "An SLO is a promise that you can count."
    assert terms(used, own) == [[], ["SLO"]]
    assert terms(own, used) == [["SLO"], []]
    assert terms(used, used) == [["SLO"], []]
