"""What was heard where a transcript shows the show's own spelling."""

from api.episodes.spellings import Spelling, spellings_of
from ingest.transcript import Episode, Show, Transcript, Turn, Word

EPISODE = Episode("tea-1-aaaa", "t1", Show("tea", "Tea"))


def test_each_spelling_stands_once_with_what_was_heard() -> None:
    """One word for several and several for one; a capital or a full stop alone is no other spelling."""
    words = (
        Word("So", heard="so"),
        Word("Kat,", heard="Cat,"),
        Word("GOV.UK", heard="gob.ukpay"),
        Word("Pay.", heard=""),
        Word("Kat's", heard="Cat's"),
        Word("GOV.UK", heard="gov dot uk"),
        Word("works.", heard="works"),
        Word("AWS"),
    )
    turn = Turn(None, " ".join(word.text for word in words), words=words)
    assert spellings_of(Transcript(EPISODE, (turn,))) == (
        Spelling("Kat", "Cat", 2),
        Spelling("GOV.UK Pay", "gob.ukpay", 1),
        Spelling("GOV.UK", "gov dot uk", 1),
    )
    assert spellings_of(Transcript(EPISODE, ())) == ()
