"""Find who speaks in an episode: how much, as an asker or not, and the role with the sentence that states it."""

from collections.abc import Sequence

from index.mined import Voice
from index.passage import Sentence
from ingest.transcript import Transcript


def find_voices(transcript: Transcript, sentences: Sequence[Sentence], askers: frozenset[str]) -> tuple[Voice, ...]:
    """Return the people who speak in an episode, in the order in which they first do."""
    return ()
