"""The line that ends the ingestion of an episode."""

import pytest

from ingest.outcome_line import size
from ingest.transcript import Episode, Show, Transcript, Turn, Word


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        ((), "0 turns, 0 words, times none"),
        (("Hello",), "1 turn, 1 word, times none"),
        (("Hello there", "Hi"), "2 turns, 3 words, times none"),
    ],
)
def test_one_is_singular(turns: tuple[str, ...], said: str) -> None:
    """Turns and words are counted as people count them."""
    episode = Episode("tide-1-aaaa", "g", Show("tide", "Tide"))
    made = tuple(Turn("Ada", text, words=tuple(Word(word) for word in text.split())) for text in turns)
    assert size(Transcript(episode, made), None) == said
