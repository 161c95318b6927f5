"""Adverts and announcements beside the turn in which they are said."""

from api.episodes.announcements import announcements_of
from ingest.transcript import Episode, Show, Transcript, Turn

EPISODE = Episode("tea-1-aaaa", "t1", Show("tea", "Tea"))
LONG = "one two three four five six seven eight nine ten eleven twelve thirteen."


def test_each_turn_has_its_first_words() -> None:
    """Sentences of one turn are joined and cut; a sentence that its turn no longer has is left out."""
    transcript = Transcript(EPISODE, (Turn(None, f"Buy now. {LONG}"), Turn(None, "Tea is good."), Turn(None, "Bye.")))
    unsearched = [(0, "Buy now."), (0, LONG), (1, "Coffee is good."), (2, "Bye."), (7, "Bye.")]
    assert announcements_of(transcript, unsearched) == {
        0: "Buy now. one two three four five six seven eight nine ten …",
        2: "Bye.",
    }
    assert announcements_of(transcript, []) == {}
