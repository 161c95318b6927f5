"""Letters of captions get the official text's names where both say the same words."""

import pytest

from ingest.captions.cues import Cue
from ingest.captions.letters import with_names
from ingest.shownotes.parse import OfficialText
from ingest.stages.assemble import assemble, chosen_text
from ingest.transcript import Episode, OfficialTurn, Show

EPISODE = Episode("show-1-aaaa", "1", Show("show", "The Show"))
TALK = (
    ("A", "Good morning and welcome to the kettle hour, a show on tea."),
    ("B", "Thank you for having me, it is a pleasure to be here."),
    ("A", "Tell us, how did you begin to brew in the first place?"),
    ("B", "With a pot of my aunt, in a kitchen by the sea."),
    ("A", "And who was it that taught you to warm the cups?"),
    ("B", "Nobody did, I read of it in an old book about leaves."),
)
NAMES = {"A": "Ann Lee", "B": "Jo Brown"}


def cues(letters: dict[str, str]) -> tuple[Cue, ...]:
    """The talk as captions of five seconds, with other letters for A and B."""
    return tuple(Cue(5.0 * n, 5.0 * n + 5, text, letters[who]) for n, (who, text) in enumerate(TALK))


def notes(*places: int) -> tuple[OfficialTurn, ...]:
    """Some of the turns as the notes have them, with names."""
    return tuple(OfficialTurn(NAMES[TALK[n][0]], TALK[n][1]) for n in places)


@pytest.mark.parametrize(
    "letters",
    [{"A": "A", "B": "B"}, {"A": "B", "B": "A"}, {"A": "SPEAKER_00", "B": "SPEAKER_01"}, {"A": "spk_1", "B": "spk_0"},
     {"A": "1", "B": "2"}, {"A": "Speaker A", "B": "Speaker B"}],
)  # fmt: skip
@pytest.mark.parametrize("places", [(0, 1), (0, 1, 2), (1, 2), (2, 3, 4, 5), (0, 1, 2, 3, 4, 5)])
def test_letters_become_the_names_of_those_who_say_their_words(
    letters: dict[str, str], places: tuple[int, ...]
) -> None:
    """Whatever the letters are and whichever turns the notes have, each letter gets its own name, everywhere."""
    found = with_names(cues(letters), notes(*places))
    assert [cue.speaker for cue in found] == [NAMES[who] for who, _ in TALK]
    assert [cue.text for cue in found] == [text for _, text in TALK]


def test_a_letter_that_the_notes_do_not_have_stays() -> None:
    """Nobody is named without words that agree."""
    assert [cue.speaker for cue in with_names(cues({"A": "A", "B": "B"}), notes(0, 2))] == ["Ann Lee", "B"] * 3


def test_a_letter_for_two_people_stays() -> None:
    """Without a clear majority of the words a letter is nobody's: a recogniser that hears one voice names nobody."""
    assert {cue.speaker for cue in with_names(cues({"A": "A", "B": "A"}), notes(0, 1, 2, 3, 4, 5))} == {"A"}


def test_other_words_name_nobody() -> None:
    """Notes that say something else leave all letters."""
    other = (
        OfficialTurn("Max Ash", "Today the river rose above the old bridge near our mill, and nobody crossed it."),
    )
    assert [cue.speaker for cue in with_names(cues({"A": "A", "B": "B"}), other)] == ["A", "B"] * 3


def test_names_are_never_replaced() -> None:
    """Captions with names keep them."""
    named = cues({"A": "Ann", "B": "Jo"})
    assert with_names(named, notes(0, 1)) == named


def test_partial_notes_name_the_letters_of_the_fuller_captions() -> None:
    """The captions' words are the transcript, under the names of the notes, and the choice says so."""
    official = OfficialText(turns=notes(0, 1))
    assert chosen_text(official, cues(NAMES | {"A": "A", "B": "B"}), None).source == "captions with names"
    turns = assemble(EPISODE, official, cues({"A": "A", "B": "B"}), None).turns
    assert [(turn.speaker, turn.text) for turn in turns] == [(NAMES[who], text) for who, text in TALK]


def test_letters_never_beat_complete_notes() -> None:
    """Notes with about as many words as the captions stay the text."""
    official = OfficialText(turns=notes(0, 1, 2, 3, 5))
    captions = cues({"A": "A", "B": "B"})
    assert chosen_text(official, captions, None).source == "notes"
    assert len(assemble(EPISODE, official, captions, None).turns) == 5
