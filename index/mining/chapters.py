"""Find the chapters of an episode: stretches about one thing, with a title in the episode's own words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.mined import Chapter
from index.passage import Sentence
from ingest.transcript import Transcript


def find_chapters(
    transcript: Transcript, sentences: Sequence[Sentence], vectors: NDArray[np.float32]
) -> tuple[Chapter, ...]:
    """Return the chapters of an episode in order."""
    return ()
