"""60 half-remembered quotes, made by rule: the right passage is among the nearest three of at least 95 %."""

from pathlib import Path

import pytest

from api import cli
from api.quotes.claimed_quote import verify_in
from api.quotes.quote import Quote
from index.sentences import sentences_of
from index.word_index import WordIndex, index_words
from ingest.library.records import transcripts
from ingest.text.words import normalise
from tests.api.links.mutated_posts import quotes_of
from tests.api.quotes.half_remembered import RULES, remembered

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "engineering-lessons" / "feed.xml"
ASKED, LEAST_FOUND = 60, 57


def words_in(home: Path) -> WordIndex:
    """Every word of a library, without an index for meaning."""
    return index_words(
        (
            transcript.episode.id,
            sentence.turn,
            sentence.first_word,
            transcript.turns[sentence.turn].speaker,
            transcript.turns[sentence.turn].text[sentence.start : sentence.end],
        )
        for transcript in transcripts(home)
        for sentence in sentences_of(transcript)
    )


def missed(home: Path, quotes: list[Quote], seed: int) -> list[str]:
    """What was remembered of each quote whose passage is not among the first three that are given."""
    spoken = words_in(home)
    found = []
    for number, one in enumerate(remembered(quotes, ASKED, seed)):
        result = verify_in(home, spoken, one.text, one.speaker)
        given = (result.citations or result.nearest)[:3]
        if not any(is_passage(quote.episode.id, quote.turn, quote.quote, one.said) for quote in given):
            found.append(f"{RULES[number % len(RULES)].__name__}: {one.text!r} of {one.said.text!r}")
    return found


def is_passage(episode: str, turn: int, text: str, said: Quote) -> bool:
    """Say whether words are from the turn that was meant, or most of the same words from another."""
    mine, theirs = normalise(text), set(normalise(said.text))
    return (episode, turn) == (said.episode.id, said.turn) or len(theirs & set(mine)) >= 0.8 * len(theirs)


@pytest.mark.parametrize("seed", [6, pytest.param(7, marks=pytest.mark.long), pytest.param(8, marks=pytest.mark.long)])
def test_the_right_passage_of_the_sample_is_near(sample_home: Path, seed: int) -> None:
    """Words dropped, changed, joined, spelt otherwise or given to somebody else."""
    lost = missed(sample_home, quotes_of(sample_home, least=8), seed)
    assert len(lost) <= ASKED - LEAST_FOUND, "\n".join(lost)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="no interviews")
def test_the_right_passage_of_the_interviews_is_near(tmp_path: Path) -> None:
    """The same among the words of sixty interviews."""
    assert cli.main(("--home", str(tmp_path), "ingest", str(CORPUS), "--no-audio", "--no-index", "--quiet")) == 0
    quotes = quotes_of(tmp_path, least=8)
    lost = [line for seed in (6, 7, 8) for line in missed(tmp_path, quotes, seed)]
    assert len(lost) <= 3 * (ASKED - LEAST_FOUND), "\n".join(lost)
