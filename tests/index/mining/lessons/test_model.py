"""The weights of lessons: with the vectors of the encoder that they were fitted with, and without any."""

import numpy as np
import pytest
from numpy.typing import NDArray

from index.fitted import usual
from index.mined.episode import Lesson
from index.mining.lessons.figures import figures_of, is_leaning, stretch_figures
from index.mining.lessons.find import find_lessons
from index.mining.lessons.model import SIGNS, SentenceVectors, means, model_for
from index.sentences import sentences_of
from ingest.transcript import Transcript
from tests.index.mining.lessons.test_find import ADVICE, FILLING, PROBLEM, transcript_of

TURNS = (("Bo", FILLING * 2), ("Bo", PROBLEM), ("Ada", "Indeed."), ("Bo", ADVICE))


def told(transcript: Transcript, rows: NDArray[np.float32], weights: str) -> tuple[Lesson, ...]:
    sentences = sentences_of(transcript)
    return find_lessons(transcript, sentences, (), frozenset(), (), SentenceVectors(rows, weights))


def alike(direction: NDArray[np.float64], count: int) -> NDArray[np.float32]:
    """As many equal unit vectors of a direction."""
    unit = direction / np.linalg.norm(direction)
    return np.tile(unit.astype(np.float32), (count, 1))


def test_vectors_of_the_fitted_encoder_decide_and_those_of_another_do_not() -> None:
    transcript = transcript_of(*TURNS)
    count, fitted = len(sentences_of(transcript)), usual().weights
    learned = model_for(fitted).vectors
    assert learned is not None
    near, far = alike(learned[0], count), alike(-learned[0], count)
    assert len(told(transcript, near, fitted)) == 2
    assert told(transcript, far, fitted) == ()
    assert told(transcript, near, "of another") == told(transcript, far, "of another") != ()


def test_the_usual_encoder_has_weights_and_signs_need_none() -> None:
    fitted, signs = model_for(usual().weights), model_for("of another")
    assert signs is model_for(SIGNS)
    assert signs.vectors is None
    assert fitted.vectors is not None
    assert fitted.vectors.shape == (7, 384)


def test_scores_do_not_depend_on_the_rest_of_the_episode() -> None:
    transcript, fitted = transcript_of(*TURNS), usual().weights
    learned = model_for(fitted).vectors
    assert learned is not None
    rows = alike(learned[0], len(sentences_of(transcript))) * 0.1
    scores = {one.title: one.score for one in told(transcript, rows, fitted)}
    longer = transcript_of(*TURNS, ("Cy", FILLING))
    more = np.vstack([rows, alike(-learned[0], len(sentences_of(longer)) - len(rows))])
    assert {one.title: one.score for one in told(longer, more, fitted)} == scores != {}


def test_figures_of_a_stretch_are_sums_and_its_vector_is_the_mean_over_words() -> None:
    texts = ["We did not know.", "But it broke...", "I think people know London."]
    words = np.array([4.0, 3.0, 5.0])
    own = np.array([figures_of(text) for text in texts], np.float64)
    places = np.array([0, 1]), np.array([2, 3])
    figures = stretch_figures(own, words, places)
    assert figures[:, : own.shape[1]] == pytest.approx(np.array([own[0] + own[1], own[1] + own[2]]))
    assert figures[:, own.shape[1] :] == pytest.approx(
        np.array([[np.log(7), 0.049, np.log(2)], [np.log(8), 0.064, np.log(2)]])
    )
    rows = np.eye(3)
    assert means(rows, words, places) == pytest.approx(np.array([[4 / 7, 3 / 7, 0], [0, 3 / 8, 5 / 8]]))


@pytest.mark.parametrize(
    ("text", "leans"),
    [("But that was it.", True), ("It’s hard.", True), ("The problem is that it broke.", False), ("", False)],
)
def test_an_opening_that_needs_what_was_said_before_leans(text: str, leans: bool) -> None:
    assert is_leaning(text) is leans


@pytest.mark.parametrize("beside", ["And that was it.", "Was it the tide, or was it the moon over the bay?"])
def test_a_lesson_neither_opens_nor_ends_with_a_filler_or_a_question(beside: str) -> None:
    transcript = transcript_of(("Bo", FILLING), ("Bo", f"{beside} {PROBLEM} {beside}"))
    sentences = sentences_of(transcript)
    (lesson,) = told(transcript, np.zeros((len(sentences), 3), np.float32), SIGNS)
    assert words_at(transcript, lesson) == PROBLEM


def words_at(transcript: Transcript, lesson: Lesson) -> str:
    inside = [
        one
        for one in sentences_of(transcript)
        if lesson.span.first_word <= one.first_word < lesson.span.first_word + lesson.span.words
    ]
    return transcript.turns[lesson.turn].text[inside[0].start : inside[-1].end]


def test_what_is_asked_or_said_in_the_voice_of_others_has_no_signs() -> None:
    assert figures_of("The problem was the mast.")[0] > 0
    assert figures_of("Was the mast the biggest problem?")[0] == 0
    assert figures_of('She wrote "The problem was the mast".')[0] == 0
