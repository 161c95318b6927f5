"""Names and terms of the show, corrected only where sound and list agree."""

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions.reader import read_captions
from ingest.captions.turns import heard_words
from ingest.reference.catalogue import known_show
from ingest.speech.corrections import corrected
from ingest.speech.own_terms import own_terms
from ingest.transcript import Word

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "alignment"
TERMS = ("Kat Stevens", "Jonathan Harden", "GOV.UK Pay", "DevOps", "NGINX", "WHO", "Real Python", "Good Services")


def spoken(text: str, probability: float | None = 0.9) -> list[Word]:
    return [Word(piece, number / 4, number / 4 + 0.2, probability) for number, piece in enumerate(text.split())]


def shown(text: str, probability: float | None = 0.9, terms=TERMS) -> str:
    return " ".join(word.text for word in corrected(spoken(text, probability), terms))


def heard_of(words) -> str:
    return " ".join(filter(None, (word.text if word.heard is None else word.heard for word in words)))


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("and Cat Stevens, too", "and Kat Stevens, too"),
        ("Cat Stephens spoke", "Kat Stevens spoke"),
        ("by Jonathan Hardin's team", "by Jonathan Harden's team"),
        ("Jonathan Hardin came, then Hardin left", "Jonathan Harden came, then Harden left"),
        ("on Gov.uk pay.", "on GOV.UK Pay."),
        ("on gov dot uk pay today", "on GOV.UK Pay today"),
        ("on gob.ukpay.", "on GOV.UK Pay."),
        ("of devops and NGENX", "of DevOps and NGINX"),
        ("the Dev Ops team", "the DevOps team"),
    ],
)
def test_it_is_spelt_as_the_show_spells_it(heard, expected):
    """What tiny.en wrote for these names, or may; punctuation and possessives stay."""
    assert shown(heard) == expected


@pytest.mark.parametrize(
    "heard",
    [
        "those who know me",  # an ordinary word with the letters of "WHO"
        "the good service is here",  # ordinary words that sound like a term
        "then Hardin left",  # nobody says that this is Jonathan
        "Jonathan Harden left. Hardin stayed",  # a capital that only begins a sentence
        "Jonathan Harden and harden it",
        "we met Cat. Stevens spoke",  # a sentence ends between
        "with Kat A Stevens there",  # no word is left out
        "see realpython.com and kat/stevens",
        "Kat Stevens and Jonathan Harden run GOV.UK Pay",  # right already
        "Real Python and DevOps",
    ],
)
def test_ordinary_speech_stays(heard):
    """No correction without a capital that means something, the same sound and nearly the same letters."""
    words = spoken(heard)
    assert corrected(words, TERMS) == tuple(words)


@pytest.mark.parametrize(
    ("heard", "term"),
    [
        ("in Studio3 now", "Studio33"),
        ("then Elena came", "Helena"),
        ("to the Bank Of Lifetime", "Bank Of A Lifetime"),  # no word is put in
        ("and listen to Talk Python To Me", "Talk Python To Me"),
        ("import dask.ml now", "Dask-ML"),
        ("there is no SQL here", "NoSQL"),
        ("on Talk Python To Me", "PythonToMe"),
        ("report it to Sentry", "Century"),
    ],
)
def test_near_is_not_near_enough(heard, term):
    """Other digits, another first sound, a word more or less, an address, ordinary words in a row, other letters."""
    assert shown(heard, terms=(term,)) == heard


def test_a_pause_separates_a_name_and_explains_a_capital():
    """Whisper hears a recording in clips that end at pauses, and begins each with a capital."""
    said = [Word("by", 0, 0.2), Word("Cat", 0.2, 0.4), Word("Stevens", 1.4, 1.6), Word("Marten", 2.6, 3)]
    assert corrected(said, ("Kat Stevens", "Martin")) == tuple(said)
    close = [Word("by", 0, 0.2), Word("Cat", 0.2, 0.4), Word("Stevens", 0.4, 0.6), Word("Marten", 0.6, 1)]
    assert [word.text for word in corrected(close, ("Kat Stevens", "Martin"))] == ["by", "Kat", "Stevens", "Martin"]


def test_other_names_stay():
    """Names that differ by their last letter, names that the list has too, and a sound that fits two names."""
    assert shown("then Danielle met Julia", terms=("Daniel", "Julie")) == "then Danielle met Julia"
    for said, other in (
        ("Danielle Smith", "Daniel Smith"),
        ("Marie Curie", "Mary Curie"),
        ("Erica Jones", "Eric Jones"),
    ):
        assert shown(f"then {said} came", 0.2, (other,)) == f"then {said} came"
    assert shown("then Steven came", terms=("Stephen", "Steven Jones")) == "then Steven came"
    assert shown("then Marten came", terms=("Martin", "Martyn")) == "then Marten came"
    assert shown("then Marten came", terms=("Martin",)) == "then Martin came"


def test_a_word_in_small_letters_may_be_corrected_where_whisper_was_unsure():
    """As part of a name of several words; a single one never, because too many ordinary words sound alike."""
    assert shown("with jonathan hardin there", 0.3) == "with Jonathan Harden there"
    assert shown("with jonathan hardin there", 0.9) == "with jonathan hardin there"
    assert shown("Jonathan Harden with hardin there", 0.3) == "Jonathan Harden with hardin there"


def test_both_spellings_and_all_times_are_kept():
    """One word for two and two for one: `heard` says it; times and the least probability stay."""
    joined = corrected([Word("gov", 1, 2, 0.9), Word("dot", 2, 3, 0.5), Word("uk.", 3, 4, 0.8)], ["GOV.UK"])
    assert joined == (Word("GOV.UK.", 1, 4, 0.5, "gov dot uk."),)
    divided = corrected([Word("gob.ukpay.", 10, 12, 0.5)], ["GOV.UK Pay"])
    assert divided == (Word("GOV.UK", 10, 11.2, 0.5, "gob.ukpay."), Word("Pay.", 11.2, 12, 0.5, ""))


PIECES = st.one_of(
    st.sampled_from(
        "Cat Kat kat Stevens Stephens, Hardin. Jonathan gov dot uk pay gob.ukpay. NGENX devops who Who Pay".split()
    ),
    st.text(string.ascii_letters + ".,'", min_size=1, max_size=5),
)


@given(st.lists(st.tuples(PIECES, st.one_of(st.none(), st.floats(0, 1))), max_size=40))
def test_what_was_heard_comes_back(said):
    """`heard` gives every word back in order, times never go back, and a second time changes nothing."""
    words = [Word(text, number / 4, number / 4 + 0.2, sure) for number, (text, sure) in enumerate(said)]
    found = corrected(words, TERMS)
    assert heard_of(found) == heard_of(words)
    times = [time for word in found for time in (word.start, word.end)]
    assert times == sorted(times)
    assert set(times) >= {time for word in found if word.heard is None for time in (word.start, word.end)}
    assert corrected(found, TERMS) == found
    assert corrected(words, ()) == tuple(words)


def test_ten_thousand_words():
    """A long recording, every ninth word a misspelt name."""
    words = spoken("and so we saw it with the other Hardin " * 1_000 + "Jonathan Hardin")
    found = corrected(words, TERMS)
    assert sum(word.heard == "Hardin" for word in found) == 1_001
    assert len(found) == 9_002


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="needs ../shared")
@pytest.mark.parametrize("episode", ["110", "118", "143", "185", "206", "207"])
def test_hardly_a_word_changes_for_names_that_were_not_said(episode):
    """68,000 words that Whisper wrote, and the 63 people of another show, of whom nobody is named: no correction."""
    gds = known_show("gds")
    assert gds is not None
    people = {name for listed in gds.episodes for name in listed.people}
    cues = read_captions((CORPUS / f"{episode}.asr.vtt").read_bytes(), "asr.vtt")
    words = [Word(heard.text, heard.start, heard.end) for heard in heard_words(cues)]
    said = " ".join(turn["text"] for turn in json.loads((CORPUS / "truth" / f"{episode}.json").read_text())["turns"])
    changed = [(word.heard, word.text) for word in corrected(words, own_terms(people)) if word.heard is not None]
    assert [pair for pair in changed if pair[1].strip(".,?!") not in said] == []
