"""A quote in context: what stands around it in its turn and in the turns before and after."""

from dataclasses import replace
from pathlib import Path

import pytest

from api.episodes.transcripts import open_transcript
from api.quotes.citation import Citation, citation_of
from api.quotes.context import Context, context_of, surroundings_of
from api.quotes.quote import quote_at
from ingest.library.records import Record, save_record, save_transcript
from ingest.library.removal import remove_episode
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import turn_of

EPISODE = Episode("harbour-1-aaaa", "h1", Show("harbour", "The Harbour Podcast"))
LONG = " ".join(f"word{number}" for number in range(100))
TEXTS = ("Who was told?", f"{LONG} We told them. We told them. And again: “we told them!”", "Good to hear.")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    save_record(tmp_path, Record(EPISODE, ()))
    save(tmp_path, TEXTS)
    return tmp_path


def save(home: Path, texts: tuple[str, ...]) -> None:
    turns = tuple(turn_of(("Mina", "Tobias")[place % 2], text, None) for place, text in enumerate(texts))
    save_transcript(home, Transcript(EPISODE, turns), "made by a test")


def cited(home: Path, first: int, count: int) -> Citation:
    """The quote of some words of the episode, counted as they are normalised."""
    source = open_transcript(home, EPISODE.id)
    assert source is not None
    return citation_of(quote_at(source, first, count))


def found(home: Path, citation: Citation) -> Context:
    context = context_of(home, citation)
    assert context is not None
    return context


def test_words_said_twice_stand_where_the_quote_took_them(home: Path) -> None:
    """The rest of the turn is that around these words, not around the first that read the same."""
    citation = cited(home, 3 + 100 + 3, 3)
    assert citation.quote == "We told them."
    context = found(home, citation)
    assert context.before == f"{LONG} We told them."
    assert context.after == "And again: “we told them!”"
    assert (context.previous, context.following) != (None, None)
    assert context == surroundings_of(home, citation.id).context


def test_at_most_60_words_of_the_turn_are_read(home: Path) -> None:
    """The words nearest to the quote are kept, whole."""
    context = found(home, cited(home, 3 + 100, 3))
    assert context.end_of_before() == " ".join(f"word{number}" for number in range(40, 100))
    assert context.start_of_after() == context.after
    assert found(home, cited(home, 3, 1)).start_of_after() == " ".join(f"word{number}" for number in range(1, 61))


def test_the_first_and_the_last_turn(home: Path) -> None:
    """There is nothing before the first turn and after the last."""
    first, last = found(home, cited(home, 0, 3)), found(home, cited(home, 3 + 100 + 11, 3))
    assert (first.before, first.previous, first.after) == ("", None, "")
    assert (last.after, last.following, last.before) == ("", None, "")
    assert first.following is not None
    assert last.previous is not None
    assert (first.following.speaker, last.previous.speaker) == ("Tobias", "Tobias")


def test_a_quote_that_no_longer_stands_there_has_no_context(home: Path) -> None:
    """Changed, moved to another turn, cut off or removed after it was cited: None, and no error."""
    citation = cited(home, 3 + 100, 3)
    assert context_of(home, replace(citation, id="nothing")) is None
    for texts in (
        (TEXTS[0], TEXTS[1].replace("We told", "We asked"), TEXTS[2]),
        ("Well.", "Who?", *TEXTS[1:]),
        TEXTS[:1],
    ):
        save(home, texts)
        assert context_of(home, citation) is None, texts
    remove_episode(home, EPISODE.id, "by a test", purge=True)
    assert context_of(home, citation) is None
