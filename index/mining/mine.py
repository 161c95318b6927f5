"""Mine one episode."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.mined import Mined
from index.mining.chapters import find_chapters
from index.mining.lessons import find_lessons
from index.mining.terms import find_terms
from index.mining.voices import find_voices
from index.passage import Exchange, Sentence
from ingest.transcript import Transcript


def mine(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    exchanges: Sequence[Exchange],
    askers: frozenset[str],
    vectors: NDArray[np.float32],
) -> Mined:
    """Return what is mined from an episode cut into sentences, given their unit vectors, shape (sentences, dimension).

    `askers` are the labels of the people who ask the questions.
    """
    voices = find_voices(transcript, sentences, askers)
    terms = find_terms(transcript, sentences)
    lessons = find_lessons(transcript, sentences, exchanges, askers, terms)
    return Mined(lessons, voices, terms, find_chapters(transcript, sentences, exchanges, vectors))
