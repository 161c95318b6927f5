"""Whose words become the transcript, and the reason that is told for it."""

from dataclasses import replace

import pytest

from ingest.captions.cues import Cue
from ingest.shownotes.parse import OfficialText
from ingest.speech.heard import Heard
from ingest.stages.assemble import assemble, chosen_text
from ingest.transcript import Episode, HeardWord, OfficialTurn, Show

EPISODE = Episode("show-1-aaaa", "1", Show("show", "The Show"))
NOTES = OfficialText(turns=(OfficialTurn("Ann Lee", "Written words about the old harbour and its records."),))
SHORT = OfficialText(turns=(OfficialTurn("Ann Lee", "Written words."),))
SAID = OfficialText(turns=(OfficialTurn("Ann Lee", "Written words about the harbour."),))
LINKS = OfficialText(turns=(OfficialTurn("Host", "Find her at the Tea Board, and him in a small pottery near Leeds."),))
NAMED = (Cue(0.0, 4.0, "Captioned words about the harbour.", "Ann Lee"),)
UNNAMED = (Cue(0.0, 4.0, "Captioned words about the harbour."),)
HEARD = Heard((HeardWord("Heard", 0.0, 0.5), HeardWord("words.", 0.5, 1.0)), "en", "faster-whisper", "tiny.en", 4.0)


@pytest.mark.parametrize(
    ("official", "cues", "heard", "source", "first_word"),
    [
        (NOTES, NAMED, None, "notes", "Written"),
        (SHORT, NAMED, None, "captions with names", "Captioned"),
        (replace(NOTES, lossy=True), NAMED, None, "captions with names", "Captioned"),
        (replace(NOTES, truncated=True), NAMED, HEARD, "captions with names", "Captioned"),
        (OfficialText(), NAMED, None, "captions with names", "Captioned"),
        (SAID, UNNAMED, HEARD, "notes", "Written"),
        (SHORT, (), None, "notes", "Written"),
        (OfficialText(), UNNAMED, HEARD, "captions without names", "Captioned"),
        (OfficialText(), (), HEARD, "heard words", "Heard"),
        (OfficialText(), (), None, "none", None),
    ],
)
def test_the_named_source_is_the_one_whose_words_are_used(official, cues, heard, source, first_word) -> None:
    """The transcript's words are those of the source that `chosen_text` names, whatever else there is."""
    choice = chosen_text(official, cues, heard)
    turns = assemble(EPISODE, official, cues, heard).turns
    assert choice.source == source
    assert (turns[0].text.split()[0] if turns else None) == first_word
    assert choice.reason and not choice.reason.endswith(".")


@pytest.mark.parametrize(
    ("official", "reason"),
    [
        (SHORT, "the notes' text has no more words"),
        (replace(NOTES, truncated=True), "the notes' text is incomplete"),
        (OfficialText(), "the notes have no transcript"),
    ],
)
def test_the_reason_against_the_notes_is_the_true_one(official, reason) -> None:
    """Three things speak for captions with names, and the one that decided is told."""
    assert chosen_text(official, NAMED, None).reason == reason


LONG = "We moved the records of the harbour into one room by the sea, and then we read them all."
PART = OfficialText(turns=(OfficialTurn("Ann Lee", "We moved the records of the harbour."),))
SPOKEN = (Cue(0.0, 9.0, LONG),)
SOUNDS = Heard(
    tuple(HeardWord(word, number, number + 1.0) for number, word in enumerate(LONG.split())),
    "en",
    "faster-whisper",
    "tiny.en",
    30.0,
)


@pytest.mark.parametrize(
    ("official", "cues", "heard", "source", "doubt"),
    [
        (
            LINKS,
            SPOKEN,
            None,
            "captions without names",
            "its notes' transcript contradicts the captions: 0% of its words match them; the captions were used",
        ),
        (replace(LINKS, marked=True), SPOKEN, None, "captions without names", "contradicts the captions: 0%"),
        (
            replace(LINKS, marked=True),
            (replace(SPOKEN[0], text="We left.", speaker="Ann"),),
            None,
            "captions with names",
            "match",
        ),
        (
            replace(LINKS, marked=True),
            (replace(SPOKEN[0], speaker="Ann"),),
            None,
            "captions with names",
            "contradicts the captions: 0%",
        ),
        (LINKS, (), SOUNDS, "heard words", "contradicts the heard words: 0%"),
        (replace(LINKS, marked=True), (), SOUNDS, "notes", None),
        (PART, SPOKEN, None, "captions without names", "holds only a part of the captions; the captions were used"),
        (PART, (), SOUNDS, "heard words", "holds only a part of the heard words; the heard words were used"),
        (replace(PART, marked=True), SPOKEN, None, "notes", None),
        (OfficialText(turns=(OfficialTurn("Ann Lee", LONG),)), SPOKEN, None, "notes", None),
        (OfficialText(turns=(OfficialTurn("Ann Lee", LONG),)), (), SOUNDS, "notes", None),
        (LINKS, (), None, "notes", None),
    ],
)
def test_notes_that_are_not_what_is_said_never_replace_it(official, cues, heard, source, doubt) -> None:
    """Unmarked notes need what is said to be in them, marked ones only a part beside captions; the outcome says why."""
    choice = chosen_text(official, cues, heard)

    assert choice.source == source
    assert (choice.doubt is None) if doubt is None else (doubt in (choice.doubt or ""))
