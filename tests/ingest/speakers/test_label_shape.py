"""What stands before a colon: names with their additions, parts in the conversation, and words of speech."""

import pytest

from ingest.speakers.label_shape import label_shape, names_nobody


@pytest.mark.parametrize(
    ("printed", "base"),
    [
        ("Mara Lindqvist", "Mara Lindqvist"),
        ("Tom Okafor, PhD", "Tom Okafor"),
        ("Tom Okafor, Lamp Board", "Tom Okafor"),
        ("Tom Okafor, keeper of the light", "Tom Okafor"),
        ("Prof. Dr. Tom Okafor, MBE, Chief Keeper at the Lamp Board", "Prof. Dr. Tom Okafor"),
        ("Okafor, Tom (Lamp Board)", "Tom Okafor"),
        ("Tom (Tomo) Okafor", "Tom Okafor"),
        ("Tom Okafor (he/him)", "Tom Okafor"),
        ("Tom Okafor [laughs]", "Tom Okafor"),
        ("Tom Okafor?", "Tom Okafor"),
        ("Tom Okafor | Lamp Board", "Tom Okafor"),
        ("Tom Okafor – Lamp Board", "Tom Okafor"),
        ("Sen. Okafor", "Sen. Okafor"),
        ("► Tom Okafor ♪", "Tom Okafor"),
        ("Tom Sta. Okafor", "Tom Sta. Okafor"),
        ("Dr. Okafor", "Dr. Okafor"),
        ("@tomokafor", "@tomokafor"),
        ("tom_okafor", "tom_okafor"),
        ("TO", "TO"),
        ("DE", "DE"),
        ("T.O.", "T.O."),
        ("Mara Lindqvist & Tom Okafor", "Mara Lindqvist & Tom Okafor"),
    ],
)
def test_names_keep_their_additions_and_say_whom_they_name(printed: str, base: str) -> None:
    """Degrees, roles, brackets and signs do not hide a name, and `base` is the name without them."""
    shape = label_shape(printed)

    assert shape is not None
    assert (shape.kind, shape.base) == ("name", base)
    assert shape.name == printed.strip("►♪ ")


@pytest.mark.parametrize(
    "printed",
    [
        "Audience member",
        "Audience Member 2",
        "Second speaker",
        "3rd caller",
        "Speaker #1",
        "Speaker ?",
        "THE WITNESS",
        "THE COURT",
        "Man in the audience",
        "Unknown male",
        "Both",
        "Interviewer 1",
    ],
)
def test_parts_say_who_speaks_without_a_name(printed: str) -> None:
    """Somebody speaks, whoever it is."""
    shape = label_shape(printed)

    assert shape is not None
    assert shape.kind == "part"


@pytest.mark.parametrize("printed", ["danu okafor", "tomo", "old lamp post"])
def test_short_words_without_a_verb_are_open(printed: str) -> None:
    """The shape does not decide: a name without capitals looks like any two words."""
    shape = label_shape(printed)

    assert shape is not None
    assert shape.kind == "open"


@pytest.mark.parametrize(
    "printed",
    [
        "So here is the thing",
        "He said",
        "The answer",
        "One thing",
        "Rule number two",
        "For example",
        "Key Points",
        "What we learned",
        "Yes, but",
        "Thank you, Tom",
        "Yeah, exactly.",
        "Right, of course.",
        "Oh, cool.",
        "It went out. Then",
        "",
        " - ",
        "x" * 5_000,
    ],
)
def test_clauses_and_headings_are_no_labels(printed: str) -> None:
    """Words that begin a sentence of speech stay speech."""
    assert label_shape(printed) is None


@pytest.mark.parametrize(
    ("label", "is_nobody"),
    [
        *((label, True) for label in ("Host", "Speaker #1", "Host and Guest", "Unknown Speaker", "Male Speaker [2]")),
        *((label, True) for label in ("Audience Member", "Voice Over", "Man in the audience", "2nd caller", "???")),
        *((label, False) for label in ("Ada Moor", "Tom Baker", "Ted Engineer", "Guest Smith", "Engineer", "MK", "")),
    ],
)
def test_who_is_nobody(label: str, is_nobody: bool) -> None:
    """Nobody whom another episode could mean by the same label; a surname may be an occupation."""
    assert names_nobody(label) == is_nobody
