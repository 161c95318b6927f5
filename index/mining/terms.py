"""Find the names and abbreviations that an episode uses, and the sentences that say what they are."""

from collections.abc import Sequence

from index.mined import TermUse
from index.passage import Sentence
from ingest.transcript import Transcript


def find_terms(transcript: Transcript, sentences: Sequence[Sentence]) -> tuple[TermUse, ...]:
    """Return the terms of an episode in the order of their first use."""
    return ()
