"""Promises of windows: every sentence is read once, among its neighbours, and each window is read whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.building.cutting import chunk_all
from index.building.encoding import WINDOW_WORDS, encode_windows, passage_means, rounded, windows_of
from index.chunk import MOST_PIECES, USUAL_SHAPE, fitting
from index.sentences import sentences_of
from tests.index.conftest import HashedStems, transcript_of

_SENTENCE = st.lists(
    st.sampled_from(["boat", "antidisestablishmentarianism", "a", "[laughs]", "x-y/z", "§§§§§"]),
    min_size=1,
    max_size=70,
)
_TURN = st.lists(_SENTENCE.map(lambda words: f"{' '.join(words)}."), min_size=1, max_size=6).map(" ".join)


@given(st.lists(st.tuples(st.sampled_from(["Ada", "Bo", None]), _TURN), min_size=1, max_size=5))
def test_windows_hold_every_sentence_once_and_fit(turns: list[tuple[str | None, str]]) -> None:
    """In order, with the right characters, in at most 100 words or one sentence, and in 250 word pieces."""
    transcript, encoder = transcript_of("a-1-aaaa", *turns), HashedStems()
    sentences = fitting(transcript, sentences_of(transcript), encoder.pieces)
    windows = windows_of(transcript, sentences, encoder.pieces)
    parts = [window.text[start:end] for window in windows for start, end in window.parts]
    said = [transcript.turns[item.turn].text[item.start : item.end] for item in sentences]
    assert parts == [" ".join(text.replace("[laughs]", " ").split()) for text in said]
    assert all(encoder.pieces(window.text) <= MOST_PIECES for window in windows)
    counts = iter(sentence.words for sentence in sentences)
    for window in windows:
        words = [next(counts) for _ in window.parts]
        assert len(words) == 1 or sum(words) <= WINDOW_WORDS


def test_windows_that_are_known_are_not_encoded() -> None:
    """And of two that are equal one is."""
    transcript, encoder = transcript_of("a-1-aaaa", ("Ada", "One boat. " * 120)), HashedStems()
    sentences = fitting(transcript, sentences_of(transcript), encoder.pieces)
    windows = windows_of(transcript, sentences, encoder.pieces)
    assert len(windows) == 3
    found = encode_windows(windows, encoder, encoder.basis(), {})
    assert encoder.encoded == [windows[0].text, windows[2].text]
    assert found.keys() == {key for window in windows for key in window.sentence_keys()}
    assert encode_windows(windows, encoder, encoder.basis(), found) == {}


def test_a_passage_is_the_mean_of_its_sentences_weighted_by_words() -> None:
    """So that a long sentence counts for more than "Yes."."""
    transcript = transcript_of("a-1-aaaa", ("Ada", "Yes. The anchor holds well."), ("Bo", "Good."))
    encoder = HashedStems()
    (chunked,) = chunk_all([transcript], [], encoder.pieces, USUAL_SHAPE)
    vectors = np.eye(3, 48, dtype=np.float32)
    assert np.allclose(passage_means([chunked], vectors), [[1 / 6, 4 / 6, 1 / 6, *[0] * 45]])


def test_vectors_are_rounded_as_they_are_stored() -> None:
    """A generation that reuses a vector is the same to the last bit as one that makes it."""
    vectors = HashedStems().encode(["a boat", "a mast"])
    assert (rounded(rounded(vectors)) == rounded(vectors)).all()
    assert np.abs(rounded(vectors) - vectors).max() < 1e-3
