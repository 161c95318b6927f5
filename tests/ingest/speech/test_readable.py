"""Heard words as people read them: capitals, full stops, paragraphs; what was heard stays known."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.speech.readable import (
    LONG_PARAGRAPH_WORDS,
    PARAGRAPH_PAUSE,
    PARAGRAPH_WORDS,
    SENTENCE_PAUSE,
    UNPUNCTUATED_WORDS,
    capitalised,
    ends_sentence,
    paragraphs,
    punctuated,
)
from ingest.transcript import Word


def spoken(text: str, *pauses: tuple[int, float]) -> list[Word]:
    """Words of 0.2 s, with a pause in seconds after some of them, by number."""
    after = dict(pauses)
    words, clock = [], 0.0
    for number, piece in enumerate(text.split()):
        words.append(Word(piece, clock, clock + 0.2, 0.9))
        clock += 0.2 + after.get(number, 0.0)
    return words


def text_of(words) -> str:
    return " ".join(word.text for word in words)


def heard_of(words) -> str:
    return " ".join(word.text if word.heard is None else word.heard for word in words)


PIECES = st.one_of(
    st.sampled_from(["yes.", "so...", "Dr.", "e.g.", "gov.uk", "iPhone", "really?", "and,", "“well”", "élan", "24/7"]),
    st.text(string.ascii_letters + ".,?!'", min_size=1, max_size=6),
)


@given(st.lists(st.tuples(PIECES, st.floats(0, 2)), max_size=120))
def test_what_was_heard_comes_back(said):
    """The words' own `heard` gives every word back, times stay, and a second time changes nothing."""
    words = spoken(" ".join(piece for piece, _ in said), *enumerate(pause for _, pause in said))
    found = punctuated(words)
    assert heard_of(found) == heard_of(words)
    assert [(word.start, word.end, word.probability) for word in found] == [
        (word.start, word.end, word.probability) for word in words
    ]
    assert punctuated(found) == found
    assert all(word.heard != word.text for word in found)
    assert paragraphs(found).split() == [word.text for word in found]


def test_a_sentence_and_a_turn_begin_with_a_capital():
    """Only words in small letters get one, and each says what was heard."""
    words = punctuated(spoken("so it works. really? yes gov.uk works. iPhone works. “and” that"))
    assert text_of(words) == "So it works. Really? Yes gov.uk works. iPhone works. “And” that"
    assert [word.heard for word in words if word.heard] == ["so", "really?", "yes", "“and”"]


@pytest.mark.parametrize("text", ["Dr.", "e.g.", "U.S.", "so...", "well…", "a,", "GOV.UK", "—"])
def test_not_every_dot_ends_a_sentence(text):
    """Titles, abbreviations and dots in a row say nothing of a sentence's end."""
    assert not ends_sentence(text)


@pytest.mark.parametrize("text", ["Yes.", "no!”", "GOV.UK.", "Really?)", "2017."])
def test_a_stop_ends_a_sentence(text):
    """Also before closing quotation marks and brackets."""
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["gov.uk", "iPhone", "2nd", "GDS", "x-ray2", "", "—", "user@host"])
def test_words_that_keep_their_letters(text):
    """An address or a product's name is not respelt by where it stands."""
    assert capitalised(text) == text


def test_pauses_end_sentences_only_where_there_is_no_punctuation():
    """One pause of 0.7 s in 41 words without a full stop ends a sentence; the same pause in punctuated speech does not.

    A comma says that the sentence goes on, and a pause after two words is a hesitation.
    """
    bare = "word " * UNPUNCTUATED_WORDS + "end"
    pauses = ((9, SENTENCE_PAUSE), (11, SENTENCE_PAUSE), (20, SENTENCE_PAUSE - 0.1))
    found = punctuated(spoken(bare, *pauses))
    assert [number for number, word in enumerate(found) if word.text.endswith(".")] == [9]
    assert (found[9].heard, found[10].text, found[10].heard) == ("word", "Word", "word")
    short = spoken("Word " * (UNPUNCTUATED_WORDS - 1) + "end", *pauses)
    assert punctuated(short) == tuple(short)
    with_comma = punctuated(spoken(bare.replace("word", "word,"), *pauses))
    assert text_of(with_comma) == bare.replace("word", "word,").replace("w", "W", 1)


def test_paragraphs_end_with_sentences():
    """After 60 words at a sentence that a pause follows, after 120 at any; never within one, and no scrap is left."""
    sentence = "One two three four five six seven eight nine ten. "
    running = spoken(sentence * 30)
    assert [len(part.split()) for part in paragraphs(running).split("\n")] == [LONG_PARAGRAPH_WORDS] * 2 + [60]
    paused = spoken(sentence * 30, (PARAGRAPH_WORDS - 1, PARAGRAPH_PAUSE), (104, 1.0))
    assert len(paragraphs(paused).split("\n")[0].split()) == PARAGRAPH_WORDS
    assert "\n" not in paragraphs(spoken(sentence * 13))
    assert "\n" not in paragraphs(spoken("word " * 10_000))


def test_few_words():
    """Nothing, and one word."""
    assert punctuated([]) == ()
    assert paragraphs([]) == ""
    assert punctuated([Word("hello")]) == (Word("Hello", heard="hello"),)
    assert paragraphs([Word("Hello")]) == "Hello"
