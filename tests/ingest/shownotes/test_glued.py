"""Labels that a lost line break glued to the words before them open their turns; prose with colons stays whole."""

import pytest

from ingest.shownotes.parse import parse_notes
from tests.growth import LINEAR, growth

SAID = [
    ("Mara", "Good morning and welcome to the lamp hour, a show on light."),
    ("Tom Okafor", "Thank you for having me, it is a pleasure to be here."),
    ("Mara", "Tell us, who taught you how to trim a wick?"),
    ("Tom Okafor", "My aunt did, and she called it “the small art.”"),
    ("Mara", "Did she burn oil?"),
]


def _turns(notes: str) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in parse_notes(notes).turns]


@pytest.mark.parametrize(
    "notes",
    [
        "Transcript\n\n" + "".join(f"{name}: {text}" for name, text in SAID),
        "Transcript\n\n" + "\n\n".join(f"{name}: {text}" for name, text in SAID[:3]) + "Tom Okafor: " + SAID[3][1]
        + "Mara: " + SAID[4][1],
        "Transcript: " + " ".join(f"{name}: {text}" for name, text in SAID),
        "<p>Transcript</p><p>" + "".join(f"<b>{name}:</b> {text}" for name, text in SAID) + "</p>",
        "<p>Transcript</p><p>" + "".join(f"<strong>{name}</strong>:{text} " for name, text in SAID) + "</p>",
    ],
    ids=["all", "two", "marker", "bold", "bold before the colon"],
)  # fmt: skip
def test_a_glued_label_opens_its_turn(notes: str) -> None:
    """Without a blank, on the marker's line, in bold inside a paragraph: every turn has its speaker and its words."""
    assert _turns(notes) == SAID


@pytest.mark.parametrize("aside", ["It was dark.Note: nobody was there.", "He read v.Oil: a guide, and slept."])
def test_a_word_that_is_no_label_stays_speech(aside: str) -> None:
    """A colon after glued sentences opens no turn if its word is no label of the text."""
    said = [*SAID[:3], ("Tom Okafor", aside), SAID[4]]

    assert _turns("Transcript\n\n" + "\n\n".join(f"{name}: {text}" for name, text in said)) == said


@pytest.mark.parametrize("unit", ["a.Mara: b ", "a.Mara", ".A", "<b>A:</b>.", "<p>a.<b>Tom:</b>b"])
def test_the_time_is_linear(unit: str) -> None:
    """Glued labels are read in proportion to their number."""
    assert growth(lambda size: parse_notes("Transcript\n\nMara: a" + unit * (size // len(unit))), 4_000) < LINEAR
