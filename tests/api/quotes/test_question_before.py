"""The question a quote answers is shown where the quote begins its turn, word for word as another person asked it."""

import pytest

from api.episodes.transcripts import place_words
from api.quotes.quote import quote_at
from ingest.transcript import Episode, Show, Transcript, Turn, Word


def quoted(before: str, answer: str, first: str, host: str | None = "Host") -> str | None:
    """What stands before the quote of three words that begins with `first`."""
    turns = tuple(
        Turn(speaker, text, words=tuple(Word(word) for word in text.split()))
        for speaker, text in ((host, before), ("Guest", answer))
    )
    source = place_words(Transcript(Episode("a-1-aaaa", "guid", Show("a", "A")), turns, {}))
    place = next(at for at, found in enumerate(source.places) if found.turn == 1 and found.word == first)
    return quote_at(source, place, 3).in_reply_to


LATE = "We moved. " + "Word after word. " * 14 + "Finally we stopped it."


@pytest.mark.parametrize(
    ("before", "answer", "first", "expected"),
    [
        ("Welcome. Why did you move?", "We had outgrown it.", "we", "Why did you move?"),
        ("Why did you move? Tell me.", "We had outgrown it.", "we", None),
        ("Welcome. Right?", "We had outgrown it.", "we", None),
        ("Welcome.", "We had outgrown it.", "we", None),
        ("Why did you move?", LATE, "finally", None),
        ("“Why did you move?”", LATE, "we", "“Why did you move?”"),
    ],
)
def test_the_question_directly_before(before: str, answer: str, first: str, expected: str | None) -> None:
    """Only a question that ends the turn before, and only for a quote near the beginning of its turn."""
    assert quoted(before, answer, first) == expected


def test_nobody_answers_themselves() -> None:
    """A person's own question in the turn before is no question they were asked."""
    assert quoted("Why did we move?", "We had outgrown it.", "we", host="Guest") is None
    assert quoted("Why did we move?", "We had outgrown it.", "we", host=None) == "Why did we move?"
